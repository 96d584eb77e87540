import type { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import type { ColumnReference, ColumnWindow, ReferenceProfile } from '../../../src/runtime/core/drift/profile';
import { assertComparable } from '../../../src/runtime/core/drift/profile-check';
import { buildReferenceProfile } from '../../../src/runtime/core/drift/reference-profile';
import { buildWindowProfile } from '../../../src/runtime/core/drift/window-profile';
import { duckdb } from '../../../src/runtime/sql/dialects/duckdb';
import { profileReference, profileWindow, profileWindows } from '../../../src/runtime/sql/run-profiles';
import { createTable, emptyEngine } from './support/engine';
import { FLOATING, MIXED_COLUMNS, type MixedRow, mixedRows } from './support/mixed-table';

const ORIGIN = { dataDigest: 'sha256:00', source: 'training' } as const;
const TYPES = {
  amount: 'DOUBLE',
  'zero inflated': 'DOUBLE',
  heavy: 'DOUBLE',
  steps: 'BIGINT',
  constant: 'DOUBLE',
  empty: 'DOUBLE',
  huge: 'DOUBLE',
  segment: 'VARCHAR',
  weird: 'VARCHAR',
  code: 'VARCHAR',
  level: 'DOUBLE',
  blank: 'VARCHAR',
  active: 'BOOLEAN',
  'o"d`d; -- \\': 'VARCHAR',
  at: 'TIMESTAMP',
};
const START = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;

let engine: DuckDbSqlEngine;
beforeEach(async () => {
  engine = await emptyEngine();
});
afterEach(() => engine.close());

/** Rows with an event time, one a minute from START on. */
const timed = (rows: readonly MixedRow[]): MixedRow[] =>
  rows.map((row, i) => ({ ...row, at: new Date(START + i * 60_000).toISOString() }));

function reference(rows: readonly MixedRow[]): ReferenceProfile {
  return buildReferenceProfile(rows, MIXED_COLUMNS, { origin: ORIGIN, bins: 10, prediction: MIXED_COLUMNS[0]! });
}

const columns = MIXED_COLUMNS.map((column) => ({ ...column, floating: FLOATING.includes(column.name) }));

/** Equal but for the last digits of moments, quantiles and edges, whose sums run in another order. */
function expectSame(
  actual: ColumnReference | ColumnWindow | null,
  expected: ColumnReference | ColumnWindow | null,
): void {
  if (actual?.kind !== 'numeric' || expected?.kind !== 'numeric') {
    expect(actual).toEqual(expected);
    return;
  }
  const without = { moments: null, quantiles: null, edges: null };
  expect({ ...actual, ...without }).toEqual({ ...expected, ...without });
  // Sums lose digits in proportion to the values, not to their spread.
  const { min, max } = expected.moments ?? { min: 0, max: 0 };
  const digits = 1e-13 * Math.max(1, Math.abs(min), Math.abs(max));
  expectNear(Object.values(actual.moments ?? {}), Object.values(expected.moments ?? {}), digits);
  expectNear(actual.quantiles, expected.quantiles, 1e-15);
  if ('edges' in actual && 'edges' in expected) expectNear(actual.edges, expected.edges, 1e-15);
}

function expectNear(actual: readonly number[] | null, expected: readonly number[] | null, relative: number): void {
  expect(actual?.length).toBe(expected?.length);
  for (const [index, value] of (actual ?? []).entries()) {
    expect(Math.abs(value - expected![index]!)).toBeLessThanOrEqual(relative * Math.max(1, Math.abs(value)));
  }
}

describe('a reference profile by SQL', () => {
  it('is the one that the core makes of the same rows in memory', async () => {
    const rows = mixedRows(1200, 0);
    await createTable(engine, 'train', TYPES, timed(rows));
    const expected = reference(rows);
    const actual = await profileReference(engine, duckdb, {
      table: ['train'],
      range: null,
      columns,
      prediction: columns[0]!,
      bins: 10,
      quantiles: 'exact',
      origin: ORIGIN,
    });
    expect({ ...actual, columns: [], prediction: null }).toEqual({ ...expected, columns: [], prediction: null });
    expect(actual.columns.map(({ name }) => name)).toEqual(expected.columns.map(({ name }) => name));
    for (const [index, column] of actual.columns.entries()) expectSame(column, expected.columns[index]!);
    expectSame(actual.prediction, expected.prediction);
  });

  it('has the very quantiles of the core: a cut beside the value would put its rows into another bin', async () => {
    await engine.query(
      'CREATE TABLE hours AS SELECT CAST(((row * 37) % 101) / 100 AS DOUBLE) AS hum FROM range(1203) t(row)',
    );
    const rows = Array.from({ length: 1203 }, (_, row) => ({ hum: ((row * 37) % 101) / 100 }));
    const hum = { name: 'hum', type: 'number', floating: false } as const;
    const options = { bins: 10, origin: ORIGIN, prediction: hum };
    const [expected] = buildReferenceProfile(rows, [hum], options).columns;
    const asked = { ...options, table: ['hours'], range: null, columns: [hum], quantiles: 'exact' } as const;
    const [column] = (await profileReference(engine, duckdb, asked)).columns;
    if (column?.kind !== 'numeric' || expected?.kind !== 'numeric') throw new Error('a numeric column');
    expect(column.quantiles).toEqual(expected.quantiles);
    expect(column.edges).toEqual(expected.edges);
    expect(column.binCounts).toEqual(expected.binCounts);
  });

  it('is empty of an empty table, without NaN', async () => {
    await createTable(engine, 'train', TYPES, []);
    const actual = await profileReference(engine, duckdb, {
      table: ['train'],
      range: null,
      columns,
      prediction: null,
      bins: 10,
      quantiles: 'exact',
      origin: ORIGIN,
    });
    expect(actual).toEqual({ ...reference([]), prediction: null });
  });

  it('finds heavy values and near quantiles by the approximate sketch too', async () => {
    const rows = mixedRows(1200, 0);
    await createTable(engine, 'train', TYPES, timed(rows));
    const exact = reference(rows);
    const actual = await profileReference(engine, duckdb, {
      table: ['train'],
      range: null,
      columns,
      prediction: null,
      bins: 10,
      quantiles: 'approximate',
      origin: ORIGIN,
    });
    for (const [index, column] of actual.columns.entries()) {
      const expected = exact.columns[index]!;
      if (column.kind !== 'numeric' || expected.kind !== 'numeric') continue;
      expect({ name: column.name, heavy: column.heavy }).toEqual({ name: column.name, heavy: expected.heavy });
      // Between two steps of a whole number any value is as good.
      if (column.type === 'integer' || column.quantiles === null || expected.quantiles === null) continue;
      const width = expected.quantiles[100]! - expected.quantiles[0]!;
      for (const [step, quantile] of column.quantiles.entries()) {
        expect(Math.abs(quantile - expected.quantiles[step]!)).toBeLessThanOrEqual(width * 0.03);
      }
    }
  });

  it('knows no more than the most frequent of too many categories', async () => {
    const rows = Array.from({ length: 2500 }, (_, i) => ({ id: i < 1500 ? `id-${i}` : `id-${i % 10}` }));
    await createTable(engine, 'train', { id: 'VARCHAR' }, rows);
    const idColumn = { name: 'id', type: 'string' } as const;
    const actual = await profileReference(engine, duckdb, {
      table: ['train'],
      range: null,
      columns: [idColumn],
      prediction: null,
      bins: 10,
      quantiles: 'exact',
      origin: ORIGIN,
    });
    expect(actual).toEqual(buildReferenceProfile(rows, [idColumn], { origin: ORIGIN, bins: 10 }));
    expect(actual.columns[0]).toMatchObject({ knownComplete: false });
  });

  it('refuses a column that is named twice and fewer than two bins', async () => {
    const request = { table: ['t'], range: null, prediction: null, quantiles: 'exact', origin: ORIGIN } as const;
    const twice = [columns[0]!, columns[0]!];
    await expect(profileReference(engine, duckdb, { ...request, columns: twice, bins: 10 })).rejects.toThrow(/once/);
    await expect(profileReference(engine, duckdb, { ...request, columns, bins: 1 })).rejects.toThrow(/2 or more/);
    await expect(profileReference(engine, duckdb, { ...request, columns: [], bins: 2 })).rejects.toThrow(/column/);
  });
});

describe('a window profile by SQL', () => {
  it('is the one that the core makes of the rows in the half-open window', async () => {
    const rows = mixedRows(900, 1);
    await createTable(engine, 'live', TYPES, timed(rows));
    const range = { column: 'at', startMillis: START + HOUR, endMillis: START + 9 * HOUR };
    const profile = reference(mixedRows(1200, 0));
    const expected = buildWindowProfile(rows.slice(60, 540), profile, {
      start: '2026-11-01T01:00:00.000Z',
      end: '2026-11-01T09:00:00.000Z',
    });
    const actual = await profileWindow(engine, duckdb, {
      table: ['live'],
      range,
      reference: profile,
      columns: Object.keys(TYPES),
      floating: FLOATING,
      sketch: 'exact',
    });
    expect(actual.rows).toBe(480);
    expect({ ...actual, columns: [], prediction: null }).toEqual({ ...expected, columns: [], prediction: null });
    for (const [index, column] of actual.columns.entries()) expectSame(column, expected.columns[index]!);
    expectSame(actual.prediction, expected.prediction);
    // Stored and read back, both are what the drift verdict takes.
    const stored = JSON.parse(JSON.stringify({ profile, actual }));
    expect(() => assertComparable(stored.profile, stored.actual)).not.toThrow();
  });

  it('counts the same without a sketch, whose fields are then null', async () => {
    await createTable(engine, 'live', TYPES, timed(mixedRows(900, 1)));
    const request = {
      table: ['live'],
      range: { column: 'at', startMillis: START, endMillis: START + 24 * HOUR },
      reference: reference(mixedRows(1200, 0)),
      columns: Object.keys(TYPES),
      floating: FLOATING,
    };
    const full = await profileWindow(engine, duckdb, { ...request, sketch: 'exact' });
    const counts = await profileWindow(engine, duckdb, { ...request, sketch: 'none' });
    expect(counts.columns).toEqual(
      full.columns.map((column) =>
        column.kind === 'numeric' ? { ...column, moments: null, quantiles: null } : column,
      ),
    );
  });

  it('is counted on several references in one scan, which tells the newest row too', async () => {
    await createTable(engine, 'live', TYPES, timed(mixedRows(900, 1)));
    const request = {
      table: ['live'],
      range: { column: 'at', startMillis: START, endMillis: START + 9 * HOUR },
      columns: Object.keys(TYPES),
      floating: FLOATING,
      reference: reference(mixedRows(1200, 0)),
      sketch: 'exact',
    } as const;
    const other = { ...request, reference: reference(mixedRows(300, 2)), sketch: 'none' } as const;
    const asked: string[] = [];
    const listening = {
      query: (sql: string) => {
        asked.push(sql);
        return engine.query(sql);
      },
      close: () => engine.close(),
    };
    const { profiles, newestMillis } = await profileWindows(listening, duckdb, [request, other], true);
    expect(asked).toHaveLength(1);
    expect(profiles).toEqual([
      await profileWindow(engine, duckdb, request),
      await profileWindow(engine, duckdb, other),
    ]);
    const [newest] = await engine.query(
      `SELECT epoch_ms(MAX("at")) AS ms FROM live WHERE "at" < ${duckdb.timestamp(START + 9 * HOUR)}`,
    );
    expect(newestMillis).toBe(Number(newest!['ms']));
    const empty = { ...request, range: { column: 'at', startMillis: START - HOUR, endMillis: START - 1 } };
    expect(await profileWindows(engine, duckdb, [empty], true)).toMatchObject({
      profiles: [{ rows: 0 }],
      newestMillis: null,
    });
  });

  it('is all zeros of an empty window, and leaves out a column that the table lacks', async () => {
    const { active: _, ...types } = TYPES;
    await createTable(engine, 'live', types, []);
    const profile = reference(mixedRows(300, 0));
    const actual = await profileWindow(engine, duckdb, {
      table: ['live'],
      range: { column: 'at', startMillis: START, endMillis: START },
      reference: profile,
      columns: Object.keys(types),
      floating: FLOATING,
      sketch: 'approximate',
    });
    expect(actual.rows).toBe(0);
    expect(actual.columns.map(({ name }) => name)).toEqual(
      MIXED_COLUMNS.map(({ name }) => name).filter((name) => name !== 'active'),
    );
    expect(JSON.stringify(actual.columns[0])).toBe(
      JSON.stringify({
        kind: 'numeric',
        name: 'amount',
        rows: 0,
        nulls: 0,
        nans: 0,
        negativeInfinities: 0,
        positiveInfinities: 0,
        binCounts: new Array(10).fill(0),
        heavyCounts: [],
        moments: null,
        quantiles: null,
      }),
    );
  });

  it('counts text in a numeric column as no number, and tells the rows when no column is left', async () => {
    const train = Array.from({ length: 50 }, (_, i) => ({ x: i }));
    const profile = buildReferenceProfile(train, [{ name: 'x', type: 'number' }], { origin: ORIGIN, bins: 4 });
    const rows = ['1', 'n/a', null, '40', 'Infinity'].map((x) => ({ x, at: '2026-11-01T00:30:00Z' }));
    await createTable(engine, 'live', { x: 'VARCHAR', at: 'TIMESTAMP' }, rows);
    const request = {
      table: ['live'],
      range: { column: 'at', startMillis: START, endMillis: START + HOUR },
      reference: profile,
      floating: [],
      sketch: 'none',
    } as const;
    const { columns: found } = await profileWindow(engine, duckdb, { ...request, columns: ['x'] });
    expect(found).toEqual([
      {
        kind: 'numeric',
        name: 'x',
        rows: 5,
        nulls: 1,
        nans: 1,
        positiveInfinities: 1,
        negativeInfinities: 0,
        binCounts: [1, 0, 0, 1],
        heavyCounts: [],
        moments: null,
        quantiles: null,
      },
    ]);
    expect(await profileWindow(engine, duckdb, { ...request, columns: [] })).toMatchObject({ rows: 5, columns: [] });
  });

  it('is the same in several statements where the engine takes no long ones, and refuses where none is short enough', async () => {
    await createTable(engine, 'live', TYPES, timed(mixedRows(300, 1)));
    const request = {
      table: ['live'],
      range: { column: 'at', startMillis: START, endMillis: START + 24 * HOUR },
      reference: reference(mixedRows(1200, 0)),
      columns: Object.keys(TYPES),
      floating: FLOATING,
      sketch: 'none',
    } as const;
    const asked: string[] = [];
    const listening = {
      query: (sql: string) => {
        asked.push(sql);
        return engine.query(sql);
      },
      close: () => engine.close(),
    };
    const brief = { ...duckdb, maxStatementBytes: 15_000 };
    expect(await profileWindow(listening, brief, request)).toEqual(await profileWindow(engine, duckdb, request));
    expect(asked.length).toBeGreaterThan(1);
    expect(Math.max(...asked.map((sql) => Buffer.byteLength(sql)))).toBeLessThanOrEqual(15_000);
    await expect(profileWindow(engine, { ...duckdb, maxStatementBytes: 500 }, request)).rejects.toThrow(/at most 500/);
  });

  it('refuses a window that ends before it starts', async () => {
    const request = {
      table: ['live'],
      range: { column: 'at', startMillis: START, endMillis: START - 1 },
      reference: reference([]),
      columns: ['amount'],
      floating: [],
      sketch: 'none',
    } as const;
    await expect(profileWindow(engine, duckdb, request)).rejects.toThrow(/swap start and end/);
  });
});
