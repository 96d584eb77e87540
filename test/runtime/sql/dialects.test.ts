import fc from 'fast-check';
import type { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import { DIALECT_NAMES, type DialectName } from '../../../src/runtime/sql/dialect';
import { sqlDialect } from '../../../src/runtime/sql/dialects';
import { nextDown, nextUp } from '../../../src/runtime/sql/doubles';
import { emptyEngine } from './support/engine';

const table = (expected: Record<DialectName, string>): [DialectName, string][] =>
  Object.entries(expected) as [DialectName, string][];

describe('identifiers', () => {
  it.each(
    table({
      duckdb: '"a""b`c\\d; DROP TABLE t --"',
      athena: '"a""b`c\\d; DROP TABLE t --"',
      bigquery: '`a"b\\`c\\\\d; DROP TABLE t --`',
    }),
  )('are quoted by %s so that nothing gets out', (name, expected) => {
    expect(sqlDialect(name).identifier('a"b`c\\d; DROP TABLE t --')).toBe(expected);
  });

  it.each(table({ duckdb: '"my db"."x"".y"', athena: '"my db"."x"".y"', bigquery: '`my db`.`x".y`' }))(
    'qualify a table on %s part by part',
    (name, expected) => {
      expect(sqlDialect(name).table(['my db', 'x".y'])).toBe(expected);
    },
  );

  it.each(DIALECT_NAMES)('of nothing or with NUL are refused by %s', (name) => {
    const dialect = sqlDialect(name);
    expect(() => dialect.identifier('')).toThrow(/sqlIdentifier/);
    expect(() => dialect.table(['t', 'a\u0000b'])).toThrow(/sqlIdentifier/);
  });
});

describe('literals', () => {
  it.each(
    table({
      duckdb: "'it''s \\ \"x\" `y` \n'",
      athena: "U&'it''s \\\\ \"x\" `y` \\000a'",
      bigquery: "'it\\'s \\\\ \"x\" `y` \\u000a'",
    }),
  )('of text are escaped by %s', (name, expected) => {
    expect(sqlDialect(name).text('it\'s \\ "x" `y` \n')).toBe(expected);
  });

  it.each(
    table({
      duckdb: "-1.5E0 1E300 9.999999999999999E-1 0E0 CAST('nan' AS DOUBLE) CAST('-inf' AS DOUBLE)",
      athena: '-1.5E0 1E300 9.999999999999999E-1 0E0 nan() -infinity()',
      bigquery: "-1.5E0 1E300 9.999999999999999E-1 0E0 CAST('nan' AS FLOAT64) CAST('-inf' AS FLOAT64)",
    }),
  )('of numbers are doubles on %s, never decimals', (name, expected) => {
    const numbers = [-1.5, 1e300, 0.9999999999999999, -0, Number.NaN, Number.NEGATIVE_INFINITY];
    expect(numbers.map(sqlDialect(name).number).join(' ')).toBe(expected);
  });

  it.each(
    table({
      duckdb: "TIMESTAMP '2026-11-24 01:02:03.004'",
      athena: "TIMESTAMP '2026-11-24 01:02:03.004'",
      bigquery: "TIMESTAMP '2026-11-24 01:02:03.004+00'",
    }),
  )('of instants are UTC on %s', (name, expected) => {
    expect(sqlDialect(name).timestamp(Date.UTC(2026, 10, 24, 1, 2, 3, 4))).toBe(expected);
  });

  it.each(DIALECT_NAMES)('that cannot be written are refused by %s', (name) => {
    const dialect = sqlDialect(name);
    expect(() => dialect.text('a\u0000')).toThrow(/text without NUL/);
    expect(() => dialect.text('\ud800')).toThrow(/whole characters/);
    for (const bad of [1.5, 2 ** 60, Number.NaN, 2n ** 63n]) expect(() => dialect.integer(bad)).toThrow(/sqlLiteral/);
    for (const bad of [1.5, Number.NaN, 8e15, -1e14]) expect(() => dialect.timestamp(bad)).toThrow(/sqlLiteral/);
    expect(() => dialect.histogram('x', [])).toThrow(/at least one cut point/);
  });
});

describe('columns of a table', () => {
  it.each(
    table({
      duckdb:
        'SELECT column_name AS "name", column_type AS "type" FROM (DESCRIBE SELECT * FROM "lake"."shop"."sa\'les")',
      athena:
        'SELECT column_name AS "name", data_type AS "type" FROM "lake".information_schema.columns WHERE table_schema = \'shop\' AND table_name = \'sa\'\'les\' ORDER BY ordinal_position',
      bigquery:
        "SELECT column_name AS `name`, data_type AS `type` FROM `lake`.`shop`.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'sa\\'les' ORDER BY ordinal_position",
    }),
  )('are asked of %s in their order', (name, expected) => {
    expect(sqlDialect(name).describe(['lake', 'shop', "sa'les"])).toBe(expected);
  });

  it.each(['athena', 'bigquery'] as const)('cannot be asked of %s without a schema', (name) => {
    expect(() => sqlDialect(name).describe(['sales'])).toThrow(/qualify the table/);
  });
});

describe('what differs is written as each engine has it', () => {
  const of = (name: DialectName) => {
    const dialect = sqlDialect(name);
    const { row, state, finish } = dialect.histogram('x', [0, 1.5]);
    return [dialect.countIf('a > b'), dialect.toDouble('c'), row, state('r'), finish('s')];
  };

  it('for a histogram on stored edges', () => {
    expect(of('duckdb')).toEqual([
      'COUNT(*) FILTER (WHERE a > b)',
      'TRY_CAST(c AS DOUBLE)',
      "NULLIF(x, CAST('nan' AS DOUBLE))",
      "histogram(r, [CAST('-inf' AS DOUBLE), -5E-324, 1.4999999999999998E0, 1.7976931348623157E308, CAST('inf' AS DOUBLE)])",
      'to_json(map_values(s))',
    ]);
    expect(of('athena')).toEqual([
      'count_if(a > b)',
      'TRY_CAST(c AS DOUBLE)',
      'CASE WHEN is_nan(x) THEN NULL WHEN x = -infinity() THEN 0 WHEN x = infinity() THEN 4 ELSE width_bucket(x, ARRAY[0E0, 1.5E0]) + 1 END',
      'histogram(r)',
      'json_format(CAST(transform(sequence(0, 4), i -> COALESCE(element_at(s, i), 0)) AS JSON))',
    ]);
    expect(of('bigquery')).toEqual([
      'COUNTIF(a > b)',
      'SAFE_CAST(c AS FLOAT64)',
      "CASE WHEN IS_NAN(x) THEN NULL WHEN x = CAST('-inf' AS FLOAT64) THEN 0 WHEN x = CAST('inf' AS FLOAT64) THEN 4 ELSE RANGE_BUCKET(x, [0E0, 1.5E0]) + 1 END",
      '[COUNTIF(r = 0), COUNTIF(r = 1), COUNTIF(r = 2), COUNTIF(r = 3), COUNTIF(r = 4)]',
      'TO_JSON_STRING(s)',
    ]);
  });

  it('for approximate quantiles', () => {
    const state = (name: DialectName) => sqlDialect(name).quantiles('x', [0.25, 0.5], 'approximate').state('r');
    expect(state('duckdb')).toBe('approx_quantile(r, CAST([2.5E-1, 5E-1] AS FLOAT[]))');
    expect(state('athena')).toBe('approx_percentile(r, ARRAY[2.5E-1, 5E-1])');
    expect(state('bigquery')).toBe('APPROX_QUANTILES(r, 1000)');
  });

  it('for arrays, of which Trino takes at most 254 values at once', () => {
    const many = Array.from({ length: 501 }, (_, index) => index);
    const { row } = sqlDialect('athena').histogram('x', many);
    const lengths = [...row.matchAll(/ARRAY\[([^\]]*)\]/g)].map(([, values]) => values!.split(', ').length);
    expect(lengths).toEqual([250, 250, 1]);
  });
});

