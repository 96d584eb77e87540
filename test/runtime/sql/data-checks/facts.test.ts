import { foundColumns } from '../../../../src/runtime/sql/data-checks/storage-family';
import { brokenOf, dataOf, Engine, NOW } from './duckdb';

const engine = new Engine();
beforeAll(() => engine.open());
afterAll(() => engine.close());

/** CSV text of rows with the columns id, at, age, churned. */
const csv = (...rows: string[]): string => `id,at,age,churned\n${rows.map((row) => `${row}\n`).join('')}`;
const good = csv('a,2026-11-24T10:00:00Z,31,yes', 'b,2026-11-24T11:00:00Z,42,no');

describe('facts of CSV in DuckDB', () => {
  it('of a good table have no violation', async () => {
    const facts = await engine.facts(await engine.csv(good, dataOf()));
    expect(facts).toMatchObject({ rows: 2, newestEventMs: Date.parse('2026-11-24T11:00:00Z') });
    expect(facts.labels).toEqual([
      { label: 'no', rows: 1 },
      { label: 'yes', rows: 1 },
    ]);
    expect(brokenOf(facts)).toEqual({});
    expect(facts.rowChecks.length).toBeGreaterThan(9);
  });

  it.each([
    [
      'text in an integer column',
      csv('a,2026-11-01,old,yes', 'b,2026-11-01,1.5,no', 'c,2026-11-01,1_000,no'),
      'typeChange:age',
      3,
    ],
    ['integers that a writer made decimals', csv('a,2026-11-01,31.0,yes'), 'typeChange:age', 0],
    [
      'NaN and infinities, of which none is a type change',
      csv('a,2026-11-01,nan,yes', 'b,2026-11-01,-Inf,no', 'c,2026-11-01,1,no'),
      'nonFinite:age',
      2,
    ],
    ['a number beyond the doubles', csv(`a,2026-11-01,${'9'.repeat(400)},yes`), 'nonFinite:age', 1],
    [
      'empty and blank fields',
      csv('a,2026-11-01,,yes', 'b,2026-11-01,  ,no', 'c,2026-11-01,3,no'),
      'missingShare:age',
      2,
    ],
    ['a short row', `${csv('a,2026-11-01,1,yes')}b,2026-11-01\n`, 'missingShare:age', 1],
    ['a category that is not declared', csv('a,2026-11-01,1,maybe', 'b,2026-11-01,1,no'), 'unseenCategory:churned', 1],
    ['a class that is not known', csv('a,2026-11-01,1,maybe', 'b,2026-11-01,1,no'), 'newLabel:churned', 1],
    ['a key twice', csv('a,2026-11-01,1,yes', 'a,2026-11-02,2,no', 'b,2026-11-01,1,no'), 'uniqueness:id', 2],
    ['a row three times', csv(...Array(3).fill('a,2026-11-01,1,yes'), 'b,2026-11-01,1,no'), 'duplicateRows', 2],
    [
      'an event tomorrow evening',
      csv('a,2026-11-25T18:00:00Z,1,yes', 'b,2026-11-24T18:00:00Z,1,no'),
      'futureEvent:at',
      1,
    ],
    ['times that are none', csv('a,2026-13-45,1,yes', 'b,yesterday,1,no', 'c,20261101,1,no'), 'typeChange:at', 3],
  ])('count %s', async (_name, text, check, violations) => {
    const facts = await engine.facts(await engine.csv(text, dataOf()));
    expect(brokenOf(facts)[check] ?? 0).toBe(violations);
    const one = facts.rowChecks.find((row) => row.violations > 0);
    if (violations > 0) expect(one!.keys.length).toBeGreaterThan(0);
  });

  it('count range and pattern, of values that can be read alone', async () => {
    const data = dataOf(
      {},
      { age: { type: 'integer', min: 18, max: 99 }, email: { type: 'string', pattern: '^[^@ ]+@[^@ ]+$' } },
    );
    const text =
      'id,at,age,churned,email\na,2026-11-01,17,yes,a@b.c\nb,2026-11-01,100,no,nobody\nc,2026-11-01,99,no,\nd,2026-11-01,x,no,d@b.c\n';
    const facts = await engine.facts(await engine.csv(text, data));
    expect(brokenOf(facts)).toEqual({
      'range:age': 2,
      'typeChange:age': 1,
      'pattern:email': 1,
      'missingShare:email': 1,
    });
  });

  it('name at most 20 keys, the first in order, and no value of another column', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, index) => `k${String(59 - index).padStart(2, '0')},2026-11-01,secret-${index},yes`,
    );
    const facts = await engine.facts(await engine.csv(csv(...rows), dataOf()));
    const { keys, violations } = facts.rowChecks.find(
      ({ check }) => check.rule === 'typeChange' && check.column.name === 'age',
    )!;
    expect(violations).toBe(60);
    expect(keys).toEqual(Array.from({ length: 20 }, (_, index) => `k${String(index).padStart(2, '0')}`));
    const decision = await engine.decide(await engine.csv(csv(...rows), dataOf()));
    expect(JSON.stringify(decision)).not.toContain('secret');
    expect(decision.verdict).toBe('fail');
  });

  it('name no keys where the data has none', async () => {
    const { key: _key, ...keyless } = dataOf();
    const facts = await engine.facts(await engine.csv(csv('a,2026-11-01,x,yes'), keyless));
    expect(brokenOf(facts)).toEqual({ 'typeChange:age': 1 });
    expect(facts.rowChecks.flatMap(({ keys }) => keys)).toEqual([]);
  });

  it('see an expression on typed columns; unknown holds, as in CHECK', async () => {
    const data = dataOf({ expressions: [{ name: 'adult-or-no', sql: "age >= 18 OR churned = 'no' -- a remark" }] });
    const text = csv(
      'a,2026-11-01,9,yes',
      'b,2026-11-01,9,no',
      'c,2026-11-01,,yes',
      'd,2026-11-01,x,yes',
      'e,2026-11-01,100,yes',
    );
    const facts = await engine.facts(await engine.csv(text, data));
    expect(brokenOf(facts)['expressions:adult-or-no']).toBe(1);
    expect(facts.rowChecks.at(-1)!.keys).toEqual(['a']);
  });

  it('of a file with a header alone are all zero', async () => {
    const facts = await engine.facts(await engine.csv('id,at,age,churned\n', dataOf()));
    expect(facts).toMatchObject({ rows: 0, newestEventMs: null, labels: [] });
    expect(brokenOf(facts)).toEqual({});
  });

  it('cope with columns named like SQL and like ours', async () => {
    const data = dataOf(
      {},
      { select: { type: 'number' }, mlp_raw_0: { type: 'number' }, 'a -b- c': { type: 'number' } },
    );
    const facts = await engine.facts(
      await engine.csv('id,at,age,churned,select,mlp_raw_0,a -b- c\na,2026-11-01,1,yes,1,x,2\n', data),
    );
    expect(brokenOf(facts)).toEqual({ 'typeChange:mlp_raw_0': 1 });
  });

  it('read line breaks within quotes beside short rows, and make fields beyond the header a column', async () => {
    const data = dataOf({}, { note: { type: 'string', maxMissingPercent: 100 } });
    const text = 'id,at,age,churned,note\na,2026-11-01,1,yes,"two\nlines"\nb,2026-11-01,x\nc,2026-11-01,1,no,n,more\n';
    const table = await engine.csv(text, data);
    expect(brokenOf(await engine.facts(table))).toEqual({
      'typeChange:age': 1,
      'missingShare:churned': 1,
      'missingShare:note': 1,
    });
    expect((await engine.decide(table)).reasons).toContain(`${table.header[5]!.name}: is not in the definition`);
  });

  it('work on the types that an engine has guessed, which for yes and no are booleans', async () => {
    const data = dataOf({ label: { column: 'churned' } }, { churned: { type: 'category', values: ['true'] } });
    const path = engine.path('csv');
    await engine.run(
      `COPY (SELECT 1 AS id, DATE '2026-11-01' AS "at", 7 AS age, 'yes' AS churned) TO '${path}' (HEADER)`,
    );
    const fromItem = `read_csv('${path}')`;
    const header = foundColumns(
      await engine.run(`SELECT column_name AS "name", column_type AS "type" FROM (DESCRIBE SELECT * FROM ${fromItem})`),
    );
    expect(header.map(({ family }) => family)).toEqual(['integer', 'date', 'integer', 'boolean']);
    const facts = await engine.facts({ source: { fromItem }, data, header });
    expect(brokenOf(facts)).toEqual({});
  });

  it('take the newest event that is not in the future', async () => {
    const facts = await engine.facts(
      await engine.csv(csv('a,2999-01-01,1,yes', 'b,2026-11-20T00:00:00+02:00,1,no'), dataOf()),
    );
    expect(facts.newestEventMs).toBe(Date.parse('2026-11-19T22:00:00Z'));
    expect(facts.newestEventMs).toBeLessThan(NOW);
  });
});

