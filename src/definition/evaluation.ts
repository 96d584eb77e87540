import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { column, count, duration, finite, scalar } from './values';

/** Bounds of one metric; which of `min` and `max` is legal follows from the metric's direction. */
export const metricBoundSchema = z.strictObject({
  min: finite.optional(),
  max: finite.optional(),
  vsChampion: z
    .strictObject({
      /** In the metric's unit: how much worse is tolerated (nonInferior), or how much better is asked for (superior). */
      margin: finite.min(0, 'a margin of 0 or more').default(0),
      mode: z.enum(['nonInferior', 'superior']).default('nonInferior'),
    })
    .optional(),
  /** Only for `custom.<name>`, and required there. */
  direction: z.enum(['higherIsBetter', 'lowerIsBetter']).optional(),
});
export type MetricBound = DeepReadonly<z.output<typeof metricBoundSchema>>;

const metricsSchema = z
  .record(z.string(), metricBoundSchema)
  .refine((metrics) => Object.keys(metrics).length > 0, { error: 'at least one metric' });

/** A custom metric says its direction once: where a slice leaves it out, the whole's holds. */
const withDirections = (
  metrics: Record<string, z.output<typeof metricBoundSchema>>,
  whole: Record<string, z.output<typeof metricBoundSchema>>,
): Record<string, z.output<typeof metricBoundSchema>> =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, bound]) => {
      const direction = bound.direction ?? whole[name]?.direction;
      return [name, direction === undefined ? bound : { ...bound, direction }];
    }),
  );

/** When a candidate is good enough. */
export const evaluationSchema = z
  .strictObject({
    metrics: metricsSchema,
    /** The metric that ranks versions; the first key where it is not given. */
    primary: z.string().optional(),
    /** One-sided confidence of every bound. */
    confidencePercent: z
      .number()
      .gt(50, 'a percent above 50 and below 100')
      .lt(100, 'a percent above 50 and below 100')
      .default(95),
    minRows: count(1).default(200),
    slices: z
      .array(
        z.strictObject({
          column,
          values: z.array(scalar).min(1, 'at least one value').optional(),
          minRows: count(1).default(200),
          required: z.boolean().default(true),
          metrics: metricsSchema,
        }),
      )
      .default([]),
    fairness: z
      .array(z.strictObject({ column, metric: z.string(), maxGap: finite.min(0, 'a gap of 0 or more') }))
      .default([]),
    /** The candidate is loaded and queried before it may pass. */
    serving: z.strictObject({ maxLatencyP99: duration.optional(), smokeRows: count(1).default(10) }).prefault({}),
    approval: z.enum(['automatic', 'manual']).default('automatic'),
  })
  .transform((parsed) => ({
    ...parsed,
    primary: parsed.primary ?? Object.keys(parsed.metrics)[0]!,
    slices: parsed.slices.map((slice) => ({ ...slice, metrics: withDirections(slice.metrics, parsed.metrics) })),
  }));
export type Evaluation = DeepReadonly<z.output<typeof evaluationSchema>>;
