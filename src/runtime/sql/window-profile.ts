import {
  type CategoricalReference,
  type CategoricalWindow,
  type ColumnReference,
  type ColumnWindow,
  DRIFT_FORMULA_VERSION,
  type NumericReference,
  type NumericWindow,
  type ReferenceProfile,
  TOP_CATEGORIES,
  type WindowProfile,
} from '../core/drift/profile';
import { cutPointsOf } from './cells';
import type { QuantileMode, SqlDialect } from './dialect';
import { badRequest } from './errors';
import { numericCounts, SKETCH_LEVELS } from './numeric-reply';
import { NEWEST_RESULT, profileStatements } from './profile-statement';
import { type CategoricalTask, type NumericTask, type ProfileTask, resultName } from './profile-task';
import { countIn, countsIn, mergedRow, numberIn, type ReplyRow, valueCountsIn } from './reply';
import { fromSource, type TableSource, type TimeRange } from './table-source';

/** What to profile of a window. */
export interface WindowRequest {
  readonly table: readonly string[];
  readonly range: TimeRange;
  readonly reference: ReferenceProfile;
  /** The columns that the table has; a column of the reference that is not among them is left out of the profile. */
  readonly columns: readonly string[];
  /** Names of the categories that are held as floating-point numbers (see `SqlProfileColumn`). */
  readonly floating: readonly string[];
  /**
   * Whether each numeric column's moments and quantiles come too, and how. `none` counts alone, which is all that PSI,
   * Jensen–Shannon and chi-squared read, and costs less than half; the profile's `moments` and `quantiles` are then null.
   */
  readonly sketch: 'none' | QuantileMode;
}

/** Statements and how to read their replies. */
export interface WindowPlan {
  /** One, but for tables so wide that the engine does not take it; each gives one row. */
  readonly statements: readonly string[];
  readonly requests: readonly WindowRequest[];
  /** Of all requests, one request after the other. */
  readonly tasks: readonly WindowTask[];
}

interface WindowTask {
  /** Index of the request. */
  readonly request: number;
  readonly reference: ColumnReference;
  readonly task: ProfileTask;
}

/** A window beside each reference that it was counted on. */
export interface WindowProfiles {
  /** In the order of the requests. */
  readonly profiles: readonly WindowProfile[];
  /** Milliseconds since the epoch of the newest row; null of an empty window, and where it was not asked. */
  readonly newestMillis: number | null;
}

/**
 * What profiles one window on the binnings of several references (training data for the inputs, test rows for the answers),
 * in one scan.
 * @param requests one or more, of the same table and range
 * @param asksNewest whether the newest row's instant is told; the range's column is an instant then
 * @throws OperationError when the window is reversed
 */
export function planWindowProfiles(
  dialect: SqlDialect,
  requests: readonly [WindowRequest, ...WindowRequest[]],
  asksNewest = false,
): WindowPlan {
  const [{ table, range }] = requests;
  const tasks = requests.flatMap((request, index) => tasksOf(request, index));
  const source: TableSource = { table, range };
  const newest = asksNewest ? range.column : null;
  const statements =
    tasks.length === 0
      ? [emptyStatement(dialect, source, newest)]
      : profileStatements(
          dialect,
          source,
          tasks.map(({ task }) => task),
          newest,
        );
  return { statements, requests, tasks };
}

function tasksOf(request: WindowRequest, index: number): WindowTask[] {
  const { reference, columns } = request;
  const available = new Set(columns);
  const prediction = reference.prediction === null ? [] : [reference.prediction];
  return [...reference.columns, ...prediction]
    .filter(({ name }) => available.has(name))
    .map((column) => ({ request: index, reference: column, task: taskOf(column, request) }));
}

function emptyStatement(dialect: SqlDialect, source: TableSource, newest: string | null): string {
  const instant =
    newest === null ? '' : `, ${dialect.epochMillis(`MAX(${dialect.identifier(newest)})`)} AS ${NEWEST_RESULT}`;
  return `SELECT COUNT(*) AS row_count${instant} ${fromSource(dialect, source)}`;
}

