import type { WindowOutcome } from '../core/drift';

/** What monitoring remembers of a model between windows. */
export interface MonitoringDocument {
  /** First look at a champion, epoch seconds; absent in older documents. */
  readonly watchedSince?: number;
  /** Outcomes of drift windows, oldest first. */
  readonly windows: readonly WindowOutcome[];
  /** Since when quality has been critical without a new champion, epoch seconds; null when it is not. */
  readonly faultySince: number | null;
}

export const NOTHING_SEEN: MonitoringDocument = { windows: [], faultySince: null };
