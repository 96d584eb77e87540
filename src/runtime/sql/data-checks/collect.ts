import { byBytes, type DataFacts, type LabelCount, type RowCheckFacts } from '../../core/data-checks/facts';
import {
  FUTURE_TOLERANCE_MS,
  type RowCheck,
  type RowCheckOptions,
  rowCheckId,
  rowChecks,
} from '../../core/data-checks/row-checks';
import type { SqlDialect } from '../dialect';
import { badReply } from '../errors';
import { countName, countsStatement, keysStatement, labelsStatement } from './facts-statements';
import type { CheckedTable } from './typed-rows';

/** A row of a reply, values as the engine's client gives them: numbers may come as bigint or as text. */
export type SqlRow = Readonly<Record<string, unknown>>;
/** Runs one statement. */
export type RunSql = (sql: string) => Promise<readonly SqlRow[]>;

function readCount(row: SqlRow | undefined, name: string): number {
  const value = row?.[name];
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value ?? Number.NaN);
  if (!Number.isSafeInteger(number) || number < 0) throw badReply(name, value, 'a count');
  return number;
}

function readInstant(row: SqlRow | undefined): number | null {
  const value = row?.['newest_ms'];
  if (value === null || value === undefined) return null;
  const number = Number(value);
  if (!Number.isFinite(number)) throw badReply('newest_ms', value, 'milliseconds since the epoch, or NULL');
  return number;
}

async function keysByCheck(
  run: RunSql,
  dialect: SqlDialect,
  table: CheckedTable,
  checks: readonly RowCheck[],
): Promise<Map<string, string[]>> {
  const sql = keysStatement(dialect, table, checks);
  const keys = new Map<string, string[]>();
  for (const row of sql === undefined ? [] : await run(sql)) {
    const id = String(row['check_id']);
    keys.set(id, [...(keys.get(id) ?? []), String(row['row_key'])]);
  }
  for (const list of keys.values()) list.sort(byBytes);
  return keys;
}

export interface CollectOptions extends RowCheckOptions {
  /** Regression has no classes to count. */
  readonly countLabels: boolean;
}

/**
 * The facts of a table: one statement for all counts, one for the classes of the label, and, only when something is wrong,
 * one for the keys of the rows that are.
 *
 * @throws OperationError `sqlReply` when a reply is not what was asked for; what the engine throws is passed on
 */
export async function collectDataFacts(
  run: RunSql,
  dialect: SqlDialect,
  table: CheckedTable,
  options: CollectOptions,
): Promise<DataFacts> {
  const checks = rowChecks(table.data, table.header, options);
  const [row] = await run(countsStatement(dialect, table, checks, options.nowMs + FUTURE_TOLERANCE_MS));
  const counted = checks.map((check, index) => ({ check, violations: readCount(row, countName(index)) }));
  const broken = counted.filter(({ violations }) => violations > 0).map(({ check }) => check);
  const keys = await keysByCheck(run, dialect, table, broken);
  const labelsSql = options.countLabels ? labelsStatement(dialect, table) : undefined;
  const labels: LabelCount[] | null =
    labelsSql === undefined
      ? null
      : (await run(labelsSql)).map((one) => ({ label: String(one['label']), rows: readCount(one, 'row_count') }));
  return {
    rows: readCount(row, 'row_count'),
    header: table.header,
    newestEventMs: readInstant(row),
    labels,
    rowChecks: counted.map((one): RowCheckFacts => ({ ...one, keys: keys.get(rowCheckId(one.check)) ?? [] })),
  };
}
