import { MAX_KEYS, type SplitFacts } from '../../core/data-checks/facts';
import type { SqlDialect } from '../dialect';
import { badReply } from '../errors';
import type { RunSql } from './collect';
import { type CheckedTable, type TypedRows, typedRows } from './typed-rows';

/** Train and test as two tables (or two windows of one) with the same columns. */
export interface SplitTables {
  readonly train: CheckedTable;
  readonly test: CheckedTable;
  /** `training.split.by`: only a split by time has an order to keep. */
  readonly byTime: boolean;
}

/** What makes two rows the same: their key; without one, all columns of the definition that both have. */
function identity(dialect: SqlDialect, table: CheckedTable, rows: TypedRows): string[] {
  const { key, columns } = table.data;
  const names = key === undefined ? Object.keys(columns) : [key];
  return names.flatMap((name) => {
    const found = table.header.find((column) => column.name === name);
    const column = rows.column(name);
    if (found === undefined || column === undefined) return [];
    return [key === undefined ? `COALESCE(${dialect.toText(rows.raw(name))}, '')` : column.text];
  });
}

/** `mlp_id`s of a table: one text a row, parts with their lengths so that `a,bc` is not `ab,c`. */
function ids(dialect: SqlDialect, table: CheckedTable): string {
  const rows = typedRows(dialect, table);
  const parts = identity(dialect, table, rows);
  if (parts.length === 0)
    return `SELECT CAST(NULL AS ${dialect.name === 'bigquery' ? 'STRING' : 'VARCHAR'}) AS mlp_id FROM (${rows.sql}) mlp_rows`;
  const id =
    parts.length === 1
      ? parts[0]
      : parts.map((part) => `${dialect.toText(`LENGTH(${part})`)} || ':' || ${part}`).join(' || ');
  return `SELECT ${id} AS mlp_id FROM (${rows.sql}) mlp_rows`;
}

function sharedIds(dialect: SqlDialect, { train, test }: SplitTables): string {
  const inTrain = `SELECT mlp_id FROM (${ids(dialect, train)}) mlp_train WHERE mlp_id IS NOT NULL`;
  return `FROM (${ids(dialect, test)}) mlp_test WHERE mlp_id IN (${inTrain})`;
}

function earlyRows(dialect: SqlDialect, { train, test }: SplitTables): string {
  const [trainRows, testRows] = [typedRows(dialect, train), typedRows(dialect, test)];
  const [trainAt, testAt] = [trainRows, testRows].map((rows) => rows.column(train.data.timestamp)?.instant);
  if (trainAt === undefined || testAt === undefined) return '0';
  const end = `SELECT MAX(${trainAt}) FROM (${trainRows.sql}) mlp_train_rows`;
  return `(SELECT COUNT(*) FROM (${testRows.sql}) mlp_test_rows WHERE ${testAt} < (${end}))`;
}

/** One row: `train_rows`, `test_rows`, `shared_rows` and `early_rows` (0 when the split is not by time). */
export function splitCountsStatement(dialect: SqlDialect, split: SplitTables): string {
  const rows = (table: CheckedTable): string => `(SELECT COUNT(*) FROM (${typedRows(dialect, table).sql}) mlp_counted)`;
  return (
    `SELECT ${rows(split.train)} AS train_rows, ${rows(split.test)} AS test_rows, ` +
    `(SELECT COUNT(*) ${sharedIds(dialect, split)}) AS shared_rows, ${split.byTime ? earlyRows(dialect, split) : '0'} AS early_rows`
  );
}

function readCount(row: Readonly<Record<string, unknown>> | undefined, name: string): number {
  const number = Number(row?.[name] ?? Number.NaN);
  if (!Number.isSafeInteger(number) || number < 0) throw badReply(name, row?.[name], 'a count');
  return number;
}

/**
 * What train and test have in common that they must not have. Keys are named; rows without a key are only counted.
 * @throws OperationError `sqlReply`; what the engine throws is passed on
 */
export async function collectSplitFacts(run: RunSql, dialect: SqlDialect, split: SplitTables): Promise<SplitFacts> {
  const [row] = await run(splitCountsStatement(dialect, split));
  const shared = readCount(row, 'shared_rows');
  const named = shared > 0 && split.test.data.key !== undefined;
  const keys = named
    ? await run(`SELECT DISTINCT mlp_id AS row_key ${sharedIds(dialect, split)} ORDER BY row_key LIMIT ${MAX_KEYS}`)
    : [];
  return {
    trainRows: readCount(row, 'train_rows'),
    testRows: readCount(row, 'test_rows'),
    sharedKeys: { violations: shared, keys: keys.map((one) => String(one['row_key'])) },
    testRowsBeforeTrainEnd: split.byTime ? readCount(row, 'early_rows') : null,
  };
}
