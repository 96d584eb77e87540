import fc from 'fast-check';
import type { DataFacts } from '../../../../src/runtime/core/data-checks';
import { type DataRow, factsOfRows } from '../../../../src/runtime/core/data-checks';
import { dataOf, Engine, OPTIONS } from './duckdb';

const engine = new Engine();
beforeAll(() => engine.open());
afterAll(() => engine.close());

const data = dataOf(
  {},
  {
    age: { type: 'integer', min: 0, max: 99 },
    score: { type: 'number', max: 1, unique: true },
    flag: { type: 'boolean' },
    note: { type: 'string', pattern: '^[a-zé]+$' },
  },
);
const HEADER = Object.keys(data.columns);

const numbers = [
  '1',
  ' 7',
  '+5',
  '.5',
  '5.',
  '1e3',
  '1E-400',
  '9e999',
  '-0',
  '1.0',
  '1.5',
  '1_000',
  '0x1F',
  '1,5',
  'nan',
  '-Infinity',
  'inf',
  'x',
  '',
  ' ',
  '\t2',
  '１',
];
const cells = {
  id: ['a', 'b', 'c', 'é', '😀', 'z', ''],
  at: [
    '2026-11-01',
    '2026-02-30',
    '2026-11-24 10:00',
    '2026-11-24T10:00:00.123456Z',
    '2026-11-24T10:00:00+14:00',
    '2026-11-24T10:00+02:00',
    '2026-11-24T10:00:00.123456789Z',
    '2026-11-24T24:00:00',
    '20261124',
    '2999-01-01',
    'epoch',
    '',
  ],
  age: numbers,
  score: numbers,
  flag: ['true', 'F', 'yes', '0', '2', 'on', ''],
  note: ['abc', 'é', 'A', 'a b', "it's", '"', ''],
  churned: ['yes', 'no', 'maybe', ' yes', ''],
};

const quote = (cell: string): string => (/[",\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const csvOf = (rows: readonly DataRow[]): string =>
  [HEADER, ...rows.map((row) => HEADER.map((name) => quote(String(row[name]))))]
    .map((line) => `${line.join(',')}\n`)
    .join('');

const plain = (facts: DataFacts) => ({
  ...facts,
  rowChecks: facts.rowChecks.map(({ check, violations, keys }) => ({
    rule: check.rule,
    check: 'column' in check ? check.column : null,
    violations,
    keys,
  })),
});

describe('facts in memory', () => {
  it('are those that DuckDB finds in a CSV of the same rows', async () => {
    const row = fc.record(
      Object.fromEntries(HEADER.map((name) => [name, fc.constantFrom(...cells[name as keyof typeof cells])])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 25, size: 'max' }), async (rows) => {
        const inEngine = await engine.facts(await engine.csv(csvOf(rows), data));
        const inMemory = factsOfRows(rows, data, { ...OPTIONS, header: HEADER });
        expect(plain(inMemory)).toEqual(plain(inEngine));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 60_000);
});
