import type { Column } from '../../definition/data';
import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import { EVENT_COLUMNS } from '../../runtime/adapters/local/event-columns';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import type { RowsEngine } from '../engine/capture-table';
import { valuesOf } from './columns';
import type { MadeEvent } from './made-event';

/** Share of the events that the definition's expressions may cost. */
const MOST_LOST = 0.5;
const PLACE = 'mlp_place';
const id = duckdb.identifier;

/**
 * Writes events into a table, created anew: the columns of the contract with their types, and those of `EVENT_COLUMNS`.
 * Events that break an expression of the definition, as they were meant, are left out: the world does not bring them forth.
 * What faults of delivery make of the others stays, for the data checks to find.
 * @returns how many rows were written and left out
 * @throws OperationError `expressionNeverHolds` when an expression would cost more than half of the events
 */
export async function writeEvents(
  engine: RowsEngine,
  table: string,
  definition: ModelDefinition,
  events: Iterable<MadeEvent>,
): Promise<{ readonly written: number; readonly leftOut: number }> {
  const columns = Object.entries(definition.data.columns).map(([name, column]) => ({ name, type: typeOf(column) }));
  const labelType = columns.find(({ name }) => name === definition.data.label.column)?.type ?? 'VARCHAR';
  const hidden = [
    { name: EVENT_COLUMNS.arrivesAt, type: 'TIMESTAMP' },
    { name: EVENT_COLUMNS.labelAt, type: 'TIMESTAMP' },
    { name: EVENT_COLUMNS.earlyLabel, type: labelType },
  ];
  const made = [...events];
  const broken = await brokenEvents(engine, table, definition, columns, made);
  await createTable(engine, table, [...columns, ...hidden]);
  await engine.append(table, rowsOf());
  return { written: made.length - broken.size, leftOut: broken.size };

  function* rowsOf(): Generator<readonly unknown[]> {
    for (const [place, { row, arrivesAt, labelAt, earlyLabel }] of made.entries()) {
      if (broken.has(place)) continue;
      const known = [instant(arrivesAt), instant(labelAt), cell(earlyLabel ?? null, labelType)];
      yield [...columns.map(({ name, type }) => cell(row[name] ?? null, type)), ...known];
    }
  }
}

type TableColumn = { readonly name: string; readonly type: string };

/** Places of the events that break an expression as they were meant. */
async function brokenEvents(
  engine: RowsEngine,
  table: string,
  { data }: ModelDefinition,
  columns: readonly TableColumn[],
  events: readonly MadeEvent[],
): Promise<Set<number>> {
  const broken = new Set<number>();
  const expressions = data.checks.expressions === 'off' ? [] : (data.expressions ?? []);
  if (expressions.length === 0 || events.length === 0) return broken;
  const meant = `${table}_meant`;
  await createTable(engine, meant, [...columns, { name: PLACE, type: 'BIGINT' }]);
  await engine.append(
    meant,
    events.map((event, place) => [...columns.map(({ name, type }) => cell(event.meant[name] ?? null, type)), place]),
  );
  for (const { name, sql } of expressions) {
    // The bracket stands on a line of its own: a comment at the end of an expression would swallow it.
    const rows = await engine.query(`SELECT ${id(PLACE)} AS place FROM ${id(meant)} WHERE NOT (${sql}\n)`);
    if (rows.length > MOST_LOST * events.length) throw neverHolds(name, sql, rows.length, events.length);
    for (const { place } of rows) broken.add(Number(place));
  }
  await engine.query(`DROP TABLE ${id(meant)}`);
  return broken;
}

async function createTable(engine: RowsEngine, table: string, columns: readonly TableColumn[]): Promise<void> {
  const list = columns.map(({ name, type }) => `${id(name)} ${type}`).join(', ');
  await engine.query(`CREATE OR REPLACE TEMP TABLE ${id(table)} (${list})`);
}

function typeOf(column: Column): string {
  switch (column.type) {
    case 'number':
      return 'DOUBLE';
    case 'integer':
      return 'BIGINT';
    case 'boolean':
      return 'BOOLEAN';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'string':
      return 'VARCHAR';
    case 'category': {
      const values = valuesOf(column);
      if (values.every((value) => typeof value === 'boolean')) return 'BOOLEAN';
      if (!values.every((value) => typeof value === 'number')) return 'VARCHAR';
      return values.every(Number.isInteger) ? 'BIGINT' : 'DOUBLE';
    }
  }
}

const instant = (seconds: number): Date => new Date(Math.round(seconds * 1000));

/** A value as the engine appends it. */
function cell(value: Json, type: string): unknown {
  if (value === null) return null;
  if (type === 'TIMESTAMP') return new Date(String(value));
  return type === 'VARCHAR' ? String(value) : value;
}

const neverHolds = (name: string, sql: string, rows: number, of: number): OperationError =>
  new OperationError({
    code: 'expressionNeverHolds',
    path: `data.expressions.${name}`,
    got: `${rows} of ${of} rows that were made up break ${sql}`,
    expected: 'an expression that holds for at least half of rows whose columns have nothing to do with each other',
    fix: 'switch it off for the drill (checks.expressions: off), or rehearse on recorded events',
  });
