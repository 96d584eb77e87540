import type { DialectName } from '../../src/runtime/sql/dialect';
import { athena } from '../../src/runtime/sql/dialects/athena';
import { duckdb } from '../../src/runtime/sql/dialects/duckdb';
import { DATA_CHECK_TABLES } from '../../test/runtime/sql/data-checks/dialect-cases';
import { MIXED_COLUMNS, mixedRows } from '../../test/runtime/sql/support/mixed-table';

type Cell = number | string | boolean | null;
type Kind = 'double' | 'integer' | 'text' | 'boolean' | 'timestamp';

/** A table that every engine gets; timestamps are epoch milliseconds here. */
export interface Table {
  readonly name: string;
  readonly columns: Readonly<Record<string, Kind>>;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

export const START = Date.UTC(2026, 10, 1);
export const MINUTE = 60_000;
/** So many that there are more codes than one Trino array holds. */
export const TRAINING_ROWS = 400;

const KIND_OF = { number: 'double', integer: 'integer', category: 'text', string: 'text', boolean: 'boolean' } as const;
const mixedColumns: Record<string, Kind> = Object.fromEntries(
  MIXED_COLUMNS.map(({ name, type }) => [name, name === 'level' ? 'double' : KIND_OF[type]]),
);
const timed = (rows: ReturnType<typeof mixedRows>) => rows.map((row, i) => ({ ...row, at: START + i * MINUTE }));

const SCALARS: readonly (readonly [number | null, string | null])[] = [
  [null, null],
  [Number.NaN, '2026-11-01'],
  [Number.POSITIVE_INFINITY, '2026-11-01T05:06:07Z'],
  [Number.NEGATIVE_INFINITY, '2026-11-01T05:06:07.250+02:00'],
  [0, '2026-11-01 05:06:07'],
  [-2.5, '2026-11-01T05:06:07'],
  [3, 'not a time'],
  [123456789012, '12.5'],
  [-7, 'inf'],
];

/** Which predictions and labels there are, minute by minute after START: see the cases. */
const PREDICTIONS: readonly (readonly [string | null, number, number, string])[] = [
  ['a', 0, 0.9, 'x'],
  ['b', 1, 0.1, 'y'],
  ['b', 2, 0.2, 'y'],
  ['c', 3, 0.3, 'x'],
  ['d', 4, 0.4, 'x'],
  ['e', 5, 0.5, 'y'],
  [null, 6, 0.6, 'y'],
  ["f'", 7, 0.7, 'x'],
  ['g', 500, 0.8, 'x'],
];
const LABELS: readonly (readonly [string | null, string | null, number])[] = [
  ['a', 'yes', 10],
  ['a', 'no', 12],
  ['b', 'no', 20],
  ['c', 'yes', 1],
  ['d', 'yes', 4000],
  ['e', null, 30],
  ["f'", 'yes', 40],
  ["f'", 'no', 40],
  [null, 'yes', 50],
  ['g', 'yes', 510],
  ['z', 'yes', 10],
];

export const TABLES: readonly Table[] = [
  { name: 'train', columns: { ...mixedColumns, at: 'timestamp' }, rows: timed(mixedRows(TRAINING_ROWS, 0)) },
  { name: 'live', columns: { ...mixedColumns, at: 'timestamp' }, rows: timed(mixedRows(200, 1)) },
  { name: 'nothing', columns: { ...mixedColumns, at: 'timestamp' }, rows: [] },
  {
    name: 'scalars',
    columns: { id: 'integer', x: 'double', word: 'text' },
    rows: SCALARS.map(([x, word], id) => ({ id, x, word })),
  },
  {
    name: 'predictions',
    columns: { id: 'text', at: 'timestamp', score: 'double', region: 'text' },
    rows: PREDICTIONS.map(([id, minute, score, region]) => ({ id, at: START + minute * MINUTE, score, region })),
  },
  {
    name: 'labels',
    columns: { id: 'text', churned: 'text', known_at: 'timestamp' },
    rows: LABELS.map(([id, churned, minute]) => ({ id, churned, known_at: START + minute * MINUTE })),
  },
  ...DATA_CHECK_TABLES,
];

const TYPE_NAMES = {
  duckdb: { double: 'DOUBLE', integer: 'BIGINT', text: 'VARCHAR', boolean: 'BOOLEAN', timestamp: 'TIMESTAMP' },
  athena: { double: 'DOUBLE', integer: 'BIGINT', text: 'VARCHAR', boolean: 'BOOLEAN', timestamp: 'TIMESTAMP(3)' },
} as const satisfies Record<Exclude<DialectName, 'bigquery'>, Record<Kind, string>>;

/** CREATE TABLE … AS of a table in one statement; an empty one is made of a row that is filtered out. */
export function createStatement(name: 'duckdb' | 'athena', { name: table, columns, rows }: Table): string {
  const dialect = name === 'duckdb' ? duckdb : athena;
  const literal = (cell: Cell, kind: Kind): string => {
    if (cell === null) return 'NULL';
    if (typeof cell === 'boolean') return dialect.boolean(cell);
    if (typeof cell === 'string') return dialect.text(cell);
    if (kind === 'timestamp') return dialect.timestamp(cell);
    return kind === 'integer' ? dialect.integer(cell) : dialect.number(cell);
  };
  const kinds = Object.entries(columns);
  const filled = rows.length === 0 ? [{} as Record<string, Cell>] : rows;
  const values = filled.map(
    (row) => `(${kinds.map(([column, kind]) => literal(row[column] ?? null, kind)).join(', ')})`,
  );
  const typed = kinds.map(
    ([column, kind], index) => `CAST(v${index} AS ${TYPE_NAMES[name][kind]}) AS ${dialect.identifier(column)}`,
  );
  const aliases = kinds.map((_, index) => `v${index}`).join(', ');
  const where = rows.length === 0 ? ' WHERE 1 = 0' : '';
  return `CREATE TABLE ${dialect.table([table])} AS SELECT ${typed.join(', ')} FROM (VALUES ${values.join(', ')}) AS t(${aliases})${where}`;
}

const ZETA_KINDS = { double: 'DOUBLE', integer: 'INT64', text: 'STRING', boolean: 'BOOL', timestamp: 'INT64' } as const;

/** Marks a double, which Python has to see as one although JSON would write it as a whole number or cannot hold it. */
function zetaCell(cell: Cell, kind: Kind): Cell {
  if (kind !== 'double' || typeof cell !== 'number') return cell;
  return `<<${Number.isInteger(cell) ? cell.toFixed(1) : cell}>>`;
}

/** The tables as JSON text for the ZetaSQL executor; timestamps are integers there, which `withTimestamps` converts. */
export function zetaTables(): string {
  const tables = Object.fromEntries(
    TABLES.map(({ name, columns, rows }) => [
      name,
      {
        columns: Object.fromEntries(Object.entries(columns).map(([column, kind]) => [column, ZETA_KINDS[kind]])),
        rows: rows.map((row) => Object.entries(columns).map(([column, kind]) => zetaCell(row[column] ?? null, kind))),
      },
    ]),
  );
  return JSON.stringify(tables).replace(/"<<(-?[\w.+-]+)>>"/g, '$1');
}

/** The statement on tables whose integers have become timestamps. */
export function withTimestamps(sql: string): string {
  const views = TABLES.flatMap(({ name, columns }) => {
    const times = Object.keys(columns).filter((column) => columns[column] === 'timestamp');
    if (times.length === 0 || !sql.includes(`\`${name}\``)) return [];
    const replaced = times.map((column) => `TIMESTAMP_MILLIS(\`${column}\`) AS \`${column}\``).join(', ');
    return [`\`${name}\` AS (SELECT * REPLACE (${replaced}) FROM \`${name}\`)`];
  });
  return views.length === 0 ? sql : `WITH ${views.join(', ')} ${sql}`;
}
