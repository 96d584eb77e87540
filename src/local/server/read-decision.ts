import { z } from 'zod';
import { show } from '../../kernel/problem';
import type { VersionDecision } from '../engine/version-decision';
import { ApiError } from './api-error';

const decisionSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  by: z.string().trim().min(1),
  reason: z.string().optional(),
});

/** Reads a decision about a version. @throws ApiError 400 with what was wrong */
export function readDecision(version: string, body: unknown): VersionDecision {
  const parsed = decisionSchema.safeParse(body);
  const number = Number(version);
  if (parsed.success && Number.isInteger(number) && number > 0) {
    const { decision, by, reason } = parsed.data;
    return { version: number, decision, by, ...(reason !== undefined && { reason }) };
  }
  const [issue] = parsed.success ? [] : parsed.error.issues;
  throw new ApiError(400, {
    code: 'malformedDecision',
    path: issue === undefined ? 'version' : issue.path.join('.'),
    got: issue === undefined ? show(version) : show(body),
    expected: issue?.message ?? 'the number of a version',
    fix: 'send {"decision": "approve", "by": "ann@example.com"}',
  });
}