describe('DuckDB executes', () => {
  const duckdb = sqlDialect('duckdb');
  let engine: DuckDbSqlEngine;
  beforeAll(async () => {
    engine = await emptyEngine();
  });
  afterAll(() => engine.close());

  const value = async (sql: string): Promise<unknown> => (await engine.query(`SELECT ${sql} AS v`))[0]!['v'];

  it('any text and any name as itself', async () => {
    const characters = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\u0000'));
    const hostile = fc.constantFrom("'", "''", '\\', '"', "'; DROP TABLE t; --", '%', '\n', '🚲', '$1', '?');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(characters, hostile), { maxLength: 4 }), async (parts) => {
        const text = parts.join('');
        expect(await value(duckdb.text(text))).toBe(text);
        if (text === '') return;
        const [row] = await engine.query(`SELECT 1 AS ${duckdb.identifier(text)}`);
        expect(Object.keys(row!)).toEqual([text]);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('any number as the very same double', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double(), async (number) => {
        expect(await value(duckdb.number(number))).toBe(number === 0 ? 0 : number);
      }),
      { numRuns: 200, seed: 7 },
    );
    expect(await value(duckdb.integer(-(2n ** 63n)))).toBe(-(2n ** 63n));
  });

  it('a histogram whose cells are closed on the left, on any edges', async () => {
    const edge = fc.double({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(edge, { minLength: 1, maxLength: 6, comparator: (a, b) => a === b }),
        async (found) => {
          const edges = found.sort((a, b) => a - b);
          const values = [...edges.flatMap((e) => [nextDown(e), e, nextUp(e)]), Number.NaN, Infinity, -Infinity];
          const { row, state, finish } = duckdb.histogram('x', edges);
          const rows = values.map((v) => `(${duckdb.number(v)})`).join(', ');
          const sql = `SELECT ${finish('s')} AS v FROM (SELECT ${state('r')} AS s FROM (SELECT ${row} AS r FROM (VALUES ${rows}) AS t(x)))`;
          const counts = JSON.parse(String((await engine.query(sql))[0]!['v']));
          const expected = new Array<number>(edges.length + 3).fill(0);
          for (const v of values) {
            if (v === -Infinity) expected[0]!++;
            else if (v === Infinity) expected[edges.length + 2]!++;
            else if (!Number.isNaN(v)) expected[1 + edges.filter((e) => e <= v).length]!++;
          }
          expect(counts).toEqual(expected);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('neighbouring doubles', () => {
  it.each([
    [0, 5e-324],
    [1, 1.0000000000000002],
    [-1, -0.9999999999999999],
    [5e-324, 1e-323],
    [-5e-324, -0],
    [Number.MAX_VALUE, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('above %d is %d', (below, above) => {
    expect(nextUp(below)).toBe(above);
    expect(nextDown(-below)).toBe(-above);
  });
});
