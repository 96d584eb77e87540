import type { Severity } from '../../kernel/severity';

/** What a file of history holds. */
export type FileKind = 'predictions' | 'labels' | 'metrics';

/** What a column of a file is for. A name that is given stands for every file that has it. */
export const COLUMN_ROLES = [
  'key',
  'time',
  'prediction',
  'version',
  'latency',
  'failed',
  'status',
  'label',
  'labelTime',
  'metric',
  'value',
  'statistic',
  'dimensions',
] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

export const SPREADS = ['year', 'month', 'day'] as const;
/** How coarse the recorded time is: the rows of one such period are dealt evenly over it, in a seeded random order. */
export type Spread = (typeof SPREADS)[number];

/** How far a backtest has come; times in epoch seconds. */
export interface BacktestProgress {
  readonly what: 'reads' | 'replays';
  readonly model: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** What history is and how it is read; everything about it but the definition. */
export interface HistoryOptions {
  /** Files (CSV, Parquet, JSON lines; CSV and JSON lines also gzipped), `FILE` or `MODEL=FILE`; kinds by their columns. */
  readonly history?: readonly string[];
  /** Files whose kind is given. */
  readonly predictions?: readonly string[];
  readonly labels?: readonly string[];
  readonly metrics?: readonly string[];
  /** What the champion was trained on, with its answers where they are known; the rows before `from` otherwise. */
  readonly reference?: readonly string[];
  /** The model of files that name none; the only one of the definition otherwise. */
  readonly model?: string;
  /** Names of columns where they are not the usual ones. */
  readonly columns?: Partial<Readonly<Record<ColumnRole, string>>>;
  /** When the definition takes over, epoch seconds or ISO 8601. */
  readonly from?: number | string;
  /** Events from here on are left out. */
  readonly to?: number | string;
  readonly spread?: Spread;
  /** Of the order in which a period's rows are dealt; 0 where nothing is said. */
  readonly seed?: number;
}

/** What counts as found. */
export interface ScoringOptions {
  /** Incidents that people have marked: `from`, `to`, and perhaps `kind`, `model`, `name`. */
  readonly incidents?: readonly string[];
  /** Alarms that count; page and ticket where nothing is said. */
  readonly severities?: readonly Severity[];
  /**
   * How long after an incident's begin an alarm still belongs to it, as a duration. Where nothing is said the alarm's own
   * window: that of its drift or quality job (with the label's delay), or its periods.
   */
  readonly tolerance?: string;
}

export interface BacktestOptions extends HistoryOptions, ScoringOptions {
  /** A definition file, or a definition (raw or parsed). */
  readonly file?: string;
  readonly definition?: unknown;
  /** How long a training run is taken to last, as a duration; 1h where nothing is said. */
  readonly trainingTime?: string;
  readonly onProgress?: (progress: BacktestProgress) => void;
  /** Ends the backtest between two instants. */
  readonly signal?: AbortSignal;
}
