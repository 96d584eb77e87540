import type { FoundColumn } from './columns';
import type { RowCheck } from './row-checks';

/** At most this many keys of offending rows are named for a check. */
export const MAX_KEYS = 20;

/** Order of keys: by their UTF-8 bytes, as all engines sort text. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** How many rows break a check, and the first of their keys, ascending; never values of other columns. */
export interface Offenders {
  readonly violations: number;
  /** At most `MAX_KEYS`, without repetition; empty when the data has no key. */
  readonly keys: readonly string[];
}

/** A row check and what came of it. */
export interface RowCheckFacts extends Offenders {
  readonly check: RowCheck;
}

/** A class of the label and its rows; the text is compared, and never shown. */
export interface LabelCount {
  readonly label: string;
  readonly rows: number;
}

/** Counts of a table: all that a decision about it needs. */
export interface DataFacts {
  readonly rows: number;
  /** Columns in the order of the data. */
  readonly header: readonly FoundColumn[];
  readonly rowChecks: readonly RowCheckFacts[];
  /** Newest event that is not in the future, in milliseconds since the epoch; null when no row has a readable one. */
  readonly newestEventMs: number | null;
  /** Classes of the label; null when the data has no label column or the task has no classes. */
  readonly labels: readonly LabelCount[] | null;
}

/** What two parts of a split have in common that they must not have. */
export interface SplitFacts {
  readonly trainRows: number;
  readonly testRows: number;
  /** Rows of test whose key is in train too. */
  readonly sharedKeys: Offenders;
  /** Rows of test that are older than the newest of train; null when the split is not by time. */
  readonly testRowsBeforeTrainEnd: number | null;
}

/** Column identity, in the shape in which the drift decision gives it. */
export interface IdentityFacts {
  readonly mapping: readonly { readonly column: string; readonly looksLike: string }[];
}

/** The distribution of a column against that of the last accepted data. */
export interface DistributionFacts {
  readonly column: string;
  readonly verdict: 'ok' | 'warning' | 'critical' | 'insufficientData';
}

/** What a table is compared with; null where there is nothing (yet) to compare it with. */
export interface DataContext {
  readonly task: 'binaryClassification' | 'multiclassClassification' | 'regression';
  readonly nowMs: number;
  /** Row counts of the last accepted data sets, in any order. */
  readonly trailingRowCounts: readonly number[];
  /** Classes of the label in the last accepted data. */
  readonly previousLabels: readonly LabelCount[] | null;
  readonly split: SplitFacts | null;
  readonly identity: IdentityFacts | null;
  readonly distribution: readonly DistributionFacts[] | null;
}
