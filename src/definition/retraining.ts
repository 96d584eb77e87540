import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { count, duration, money, scheduleSchema } from './values';

export const RETRAINING_CAUSES = ['drift', 'conceptDrift', 'quality', 'newData', 'freshness'] as const;
export type RetrainingCause = (typeof RETRAINING_CAUSES)[number];

/** When a model is trained again, and what holds it back. */
export const retrainingSchema = z.strictObject({
  schedule: scheduleSchema.optional(),
  on: z.array(z.enum(RETRAINING_CAUSES)).default(['quality', 'conceptDrift']),
  onDriftAlone: z.enum(['notify', 'retrain']).default('notify'),
  /** From the start of one run to the start of the next. */
  cooldown: duration.default('7d'),
  maxRuns: z.strictObject({ count: count(1).default(6), per: duration.default('30d') }).prefault({}),
  minNewLabels: count(0).default(1000),
  maxModelAge: duration.optional(),
  maxCostPerRun: money.optional(),
  /** Waiting times after failures in a row; after the last it stops and pages. */
  afterFailure: z
    .strictObject({ backoff: z.array(duration).min(1, 'at least one duration').default(['1h', '4h', '24h']) })
    .prefault({}),
  release: z.enum(['automatic', 'manual']).default('automatic'),
});
export type Retraining = DeepReadonly<z.output<typeof retrainingSchema>>;