/**
 * The profiles out of the replies to `planWindowProfiles`' statements, one row each, in their order.
 * @throws OperationError when the reply is not that statement's
 */
export function windowProfilesFromRows(
  { requests, tasks, statements }: WindowPlan,
  rows: readonly ReplyRow[],
): WindowProfiles {
  const row = mergedRow(rows, statements.length);
  return {
    profiles: requests.map((request, index) => {
      const { reference, range } = request;
      const profiled = tasks.flatMap((one, place) =>
        one.request === index ? [{ of: one.reference, counts: columnOf(row, one.reference, one.task, place) }] : [],
      );
      return {
        formulaVersion: DRIFT_FORMULA_VERSION,
        referenceDigest: reference.origin.dataDigest,
        span: { start: new Date(range.startMillis).toISOString(), end: new Date(range.endMillis).toISOString() },
        rows: countIn(row, 'row_count'),
        columns: profiled.filter(({ of }) => of !== reference.prediction).map(({ counts }) => counts),
        prediction: profiled.find(({ of }) => of === reference.prediction)?.counts ?? null,
      };
    }),
    newestMillis: NEWEST_RESULT in row ? numberIn(row, NEWEST_RESULT) : null,
  };
}

function taskOf(reference: ColumnReference, { sketch, floating }: WindowRequest): ProfileTask {
  return reference.kind === 'numeric'
    ? numericTask(reference, sketch)
    : categoricalTask(reference, floating.includes(reference.name));
}

function numericTask(
  { name, edges, heavy, quantiles }: NumericReference,
  sketch: WindowRequest['sketch'],
): NumericTask {
  return {
    kind: 'numeric',
    column: name,
    cutPoints: cutPointsOf(
      edges,
      heavy.map(({ value }) => value),
    ),
    momentsAround: sketch === 'none' ? null : (quantiles?.[Math.floor(quantiles.length / 2)] ?? 0),
    quantiles: sketch === 'none' ? null : { levels: SKETCH_LEVELS, mode: sketch },
  };
}

function categoricalTask(
  { name, top, known, knownComplete }: CategoricalReference,
  floating: boolean,
): CategoricalTask {
  return {
    kind: 'categorical',
    column: name,
    floating,
    topLimit: TOP_CATEGORIES,
    counted: top.map(({ value }) => value),
    known: knownComplete ? known : null,
  };
}

function columnOf(row: ReplyRow, reference: ColumnReference, task: ProfileTask, index: number): ColumnWindow {
  if (reference.kind === 'numeric' && task.kind === 'numeric') return numericWindow(row, reference, task, index);
  if (reference.kind === 'categorical' && task.kind === 'categorical') {
    return categoricalWindow(row, reference, task, index);
  }
  throw badRequest('tasks', task.kind, reference.kind, 'read the reply with the plan that made its statement');
}

function numericWindow(row: ReplyRow, reference: NumericReference, task: NumericTask, index: number): NumericWindow {
  const heavy = reference.heavy.map(({ value }) => value);
  return { kind: 'numeric', name: reference.name, ...numericCounts(row, task, index, reference.edges, heavy) };
}

function categoricalWindow(
  row: ReplyRow,
  { name, top, knownComplete }: CategoricalReference,
  { known }: CategoricalTask,
  index: number,
): CategoricalWindow {
  const rows = countIn(row, 'row_count');
  const present = countIn(row, resultName(index, 'present'));
  const topCounts = countsIn(row, resultName(index, 'counts'), top.length) ?? top.map(() => 0);
  const expected = knownComplete && known !== null ? countIn(row, resultName(index, 'known')) : present;
  return {
    kind: 'categorical',
    name,
    rows,
    nulls: rows - present,
    topCounts,
    otherCount: expected - topCounts.reduce((sum, count) => sum + count, 0),
    unseenCount: present - expected,
    top: valueCountsIn(row, resultName(index, 'top')),
  };
}