describe('facts of Parquet in DuckDB', () => {
  const parquet = (age: string): string =>
    `SELECT * FROM (VALUES ('a', TIMESTAMP '2026-11-01', ${age}, 'yes'), ('b', TIMESTAMP '2026-11-02', NULL, 'no')) t(id, "at", age, churned)`;
  const data = dataOf({ format: 'parquet' });

  it.each([
    ['an integer', '31', {}],
    ['a whole double', '31.0::DOUBLE', {}],
    ['a double that is not whole', '31.5::DOUBLE', { 'typeChange:age': 1 }],
    ['NaN', "'nan'::DOUBLE", { 'nonFinite:age': 1 }],
    ['text, though it is a number', "'31'", { 'typeChange:age': 1 }],
    ['a struct', '{x: 1}', { 'typeChange:age': 1 }],
  ])('take the type of the file: %s', async (_name, age, broken) => {
    const facts = await engine.facts(await engine.parquet(parquet(age), data));
    expect(brokenOf(facts)).toEqual({ 'missingShare:age': 1, ...broken });
  });

  it('read times of every kind, and whole categories as their digits', async () => {
    const many = dataOf(
      { format: 'parquet', timestamp: 'at' },
      {
        zoned: { type: 'timestamp' },
        day: { type: 'timestamp' },
        iso: { type: 'timestamp' },
        code: { type: 'category', values: [1, 2] },
        flag: { type: 'boolean' },
      },
    );
    const facts = await engine.facts(
      await engine.parquet(
        `SELECT 'a' AS id, TIMESTAMP '2026-11-01' AS at, 1 AS age, 'yes' AS churned, TIMESTAMPTZ '2026-11-01 00:00:00+02' AS zoned,
         DATE '2026-11-01' AS day, '2026-11-01T00:00:00Z' AS iso, 2.0::DOUBLE AS code, 1 AS flag`,
        many,
      ),
    );
    expect(brokenOf(facts)).toEqual({});
  });

  it('count a boolean of 2 and a category of 3', async () => {
    const many = dataOf(
      { format: 'parquet' },
      { code: { type: 'category', values: [1, 2] }, flag: { type: 'boolean' } },
    );
    const facts = await engine.facts(
      await engine.parquet(
        "SELECT 'a' AS id, DATE '2026-11-01' AS at, 1 AS age, 'yes' AS churned, 3.0::DOUBLE AS code, 2 AS flag",
        many,
      ),
    );
    expect(brokenOf(facts)).toEqual({ 'unseenCategory:code': 1, 'typeChange:flag': 1 });
  });
});

describe('facts of JSON lines in DuckDB', () => {
  const data = dataOf({ format: 'jsonl' });

  it('count a value of another type, a nested one and a name that only the last line has', async () => {
    const table = await engine.jsonl(
      [
        { id: 'a', at: '2026-11-01', age: 1, churned: 'yes' },
        { id: 'b', at: '2026-11-01', age: 'old', churned: 'no' },
        { id: 'c', at: '2026-11-01', age: { years: 3 }, churned: 'no' },
        { id: 'd', at: '2026-11-01', churned: 'no', late: true },
      ],
      data,
    );
    expect(table.header.map(({ name }) => name)).toEqual(['id', 'at', 'age', 'churned', 'late']);
    expect(brokenOf(await engine.facts(table))).toEqual({ 'typeChange:age': 2, 'missingShare:age': 1 });
  });
});
