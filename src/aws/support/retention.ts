import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { PartPlan, RetentionPlan } from '../../plan/plan';

const DAY = 86_400;

/** Days that CloudWatch Logs can keep, ascending. */
const LOG_DAYS = Object.values(RetentionDays)
  .filter((value): value is number => typeof value === 'number' && value !== RetentionDays.INFINITE)
  .sort((a, b) => a - b);

/** Seconds of one kind of retention of a part; undefined where the part keeps nothing of the kind. */
export const retentionSeconds = (part: PartPlan, what: RetentionPlan['what']): number | undefined =>
  part.retention.find((one) => one.what === what)?.seconds;

/** Whole days, rounded up. */
export const wholeDays = (seconds: number): number => Math.ceil(seconds / DAY);

/** The shortest retention of logs that CloudWatch has and that is long enough; the part's own, or 90 days. */
export function logRetention(part: PartPlan): RetentionDays {
  const days = wholeDays(retentionSeconds(part, 'logs') ?? DEFAULT_LOG_SECONDS);
  return LOG_DAYS.find((one) => one >= days) ?? RetentionDays.INFINITE;
}

/** Logs of parts that the plan names no retention for: monitoring, retraining. */
const DEFAULT_LOG_SECONDS = 90 * DAY;
