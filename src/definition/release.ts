import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { count, duration, durationOrZero, finite, percent } from './values';

const stepPercent = z.number('a percent above 0 and below 100').gt(0, 'a percent above 0 and below 100');

/** Each step is shifted, held and looked at: below 1 % there would be hundreds of them. */
const LINEAR = 'a percent of 1 or more and below 100';
const linearPercent = z.number(LINEAR).min(1, LINEAR).lt(100, LINEAR);

/** How a new version takes over traffic, and what takes it back. */
export const releaseSchema = z.strictObject({
  strategy: z.enum(['canary', 'linear', 'blueGreen', 'allAtOnce']).default('canary'),
  /** For canary: strictly rising, below 100; 100 % follows by itself. */
  steps: z
    .array(z.strictObject({ percent: stepPercent, hold: durationOrZero }))
    .min(1, 'at least one step')
    .default([
      { percent: 5, hold: '10m' },
      { percent: 25, hold: '10m' },
      { percent: 50, hold: '10m' },
    ]),
  /** For linear: the same step again and again. */
  linear: z.strictObject({ stepPercent: linearPercent, hold: durationOrZero }).optional(),
  finalHold: durationOrZero.default('30m'),
  /** Mirrored traffic before any live traffic; answers are compared. */
  shadow: z
    .strictObject({
      duration,
      percent: percent.default(100),
      maxDisagreementPercent: percent.optional(),
      maxLatencyIncreasePercent: finite.min(0, 'a percent of 0 or more').optional(),
    })
    .optional(),
  analysis: z
    .strictObject({
      every: duration.default('1m'),
      /** Per arm, before an absolute guard may decide. */
      minRequests: count(1).default(500),
      alpha: z.number().gt(0, 'a number above 0 and below 1').lt(1, 'a number above 0 and below 1').default(0.05),
      maxErrorPercent: percent.default(1),
      /** In points, challenger over champion. */
      maxErrorIncreasePercent: percent.default(0.5),
      maxLatencyP99: duration.optional(),
      maxLatencyIncreasePercent: finite.min(0, 'a percent of 0 or more').default(20),
      maxPredictionDrift: finite.min(0, 'a number of 0 or more').default(0.2),
      /** Failed looks that are forgiven: the one after them rolls back. */
      failureLimit: count(0).default(1),
      /** Looks in a row that may fail to get numbers. */
      providerErrorLimit: count(0).default(4),
      /** How far an inconclusive hold is extended, as a multiple of `hold`. */
      maxExtension: finite.min(0, 'a number of 0 or more').default(2),
      onInconclusive: z.enum(['pause', 'rollback']).default('pause'),
      pauseTimeout: duration.default('24h'),
    })
    .prefault({}),
  rollback: z.enum(['automatic', 'manual']).default('automatic'),
  keepPrevious: count(1).default(3),
  onConcurrent: z.enum(['queue', 'supersede']).default('queue'),
});
export type Release = DeepReadonly<z.output<typeof releaseSchema>>;
