import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { computeSchema, imageSchema } from './compute';
import { count, duration, finite, money, percent } from './values';

/** How predictions are served. */
export const servingSchema = z.strictObject({
  image: imageSchema,
  compute: computeSchema,
  instances: z.strictObject({ min: count(0), max: count(1) }),
  /** Requests a minute that one instance takes before another is added. */
  targetRequestsPerInstance: count(1).default(600),
  /** Share of requests kept for drift, quality and the canary's comparison. */
  capturePercent: percent.default(100),
  timeout: duration.default('5s'),
  payload: z.enum(['json', 'csv']).default('json'),
  /** What traffic to expect: findings and cost estimates use it. */
  expectedRequestsPerMinute: finite.min(0, 'a rate of 0 or more').optional(),
  pricePerInstanceHour: money.optional(),
});
export type Serving = DeepReadonly<z.output<typeof servingSchema>>;
