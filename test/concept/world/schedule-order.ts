const ORDER = ['monitorDrift', 'monitorQuality', 'reportDora', 'decideRetraining'];

/**
 * Of schedules that are due at one instant: who comes first, by use case. No cloud promises an order; the local engine takes
 * the jobs in that of the plan, which is this one.
 */
export const placeOfUse = (use: string): number => ORDER.indexOf(use);
