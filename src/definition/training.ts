import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { computeSchema, imageSchema } from './compute';
import { duration, scalar, text } from './values';

/** How a model is trained; the trainer's contract is the same on every target. */
export const trainingSchema = z.strictObject({
  image: imageSchema,
  command: z.array(text).min(1, 'at least one word').optional(),
  local: z.strictObject({ command: z.array(text).min(1, 'at least one word') }).optional(),
  compute: computeSchema,
  hyperparameters: z.record(z.string(), scalar).default({}),
  maxDuration: duration.default('2h'),
  /** Interruptible machines with checkpoints. */
  spot: z.boolean().default(true),
  seed: z.int('a whole number').min(0, 'a whole number of 0 or more').default(0),
  split: z
    .strictObject({
      testPercent: z
        .number()
        .gt(0, 'a percent above 0 and below 100')
        .lt(100, 'a percent above 0 and below 100')
        .default(20),
      by: z.enum(['time', 'random']).default('time'),
    })
    .prefault({}),
});
export type Training = DeepReadonly<z.output<typeof trainingSchema>>;
