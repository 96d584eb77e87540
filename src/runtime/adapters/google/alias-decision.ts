import { z } from 'zod';
import { DECISION_ALIASES } from '../../../contract/google';
import { pushMessageOf } from './push-message';

/** An entry of Cloud Audit Logs. */
const entrySchema = z.object({
  insertId: z.string(),
  protoPayload: z.object({
    resourceName: z.string().default(''),
    authenticationInfo: z.object({ principalEmail: z.string().default('') }).default({ principalEmail: '' }),
    /** Set when the call has failed. */
    status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
    request: z.object({ name: z.string().default(''), versionAliases: z.array(z.string()).default([]) }),
  }),
});

export interface AliasDecision {
  /** The log entry's own id. */
  readonly id: string;
  readonly decision: 'approve' | 'reject';
  /** As Google has authenticated the person. */
  readonly by: string;
  /** `projects/…/models/<model>@<Vertex version or alias>`. */
  readonly name: string;
}

/** What somebody has decided by giving a version an alias; undefined for what is none. @throws ZodError for what is no push at all */
export function aliasDecisionOf(body: unknown): AliasDecision | undefined {
  const entry = entrySchema.safeParse(pushMessageOf(body).content);
  if (!entry.success) return undefined;
  const { insertId, protoPayload } = entry.data;
  const { request, resourceName, authenticationInfo, status } = protoPayload;
  const decision = (['approve', 'reject'] as const).find((one) =>
    request.versionAliases.includes(DECISION_ALIASES[one]),
  );
  const name = request.name === '' ? resourceName : request.name;
  if (decision === undefined || status.code !== 0 || !name.includes('@')) return undefined;
  return { id: insertId, decision, by: authenticationInfo.principalEmail, name };
}
