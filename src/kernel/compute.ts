/** Named compute sizes and what they are on each cloud. Training and serving use the same table; the serving names drop nothing. */
export const COMPUTE_SIZES = ['small', 'medium', 'large', 'gpu'] as const;
export type ComputeSize = (typeof COMPUTE_SIZES)[number];

export interface ComputeShape {
  /** SageMaker instance type. */
  readonly aws: string;
  /** Compute Engine machine type. */
  readonly google: string;
  readonly accelerator?: { readonly type: string; readonly count: number };
}

export const COMPUTE_TABLE: Record<ComputeSize, ComputeShape> = {
  small: { aws: 'ml.m5.large', google: 'n1-standard-2' },
  medium: { aws: 'ml.m5.xlarge', google: 'n1-standard-4' },
  large: { aws: 'ml.m5.4xlarge', google: 'n1-standard-16' },
  gpu: { aws: 'ml.g4dn.xlarge', google: 'n1-standard-4', accelerator: { type: 'NVIDIA_TESLA_T4', count: 1 } },
};
