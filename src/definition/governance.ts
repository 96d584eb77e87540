import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { duration, text } from './values';

/** A finding that somebody has read and accepted. */
export const acknowledgementSchema = z.strictObject({
  /** Id of the finding, as `mlp check` prints it. */
  finding: text,
  reason: z.string().min(10, 'a reason of at least 10 characters'),
  /** Last day on which it holds. */
  until: z.iso.date('a date such as 2027-01-31').optional(),
});

export const governanceSchema = z.strictObject({
  auditRetention: duration.default('2555d'),
  /** Who may approve a model; anyone with access to the registry where it is empty. */
  approvers: z.array(text).default([]),
  /** Who started a training may not approve its model. */
  separationOfDuties: z.boolean().default(true),
  acknowledge: z.array(acknowledgementSchema).default([]),
});
export type Governance = DeepReadonly<z.output<typeof governanceSchema>>;
