import { z } from 'zod';
import { pushMessageOf } from './push-message';

/**
 * What Workflows writes to the log `workflows.googleapis.com/executions_system` when the state of an execution changes
 * (`google.cloud.workflows.type.ExecutionsSystemLog`), as far as we read it. What the execution was started with stands in
 * the entry of its start alone.
 */
const entrySchema = z.object({
  resource: z.object({ labels: z.object({ workflow_id: z.string().min(1) }) }),
  labels: z.object({ 'workflows.googleapis.com/execution_id': z.string().min(1) }),
  jsonPayload: z.object({ state: z.enum(['FAILED', 'CANCELLED']) }),
});

export interface EndedExecution {
  /** Id of the workflow in its project and region. */
  readonly workflow: string;
  /** Id of the execution. */
  readonly id: string;
  readonly state: 'FAILED' | 'CANCELLED';
}

/** The execution that ended without its own last step, or with it; undefined for what is none. @throws ZodError for what is no push at all */
export function endedExecutionOf(body: unknown): EndedExecution | undefined {
  const parsed = entrySchema.safeParse(pushMessageOf(body).content);
  if (!parsed.success) return undefined;
  const { resource, labels, jsonPayload } = parsed.data;
  return {
    workflow: resource.labels.workflow_id,
    id: labels['workflows.googleapis.com/execution_id'],
    state: jsonPayload.state,
  };
}
