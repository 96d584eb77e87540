import type { Data } from '../../../definition/data';
import type { Task } from '../../../kernel/metric-catalogue';
import type { TableName } from '../../../runtime/ports';
import type { RecordedMetric } from './recorded-metrics';

/** What is recorded of one model, as tables of the history's engine. Instants in epoch seconds. */
export interface ModelHistory {
  readonly model: string;
  readonly task: Task;
  readonly data: Data;
  /** All predictions, in the order of their events; null where none are recorded. */
  readonly recorded: {
    readonly table: TableName;
    readonly rows: number;
    readonly first: number;
    readonly last: number;
    /** Names of versions; their numbers are their places, from 1. */
    readonly versions: readonly string[];
    readonly hasVersions: boolean;
    readonly hasLatency: boolean;
    readonly hasFailures: boolean;
  } | null;
  /** Events with a label: key and time as the definition names them, the label, and when it can be seen. */
  readonly truth: { readonly table: TableName; readonly rows: number };
  /** Rows of `--reference`; null without one. */
  readonly reference: { readonly table: TableName; readonly rows: number } | null;
  /** Minutes of `Latency`, `Errors` and `Requests`; null where none are recorded. */
  readonly serving: { readonly table: TableName; readonly has: ReadonlySet<string> } | null;
  /** Values of other metrics, in the order of time. */
  readonly metrics: readonly RecordedMetric[];
  /** What was left out or taken for granted, for people. */
  readonly notes: readonly string[];
}

/** Columns of the truth table beside the definition's own. */
export const TRUTH_COLUMNS = {
  /** From when on, and until when, a label can be seen: until the next one of the same event. */
  visibleFrom: 'mlp_visible_from',
  visibleUntil: 'mlp_visible_until',
} as const;
