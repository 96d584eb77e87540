import { z } from 'zod';
import { DRIFT_DEFAULTS, DRIFT_METHODS } from '../kernel/drift-defaults';
import type { DeepReadonly } from '../kernel/readonly';
import { column, count, duration, finite, money, percent, scalar, scheduleSchema, text } from './values';

export const latencySchema = z.strictObject({ p99: duration, p50: duration.optional() });
export type Latency = DeepReadonly<z.output<typeof latencySchema>>;

export const errorsSchema = z.strictObject({ maxPercent: percent });
export type Errors = DeepReadonly<z.output<typeof errorsSchema>>;

const bound = { min: finite.optional(), max: finite.optional() };

/** In how many of the last windows the data-set rule must hold. */
export const breachesSchema = z.strictObject({ windows: count(1).default(2), of: count(1).default(3) }).prefault({});

/** Inputs and predictions against the reference. */
export const driftSchema = z
  .strictObject({
    schedule: scheduleSchema.default({ every: '1h' }),
    window: duration.default('24h'),
    minRows: count(1).default(500),
    method: z.enum(DRIFT_METHODS).default('psi'),
    /** In the method's unit; each method has its own default. */
    warning: finite.min(0, 'a number of 0 or more').optional(),
    critical: finite.min(0, 'a number of 0 or more').optional(),
    bins: z
      .int('a whole number from 2 to 100')
      .min(2, 'a whole number from 2 to 100')
      .max(100, 'a whole number from 2 to 100')
      .default(10),
    predictions: z.boolean().default(true),
    reference: z.enum(['training', 'previousWindow']).default('training'),
    breaches: breachesSchema,
    maxDriftedColumnsPercent: percent.default(20),
  })
  .transform((parsed) => ({
    ...parsed,
    warning: parsed.warning ?? DRIFT_DEFAULTS[parsed.method].warning,
    critical: parsed.critical ?? DRIFT_DEFAULTS[parsed.method].critical,
  }));
export type Drift = DeepReadonly<z.output<typeof driftSchema>>;

const sliceSchema = z
  .union([column, z.strictObject({ column, values: z.array(scalar).min(1, 'at least one value').optional() })])
  .transform(
    (slice) =>
      (typeof slice === 'string' ? { column: slice } : slice) as {
        column: string;
        values?: (string | number | boolean)[];
      },
  );

/** Quality on matured labels. */
export const qualitySchema = z.strictObject({
  schedule: scheduleSchema.default({ every: '1d' }),
  window: duration.default('30d'),
  minLabels: count(1).default(200),
  metrics: z
    .record(
      z.string(),
      z.strictObject({ ...bound, maxWorseThanRelease: finite.min(0, 'a number of 0 or more').optional() }),
    )
    .refine((metrics) => Object.keys(metrics).length > 0, { error: 'at least one metric' }),
  /** Columns (or `{ column, values }`) for which quality is reported apart. */
  slices: z.array(sliceSchema).default([]),
  businessMetric: z.strictObject({ name: text, ...bound }).optional(),
});
export type Quality = DeepReadonly<z.output<typeof qualitySchema>>;

/** What is watched once a model serves. */
export const monitoringSchema = z.strictObject({
  latency: latencySchema.optional(),
  errors: errorsSchema.optional(),
  availability: z
    .strictObject({
      targetPercent: z.number().gt(0, 'a percent above 0 and below 100').lt(100, 'a percent above 0 and below 100'),
    })
    .optional(),
  drift: driftSchema.optional(),
  quality: qualitySchema.optional(),
  freshness: duration.optional(),
  costPerPrediction: z.strictObject({ max: money }).optional(),
  pipelineSuccess: z.strictObject({ minPercent: percent, window: duration }).optional(),
});
export type Monitoring = DeepReadonly<z.output<typeof monitoringSchema>>;
