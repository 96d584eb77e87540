import {
  checkExpressions,
  expressionTypes,
  notBoolean,
} from '../../../../src/runtime/sql/data-checks/expression-guard';
import { typedRows } from '../../../../src/runtime/sql/data-checks/typed-rows';
import { duckdb } from '../../../../src/runtime/sql/dialects/duckdb';
import { dataOf, Engine } from './duckdb';

const engine = new Engine();
beforeAll(() => engine.open());
afterAll(() => engine.close());

const check = (sql: string) => checkExpressions(engine.run, [{ name: 'rule', sql }]);

describe('checkExpressions', () => {
  it.each([
    'age >= 18',
    "age >= 18 OR churned = 'no' -- a remark",
    'casual + registered = total',
    "NOT (hour IN (0, 1) AND demand > 100) AND coalesce(note, '') <> ';'",
    'CASE WHEN age IS NULL THEN TRUE ELSE age BETWEEN 0 AND 120 END',
    "abs(a - b) < 0.5 AND lower(name) LIKE 'x%' AND length(trim(name)) > 2",
    'CAST(age AS DOUBLE) / 2 < 50',
  ])('lets through %s', async (sql) => {
    expect(await check(sql)).toEqual([]);
  });

  it.each([
    ['age >', 'expressionSyntax'],
    ['', 'expressionSyntax'],
    ['age > 1; DROP TABLE t', 'expressionSyntax'],
    ['age > 1); DROP TABLE t; SELECT (1', 'expressionSyntax'],
    ['age > 1), (age < 2', 'expressionNotOne'],
    ['age > 1, age < 2', 'expressionNotOne'],
    ['age > 1) FROM secrets WHERE (TRUE', 'expressionNotOne'],
    ['age > 1) UNION ALL SELECT (TRUE', 'expressionNotOne'],
    ['1) ORDER BY (1', 'expressionNotOne'],
    ['age > (SELECT max(age) FROM t)', 'expressionScope'],
    ['EXISTS (SELECT 1)', 'expressionScope'],
    ["age IN (SELECT a FROM read_csv('/etc/passwd'))", 'expressionScope'],
    ['row_number() OVER () > 1', 'expressionScope'],
    ['age > ?', 'expressionScope'],
    ['#1 > 1', 'expressionScope'],
    ['count(*) > 1', 'expressionNotPure'],
    ['max(age) > 1', 'expressionNotPure'],
    ['random() > 0.5', 'expressionNotPure'],
    ['"at" < now()', 'expressionNotPure'],
    ['"at" < current_date', 'expressionNotPure'],
    ['gen_random_uuid() IS NULL', 'expressionNotPure'],
    ["nextval('s') > 1", 'expressionNotPure'],
    ["current_setting('x') = 'y'", 'expressionNotPure'],
  ])('stops %s', async (sql, code) => {
    const problems = await check(sql);
    expect(problems).toEqual([expect.objectContaining({ code, path: 'expressions.rule' })]);
    expect(problems[0]!.fix).not.toBe('');
  });

  it('says for each expression what is wrong with it', async () => {
    const all = [
      { name: 'one', sql: 'a >' },
      { name: 'two', sql: 'a > 1' },
      { name: 'three', sql: 'random() > 1' },
    ];
    expect((await checkExpressions(engine.run, all)).map(({ path }) => path)).toEqual([
      'expressions.one',
      'expressions.three',
    ]);
  });
});

describe('notBoolean', () => {
  it('names expressions that are no condition', async () => {
    const data = dataOf({
      expressions: [
        { name: 'sum', sql: 'age + 1' },
        { name: 'fine', sql: 'age > 1' },
      ],
    });
    const table = await engine.csv('id,at,age,churned\na,2026-11-01,1,yes\n', data);
    const rows = await engine.run(expressionTypes(typedRows(duckdb, table).sql, data.expressions!));
    expect(notBoolean(rows)).toEqual([
      expect.objectContaining({ code: 'expressionType', path: 'expressions.sum', got: 'a DOUBLE' }),
    ]);
  });
});
