import { type Data, dataSchema } from '../../../../src/definition/data';
import type { FoundColumn, StorageFamily } from '../../../../src/runtime/core/data-checks/columns';
import { FUTURE_TOLERANCE_MS, rowChecks } from '../../../../src/runtime/core/data-checks/row-checks';
import {
  countsStatement,
  keysStatement,
  labelsStatement,
} from '../../../../src/runtime/sql/data-checks/facts-statements';
import { quarantineStatements } from '../../../../src/runtime/sql/data-checks/quarantine';
import { splitCountsStatement } from '../../../../src/runtime/sql/data-checks/split-statements';
import type { CheckedTable } from '../../../../src/runtime/sql/data-checks/typed-rows';
import type { DialectName, SqlDialect } from '../../../../src/runtime/sql/dialect';
import { SQL_DIALECTS } from '../../../../src/runtime/sql/dialects';

/*
 * The statements of the data checks as questions that are put to every engine on the same tables: one of text, as CSV is read,
 * and one of the engines' own types. All replies have to be equal.
 */

const NOW = Date.parse('2026-11-24T12:00:00Z');
const DAY = 86_400_000;

const COLUMNS = {
  id: { type: 'string' },
  at: { type: 'timestamp' },
  age: { type: 'integer', min: 0, max: 99 },
  score: { type: 'number', max: 1, unique: true },
  flag: { type: 'boolean' },
  note: { type: 'string', pattern: "^[a-zé']+$" },
  code: { type: 'category', values: [1, 2] },
  churned: { type: 'category', values: ['yes', 'no'] },
} as const;
type Name = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Name[];

function dataOf(format: Data['format']): Data {
  return dataSchema.parse({
    source: { local: 'x' },
    format,
    key: 'id',
    timestamp: 'at',
    label: { column: 'churned', positive: 'yes' },
    columns: COLUMNS,
    expressions: [{ name: 'no-old-yes', sql: "NOT (age > 60 AND churned = 'yes') OR flag" }],
  });
}

type Cell = number | string | boolean | null;
const rowsOf = (rows: readonly (readonly Cell[])[]) =>
  rows.map((row) => Object.fromEntries(NAMES.map((name, index) => [name, row[index] ?? null])));

const TEXTS: readonly (readonly (string | null)[])[] = [
  ['a', '2026-11-01', '31', '.5', 'true', 'abc', '1', 'yes'],
  ['b', '2026-02-30', 'old', '5.', 'F', 'é', '2', 'no'],
  ['c', '2026-11-24 10:00', null, '1e3', '2', "it's", '3', 'no'],
  ['d', '2026-11-24T10:00:00.123456Z', '1.5', '9e999', null, 'A b', null, 'maybe'],
  ['e', '2026-11-24T10:00:00+14:00', '70', 'nan', 'no', null, '1', 'yes'],
  ['f', '2999-01-01', ' 7', '-Infinity', '0', 'x', '1', 'no'],
  ['f', 'epoch', '1_000', '0x1F', 'on', 'x', '1', ''],
  ['😀', '2026-11-01', '1.0', '.5', 'yes', 'x', '1', 'no'],
  ['a', '2026-11-01', '31', '.5', 'true', 'abc', '1', 'yes'],
  ['g', '2026-11-03T01:02:03', '-1', '0.25', 'T', 'x', '2', 'no'],
  ['h', '2026-11-24T10:00:00.123456789Z', '1', '0.1', 'true', 'x', '1', 'yes'],
  ['i', '2026-11-24T10:00+02:00', '1', '0.2', 'true', 'x', '1', 'yes'],
  ['j', '0001-01-01', '1', '0.3', 'true', 'x', '1', 'yes'],
];
const TYPED: readonly (readonly Cell[])[] = [
  ['a', NOW - DAY, 31, 0.5, true, 'abc', 1, 'yes'],
  ['b', null, 1.5, Number.NaN, false, 'é', 2, 'no'],
  ['c', NOW - 7, null, Number.POSITIVE_INFINITY, null, "it's", 3, 'no'],
  ['a', NOW - DAY, 31, 0.5, true, 'abc', 1, 'yes'],
  ['f', NOW + 3 * DAY, -1, 0.25, true, 'A', 1, 'maybe'],
  ['f', NOW - 2 * DAY, 70, 0.25, false, 'x', 2.5, 'yes'],
  ['g', NOW - 3 * DAY, 7, 0.75, false, 'x', 2, 'yes'],
];

