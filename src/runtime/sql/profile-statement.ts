import type { SqlDialect, ValueMaps } from './dialect';
import { badRequest } from './errors';
import { groupedStatement } from './grouped-statement';
import {
  categoryText,
  type NamedAggregate,
  type NumericTask,
  numericAggregates,
  type ProfileTask,
  resultName,
  type StatementParts,
  sourceName,
} from './profile-task';
import { fromSource, type TableSource } from './table-source';

/** Result column with the newest row's instant, milliseconds since the epoch; NULL of no rows. */
export const NEWEST_RESULT = 'newest_ms';

/**
 * Statements that scan the source and give one row each: `row_count` and, for task i, columns named `c<i>_<part>`. It is
 * one statement, unless that is longer than the engine takes; then the columns are shared out among several, so that no
 * column is read twice but the event time.
 *
 * | part | of | value |
 * |---|---|---|
 * | present | both | rows that are not NULL |
 * | cells | numeric | JSON text, as `SqlDialect.histogram` has it |
 * | quantiles | numeric | JSON text of a list, one a level |
 * | least, greatest, finite, summed, sum, squares | numeric | of the finite values; sums of differences from `momentsAround` |
 * | top | categorical | JSON text of `[{"value", "count"}]` |
 * | counts | categorical | JSON text of a list, one a value of `counted` |
 * | known | categorical | rows with a value of `known` |
 * | singletons | categorical | values that one row only has |
 * @param newest the column of instants whose greatest is told as `NEWEST_RESULT`; null tells none
 * @throws OperationError when there is nothing to profile, or one column's statement alone is too long
 */
export function profileStatements(
  dialect: SqlDialect,
  source: TableSource,
  tasks: readonly ProfileTask[],
  newest: string | null = null,
): string[] {
  if (tasks.length === 0) throw badRequest('tasks', tasks, 'at least one column', 'name the columns to profile');
  return fitting(
    dialect,
    source,
    tasks.map((task, index) => ({ task, index })),
    newest,
  );
}

interface IndexedTask {
  readonly task: ProfileTask;
  readonly index: number;
}

function fitting(
  dialect: SqlDialect,
  source: TableSource,
  tasks: readonly IndexedTask[],
  newest: string | null,
): string[] {
  const sql = statementOf(dialect, source, tasks, newest);
  const bytes = new TextEncoder().encode(sql).length;
  if (bytes <= dialect.maxStatementBytes) return [sql];
  if (tasks.length === 1) {
    throw badRequest(
      tasks[0]!.task.column,
      `a statement of ${bytes} bytes`,
      `at most ${dialect.maxStatementBytes}, which ${dialect.name} takes`,
      'profile no column of such long categories: set drift to false for it',
    );
  }
  const half = Math.ceil(tasks.length / 2);
  return [
    ...fitting(dialect, source, tasks.slice(0, half), newest),
    ...fitting(dialect, source, tasks.slice(half), null),
  ];
}

function statementOf(
  dialect: SqlDialect,
  source: TableSource,
  tasks: readonly IndexedTask[],
  newest: string | null,
): string {
  const columns = tasks.flatMap(({ task, index }) => sourceColumns(dialect, task, index));
  if (newest !== null) columns.push(`${dialect.epochMillis(dialect.identifier(newest))} AS source_ms`);
  const parts: StatementParts = {
    source: `SELECT ${columns.join(', ')} ${fromSource(dialect, source)}`,
    numeric: [
      ...(newest === null ? [] : [NEWEST]),
      ...tasks.flatMap(({ task, index }) => (task.kind === 'numeric' ? numericParts(dialect, task, index) : [])),
    ],
    categorical: tasks.flatMap(({ task, index }) => (task.kind === 'categorical' ? [{ index, task }] : [])),
  };
  if (dialect.valueMaps === null && parts.categorical.length > 0) return groupedStatement(dialect, parts);
  return mappedStatement(parts, dialect.valueMaps);
}

const NEWEST: NamedAggregate = {
  name: NEWEST_RESULT,
  aggregate: { row: 'source_ms', state: (name) => `MAX(${name})`, finish: (name) => name },
};

function sourceColumns(dialect: SqlDialect, task: ProfileTask, index: number): string[] {
  const name = dialect.identifier(task.column);
  if (task.kind === 'categorical') return [`${categoryText(dialect, task)} AS ${sourceName(index)}`];
  return [`${name} AS ${sourceName(index)}`, `${dialect.toDouble(name)} AS ${sourceName(index)}_double`];
}

function numericParts(dialect: SqlDialect, task: NumericTask, index: number): NamedAggregate[] {
  const aggregates = numericAggregates(dialect, task, sourceName(index), `${sourceName(index)}_double`);
  return Object.entries(aggregates).map(([part, aggregate]) => ({ name: resultName(index, part), aggregate }));
}

/** Of engines that aggregate a map: every column's values are counted beside the numbers, in the same row. */
function mappedStatement({ source, numeric, categorical }: StatementParts, maps: ValueMaps | null): string {
  const rows = [
    ...numeric.map(({ name, aggregate }) => `${aggregate.row} AS ${name}`),
    ...categorical.map(({ index }) => sourceName(index)),
  ];
  const states = [
    'COUNT(*) AS row_count',
    ...numeric.map(({ name, aggregate }) => `${aggregate.state(name)} AS ${name}`),
  ];
  const results = ['row_count', ...numeric.map(({ name, aggregate }) => `${aggregate.finish(name)} AS ${name}`)];
  for (const { index, task } of maps === null ? [] : categorical) {
    const map = resultName(index, 'map');
    const present = resultName(index, 'present');
    states.push(`COUNT(${sourceName(index)}) AS ${present}`, `${maps!.collect(sourceName(index))} AS ${map}`);
    results.push(present, `${maps!.top(map, task.topLimit)} AS ${resultName(index, 'top')}`);
    results.push(`${maps!.countsOf(map, task.counted)} AS ${resultName(index, 'counts')}`);
    results.push(`${maps!.singletons(map)} AS ${resultName(index, 'singletons')}`);
    if (task.known !== null) results.push(`${maps!.countWithin(map, task.known)} AS ${resultName(index, 'known')}`);
  }
  return `SELECT ${results.join(', ')} FROM (SELECT ${states.join(', ')} FROM (SELECT ${rows.join(', ')} FROM (${source}) AS source) AS prepared) AS aggregated`;
}
