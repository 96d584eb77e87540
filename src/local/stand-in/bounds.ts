import type { ModelDefinition } from '../../definition/platform';

/** Absolute bounds of a metric: `min` where higher is better, `max` where lower is. */
export interface AbsoluteBound {
  readonly metric: string;
  readonly min?: number;
  readonly max?: number;
}

/** All absolute bounds of a definition that a model's answers are held against: of the gate, its slices, and the monitor. */
export function absoluteBounds({ evaluation, monitoring }: ModelDefinition): AbsoluteBound[] {
  const maps = [
    evaluation?.metrics ?? {},
    ...(evaluation?.slices ?? []).map(({ metrics }) => metrics),
    monitoring.quality?.metrics ?? {},
  ];
  return maps.flatMap((metrics) =>
    Object.entries(metrics).flatMap(([metric, { min, max }]) =>
      min === undefined && max === undefined
        ? []
        : [{ metric, ...(min !== undefined && { min }), ...(max !== undefined && { max }) }],
    ),
  );
}

/** The tightest `max` of a metric; infinity for none. */
export const tightestMax = (bounds: readonly AbsoluteBound[], metric: string): number =>
  Math.min(...bounds.filter((one) => one.metric === metric).map(({ max }) => max ?? Number.POSITIVE_INFINITY));

/** The tightest `min` of a metric; minus infinity for none. */
export const tightestMin = (bounds: readonly AbsoluteBound[], metric: string): number =>
  Math.max(...bounds.filter((one) => one.metric === metric).map(({ min }) => min ?? Number.NEGATIVE_INFINITY));
