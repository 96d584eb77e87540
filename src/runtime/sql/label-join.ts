import type { SqlDialect } from './dialect';
import { badRequest } from './errors';
import { countIn, onlyRow, type ReplyRow } from './reply';
import { type TimeRange, withinRange } from './table-source';

/** Which predictions are joined with which truth. */
export interface LabelJoin {
  readonly predictions: {
    readonly table: readonly string[];
    readonly key: string;
    /** Window of the predictions' event time. */
    readonly range: TimeRange;
    /** The model's answer. */
    readonly prediction: string;
    /** Further columns that come along, such as those of slices. */
    readonly carried: readonly string[];
  };
  readonly labels: {
    readonly table: readonly string[];
    readonly key: string;
    readonly label: string;
    /** When the label came to be known; null when the table does not say: then no label is early or late. */
    readonly timestamp: string | null;
  };
  /** Time from an event until its truth is expected. */
  readonly delayMillis: number;
  /** Time after that in which a label is still taken. */
  readonly latenessMillis: number;
  readonly nowMillis: number;
}

/** How far the truth of a window has come. */
export interface LabelCoverage {
  /** Rows of the window, matured or not. */
  readonly predictions: number;
  readonly withoutKey: number;
  /** Rows whose key another row of the window has too; of them the first one by event time counts. */
  readonly repeatedKeys: number;
  /** Distinct keys whose event time + delay ≤ now. */
  readonly matured: number;
  /** Of the matured: with a label in time. The next three are disjoint and, with this, make up all of them. */
  readonly labelled: number;
  /** Only labels from before the prediction's event time: a leak or a skewed clock. They are not used. */
  readonly onlyEarly: number;
  /** No label in time, and one after delay + lateness. It is not used, so that a window's numbers become final. */
  readonly onlyLate: number;
  readonly unlabelled: number;
}

/**
 * Matured, labelled predictions, one row a key, in the order of the key: `key` (text), `at` (epoch milliseconds),
 * `prediction`, `label`, and each carried column as `carried_0`, `carried_1`, …
 *
 * A prediction is matured when its event time + delay ≤ now. A label is taken when it came at or after the event, at most
 * delay + lateness later, and not after now; of several the newest, of equally new ones the greatest text. A row without
 * key, event time or label value is in no pair.
 * @throws OperationError when the window is reversed, or delay or lateness are negative
 */
export function labelledRowsStatement(dialect: SqlDialect, join: LabelJoin): string {
  const { carried } = join.predictions;
  const names = carried.map((_, index) => `carried_${index}`);
  const columns = ['event_key', 'event_at', 'prediction', ...names].map((name) => `p.${name}`);
  const order = `ORDER BY t.arrived_at DESC, ${dialect.toText('t.label')} DESC`;
  const paired = `SELECT ${columns.join(', ')}, t.label AS label, ROW_NUMBER() OVER (PARTITION BY p.event_key ${order}) AS pick FROM (${maturedPredictions(dialect, join)}) AS p INNER JOIN (${labels(dialect, join)}) AS t ON p.event_key = t.event_key AND ${inTime(dialect, join)}`;
  const result = ['event_key AS key', `${dialect.epochMillis('event_at')} AS at`, 'prediction', 'label', ...names];
  const quoted = result.map((column) =>
    column.replace(/ AS (key|at)$/, (_, name) => ` AS ${dialect.identifier(name)}`),
  );
  return `SELECT ${quoted.join(', ')} FROM (${paired}) AS paired WHERE pick = 1 ORDER BY event_key`;
}