type Kind = 'double' | 'integer' | 'text' | 'boolean' | 'timestamp';
const KINDS: Readonly<Record<Name, Kind>> = {
  id: 'text',
  at: 'timestamp',
  age: 'double',
  score: 'double',
  flag: 'boolean',
  note: 'text',
  code: 'double',
  churned: 'text',
};
const allText = Object.fromEntries(NAMES.map((name): [string, Kind] => [name, 'text']));

/** The tables that every engine gets; timestamps are milliseconds since the epoch here. */
export const DATA_CHECK_TABLES = [
  { name: 'checked_texts', columns: allText, rows: rowsOf(TEXTS) },
  { name: 'checked_types', columns: KINDS, rows: rowsOf(TYPED) },
] as const;

const FAMILY: Readonly<Record<Kind, StorageFamily>> = {
  double: 'number',
  integer: 'integer',
  text: 'text',
  boolean: 'boolean',
  timestamp: 'timestamp',
};

type Row = Readonly<Record<string, unknown>>;

/** Rows in one order, with the columns that all engines write alike. */
function rowsRead(...columns: readonly string[]): (dialect: DialectName, rows: readonly Row[]) => unknown {
  return (_, rows) => rows.map((row) => columns.map((name) => String(row[name])).join(' | ')).sort();
}

/** The cases of one table: counts, classes of the label, keys, both sides of a quarantine, and a split of the table and itself. */
function casesOf(name: string, format: Data['format'], kinds: Readonly<Record<string, Kind>>) {
  const header: FoundColumn[] = NAMES.map((column) => ({ name: column, family: FAMILY[kinds[column]!] }));
  const table: CheckedTable = { source: { table: [name], range: null }, data: dataOf(format), header };
  const checks = rowChecks(table.data, header, { nowMs: NOW, knownLabels: null });
  const quarantine = (dialect: SqlDialect) =>
    quarantineStatements(dialect, table, { wholeTable: false, tableRules: [], checks });
  const one = (
    question: string,
    make: (dialect: SqlDialect) => string,
    read: (dialect: DialectName, rows: readonly Row[]) => unknown,
  ) => ({
    name: `data checks: ${question} of ${name}`,
    sql: {
      duckdb: make(SQL_DIALECTS.duckdb),
      athena: make(SQL_DIALECTS.athena),
      bigquery: make(SQL_DIALECTS.bigquery),
    },
    read,
    tolerance: 0,
    bigqueryExecutes: true,
  });
  const asIs = (_: DialectName, rows: readonly Row[]): unknown => rows;
  return [
    one('counts', (dialect) => countsStatement(dialect, table, checks, NOW + FUTURE_TOLERANCE_MS), asIs),
    one('labels', (dialect) => labelsStatement(dialect, table)!, rowsRead('label', 'row_count')),
    one('keys', (dialect) => keysStatement(dialect, table, checks)!, rowsRead('check_id', 'row_key')),
    one('accepted rows', (dialect) => `SELECT id FROM (${quarantine(dialect).accepted}) AS part`, rowsRead('id')),
    one(
      'quarantined rows',
      (dialect) => `SELECT id, violated_rules FROM (${quarantine(dialect).quarantined}) AS part`,
      rowsRead('id', 'violated_rules'),
    ),
    one('split', (dialect) => splitCountsStatement(dialect, { train: table, test: table, byTime: true }), asIs),
  ];
}

/** All questions of the data checks. */
export const dataCheckCases = () => [
  ...casesOf('checked_texts', 'csv', allText),
  ...casesOf('checked_types', 'parquet', KINDS),
];
