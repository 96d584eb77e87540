import { z } from 'zod';
import { TASKS } from '../kernel/metric-catalogue';
import { modelBudgetSchema } from './budget';
import { dataSchema } from './data';
import { evaluationSchema } from './evaluation';
import { monitoringSchema } from './monitoring';
import { releaseSchema } from './release';
import { retrainingSchema } from './retraining';
import { servingSchema } from './serving';
import { trainingSchema } from './training';
import { text } from './values';

/** One model of the platform. Which sections it must have follows from the stage (see stage-rules.ts). */
export const modelSchema = z.strictObject({
  task: z.enum(TASKS),
  description: text.optional(),
  /** The platform's owner where it is not given. */
  owner: text.optional(),
  risk: z.enum(['low', 'medium', 'high']).default('medium'),
  tags: z.record(text, z.string()).default({}),
  data: dataSchema.optional(),
  training: trainingSchema.optional(),
  evaluation: evaluationSchema.optional(),
  serving: servingSchema.optional(),
  release: releaseSchema.optional(),
  monitoring: monitoringSchema.optional(),
  retraining: retrainingSchema.optional(),
  budget: modelBudgetSchema.optional(),
});
type ParsedModel = z.output<typeof modelSchema>;

/** A parsed model: the sections that every stage asks for are there. */
export type Model = Omit<ParsedModel, 'owner' | 'data' | 'training' | 'serving' | 'monitoring'> & {
  owner: string;
  data: NonNullable<ParsedModel['data']>;
  training: NonNullable<ParsedModel['training']>;
  serving: NonNullable<ParsedModel['serving']>;
  monitoring: NonNullable<ParsedModel['monitoring']> & {
    latency: NonNullable<NonNullable<ParsedModel['monitoring']>['latency']>;
    errors: NonNullable<NonNullable<ParsedModel['monitoring']>['errors']>;
  };
};
