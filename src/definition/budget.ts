import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { finite, money } from './values';

export const platformBudgetSchema = z.strictObject({
  monthly: money,
  /** Shares of `monthly` at which somebody is told; above 100 is allowed. */
  alertAtPercent: z
    .array(finite.min(0, 'a percent of 0 or more'))
    .min(1, 'at least one percent')
    .default([50, 80, 100]),
});
export type PlatformBudget = DeepReadonly<z.output<typeof platformBudgetSchema>>;

export const modelBudgetSchema = z.strictObject({
  monthly: money,
  trainingRun: money.optional(),
  onExceeded: z.enum(['alert', 'blockTraining']).default('alert'),
});
export type ModelBudget = DeepReadonly<z.output<typeof modelBudgetSchema>>;
