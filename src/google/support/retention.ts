import type { PartPlan, RetentionPlan } from '../../plan/plan';

const DAY = 86_400;

/** Seconds of one kind of retention of a part; undefined where the part keeps nothing of the kind. */
export const retentionSeconds = (part: PartPlan, what: RetentionPlan['what']): number | undefined =>
  part.retention.find((one) => one.what === what)?.seconds;

/** Whole days, rounded up. */
export const wholeDays = (seconds: number): number => Math.ceil(seconds / DAY);
