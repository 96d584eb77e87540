import type { Compute, Image } from '../definition/compute';
import { COMPUTE_TABLE } from '../kernel/compute';
import type { ComputePlan, ImagePlan } from './plan';

/** A size or machine types as machine types by cloud. */
export function planCompute(compute: Compute): ComputePlan {
  if (typeof compute === 'string') {
    const shape = COMPUTE_TABLE[compute];
    return { aws: shape.aws, google: shape.google, accelerator: shape.accelerator ?? null };
  }
  return { aws: compute.aws ?? null, google: compute.google ?? null, accelerator: compute.accelerator ?? null };
}

export function planImage(image: Image): ImagePlan {
  return 'build' in image
    ? { build: image.build, aws: null, google: null }
    : { build: null, aws: image.aws ?? null, google: image.google ?? null };
}
