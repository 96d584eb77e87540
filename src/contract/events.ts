import { z } from 'zod';
import type { Json } from '../kernel/json';
import { USE_CASES } from './use-cases';

/** JSON as our own read-only type, so that plan and state go in without a copy. */
const jsonMap = z.record(z.string(), z.json()) as unknown as z.ZodType<{ readonly [key: string]: Json }>;

/** What a state machine (or a schedule, with an empty state) sends to a handler. */
export const taskEventSchema = z.strictObject({
  use: z.enum(USE_CASES),
  /** Id of the step or job. */
  step: z.string().min(1),
  /** Name of the run: the execution's name, unique in its workflow. */
  run: z.string().min(1),
  /** Fixed arguments from the plan: model name and policy sections. */
  arguments: jsonMap,
  /** The state of the run so far. */
  state: jsonMap,
});
export type TaskEvent = z.output<typeof taskEventSchema>;

/** Input of a pipeline run. */
export const pipelineInputSchema = z.object({
  /** Who or what started it: a principal, `schedule`, or `retraining:<cause>`. */
  startedBy: z.string().default('unknown'),
  cause: z.string().default('manual'),
  commit: z.string().nullable().default(null),
  /** When that commit was authored, ISO 8601. */
  committedAt: z.string().nullable().default(null),
  /** Id of the retraining decision, where one started it. */
  decisionId: z.string().nullable().default(null),
});
export type PipelineInput = z.output<typeof pipelineInputSchema>;

/** Input of a release run. */
export const releaseInputSchema = z.object({
  version: z.int().positive(),
  requestedBy: z.string().default('unknown'),
});
export type ReleaseInput = z.output<typeof releaseInputSchema>;