/** One row of counts, as `labelCoverageFromRows` reads it. @throws OperationError as `labelledRowsStatement` */
export function labelCoverageStatement(dialect: SqlDialect, join: LabelJoin): string {
  const { table, key, range } = join.predictions;
  const where = withinRange(dialect, dialect.identifier(range.column), range);
  const text = dialect.toText(dialect.identifier(key));
  const totals = `SELECT COUNT(*) AS predictions, COUNT(${text}) AS with_key, COUNT(DISTINCT ${text}) AS distinct_keys FROM ${dialect.table(table)} WHERE ${where}`;
  const early = join.labels.timestamp === null ? 'FALSE' : 't.arrived_at < p.event_at';
  const flag = (condition: string): string => `MAX(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;
  const outcomes = `SELECT ${flag(`t.event_key IS NOT NULL AND ${inTime(dialect, join)}`)} AS in_time, ${flag(early)} AS early, ${flag('t.event_key IS NOT NULL')} AS any_label FROM (${maturedPredictions(dialect, join)}) AS p LEFT JOIN (${labels(dialect, join)}) AS t ON p.event_key = t.event_key GROUP BY p.event_key`;
  const counted = [
    'COUNT(*) AS matured',
    `${dialect.countIf('in_time = 1')} AS labelled`,
    `${dialect.countIf('in_time = 0 AND any_label = 1 AND early = 1')} AS only_early`,
    `${dialect.countIf('in_time = 0 AND any_label = 1 AND early = 0')} AS only_late`,
    `${dialect.countIf('any_label = 0')} AS unlabelled`,
  ];
  return `SELECT * FROM (${totals}) AS totals CROSS JOIN (SELECT ${counted.join(', ')} FROM (${outcomes}) AS outcomes) AS matured_counts`;
}

/** The counts of the reply to `labelCoverageStatement`. @throws OperationError when it is not that statement's */
export function labelCoverageFromRows(rows: readonly ReplyRow[]): LabelCoverage {
  const row = onlyRow(rows);
  const predictions = countIn(row, 'predictions');
  const withKey = countIn(row, 'with_key');
  return {
    predictions,
    withoutKey: predictions - withKey,
    repeatedKeys: withKey - countIn(row, 'distinct_keys'),
    matured: countIn(row, 'matured'),
    labelled: countIn(row, 'labelled'),
    onlyEarly: countIn(row, 'only_early'),
    onlyLate: countIn(row, 'only_late'),
    unlabelled: countIn(row, 'unlabelled'),
  };
}

/** The first prediction of each key among those that are matured. */
function maturedPredictions(
  dialect: SqlDialect,
  { predictions, delayMillis, latenessMillis, nowMillis }: LabelJoin,
): string {
  if (!(delayMillis >= 0) || !(latenessMillis >= 0)) {
    throw badRequest('label', { delayMillis, latenessMillis }, 'durations of 0 or more', 'give a delay and lateness');
  }
  const { table, key, range, prediction, carried } = predictions;
  const at = dialect.identifier(range.column);
  const answer = dialect.identifier(prediction);
  const text = dialect.toText(dialect.identifier(key));
  const columns = [
    `${text} AS event_key`,
    `${at} AS event_at`,
    `${answer} AS prediction`,
    ...carried.map((name, index) => `${dialect.identifier(name)} AS carried_${index}`),
    `ROW_NUMBER() OVER (PARTITION BY ${text} ORDER BY ${at}, ${dialect.toText(answer)}) AS nth`,
  ];
  const where = `${withinRange(dialect, at, range)} AND ${at} <= ${dialect.timestamp(nowMillis - delayMillis)} AND ${dialect.identifier(key)} IS NOT NULL`;
  return `SELECT * FROM (SELECT ${columns.join(', ')} FROM ${dialect.table(table)} WHERE ${where}) AS numbered WHERE nth = 1`;
}

/** Labels with a value that are known by now; the epoch stands for a time that the table does not tell. */
function labels(dialect: SqlDialect, { labels: { table, key, label, timestamp }, nowMillis }: LabelJoin): string {
  const value = dialect.identifier(label);
  const arrived = timestamp === null ? dialect.timestamp(0) : dialect.identifier(timestamp);
  const known = timestamp === null ? '' : ` AND ${arrived} <= ${dialect.timestamp(nowMillis)}`;
  return `SELECT ${dialect.toText(dialect.identifier(key))} AS event_key, ${value} AS label, ${arrived} AS arrived_at FROM ${dialect.table(table)} WHERE ${value} IS NOT NULL${known}`;
}

function inTime(dialect: SqlDialect, { labels: { timestamp }, delayMillis, latenessMillis }: LabelJoin): string {
  if (timestamp === null) return 'TRUE';
  return `t.arrived_at >= p.event_at AND t.arrived_at <= ${dialect.addMillis('p.event_at', delayMillis + latenessMillis)}`;
}
