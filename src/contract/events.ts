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
/** Input of a release run that takes back what another one has left, which somebody has stopped or which ran out of time. */
export const recoveryInputSchema = z.object({
  /** Name of the run that was stopped. */
  recovers: z.string().min(1),
});

export type ReleaseInput = z.output<typeof releaseInputSchema>;

/** What a person has decided of a version: state of `decideApproval`. */
export const versionDecisionSchema = z.object({
  version: z.int().positive(),
  decision: z.enum(['approve', 'reject']),
  /** The person, as the target has authenticated them. */
  by: z.string().min(1),
  reason: z.string().default('a person said no'),
});

/** What a decision about a version has to keep to: `governance` of the definition. */
export const approvalDutiesSchema = z.object({ approvers: z.array(z.string()), separationOfDuties: z.boolean() });
export type ApprovalDuties = z.output<typeof approvalDutiesSchema>;

/** What the bill says of a model's monthly budget: state of `recordSpend`. */
export const spendSchema = z.object({
  /** Start of the budget's month, epoch seconds. */
  periodStartSeconds: z.number(),
  cost: z.number(),
  /** The budget of the month. */
  budget: z.number(),
  currency: z.string(),
  /** When it was said, epoch seconds: what was said later counts. */
  saidAtSeconds: z.number(),
});

/** A version that the environment before this one has promoted: state of `importVersion`. */
export const versionOfferSchema = z.object({
  /** Version there, and the digest that it was promoted with. */
  version: z.int().positive(),
  artifactDigest: z.string().min(1),
});

/** Fixed arguments of `importVersion`. */
export const importArgumentsSchema = z.object({
  /** Name of the environment before this one. */
  from: z.string().min(1),
  /** `environments[].approval` of this one. */
  approval: z.enum(['automatic', 'manual']),
});

/** How a delivery of code has ended, as the service that carries it out says. */
export const deliverySchema = z.object({
  outcome: z.enum(['SUCCEEDED', 'FAILED']),
  /** When, ISO 8601. */
  at: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'an instant, ISO 8601'),
});
