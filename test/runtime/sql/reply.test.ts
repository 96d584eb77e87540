import { buildReferenceProfile } from '../../../src/runtime/core/drift/reference-profile';
import { cutPointsOf, foldCells } from '../../../src/runtime/sql/cells';
import { sqlDialect } from '../../../src/runtime/sql/dialects';
import { labelCoverageFromRows } from '../../../src/runtime/sql/label-join';
import {
  countIn,
  countsIn,
  mergedRow,
  numberIn,
  numbersIn,
  onlyRow,
  valueCountsIn,
} from '../../../src/runtime/sql/reply';
import { planWindowProfiles, windowProfilesFromRows } from '../../../src/runtime/sql/window-profile';

describe('a reply', () => {
  it('is read whether the engine gives numbers, bigints or text', () => {
    const row = {
      a: 3,
      b: 3n,
      c: '3',
      d: '2.5E-1',
      e: null,
      f: '[1,"2"]',
      g: 'Infinity',
      h: '[{"value":"x","count":2}]',
    };
    expect([countIn(row, 'a'), countIn(row, 'b'), countIn(row, 'c')]).toEqual([3, 3, 3]);
    expect([numberIn(row, 'd'), numberIn(row, 'e'), numberIn(row, 'g')]).toEqual([0.25, null, null]);
    expect([countsIn(row, 'f', 2), countsIn(row, 'e', 2)]).toEqual([[1, 2], null]);
    expect([valueCountsIn(row, 'h'), valueCountsIn(row, 'e')]).toEqual([[{ value: 'x', count: 2 }], []]);
  });

  it.each([
    ['no column', () => countIn({}, 'n'), /a column n/],
    ['a negative count', () => countIn({ n: -1 }, 'n'), /a count/],
    ['a broken count', () => countIn({ n: 1.5 }, 'n'), /a count/],
    ['NULL for a count', () => countIn({ n: null }, 'n'), /a count/],
    ['a word for a number', () => numberIn({ n: 'many' }, 'n'), /a number/],
    ['a list that is too short', () => countsIn({ n: '[1]' }, 'n', 2), /2 counts/],
    ['a list that is none', () => countsIn({ n: '{}' }, 'n', 2), /a list/],
    ['text that is no JSON', () => countsIn({ n: '[1' }, 'n', 1), /JSON/],
    ['an infinity in a list', () => numbersIn({ n: '["Infinity"]' }, 'n', 1), /finite/],
    ['a value without a count', () => valueCountsIn({ n: '["x"]' }, 'n'), /a value and its count/],
    ['no row', () => onlyRow([]), /one row/],
    ['two rows', () => labelCoverageFromRows([{}, {}]), /one row/],
  ])('with %s is refused by name', (_, read, message) => {
    expect(read).toThrow(message);
    expect(read).toThrow(/sqlReply/);
  });

  it('to another statement is not taken for a profile', () => {
    const reference = buildReferenceProfile([{ x: 1 }, { x: 2 }], [{ name: 'x', type: 'number' }], {
      origin: { dataDigest: 'sha256:00', source: 'training' },
      bins: 4,
    });
    const plan = planWindowProfiles(sqlDialect('athena'), [
      {
        table: ['live'],
        range: { column: 'at', startMillis: 0, endMillis: 1 },
        reference,
        columns: ['x'],
        floating: [],
        sketch: 'none',
      },
    ]);
    expect(() => windowProfilesFromRows(plan, [{ row_count: '2' }])).toThrow(/a column c0_present/);
    expect(() => windowProfilesFromRows(plan, [{ row_count: '2', c0_present: '2', c0_cells: '[1,1]' }])).toThrow(
      /counts/,
    );
  });
});

describe('replies of several statements', () => {
  it('are one row, of one table that nobody wrote to meanwhile', () => {
    expect(
      mergedRow(
        [
          { row_count: '2', c0_present: 1 },
          { row_count: 2n, c1_present: 2 },
        ],
        2,
      ),
    ).toEqual({
      row_count: 2n,
      c0_present: 1,
      c1_present: 2,
    });
    expect(mergedRow([], 0)).toEqual({});
    expect(() => mergedRow([{ row_count: 2 }], 2)).toThrow(/one row a statement/);
    expect(() => mergedRow([{ row_count: 2 }, { row_count: 3 }], 2)).toThrow(/nobody may write/);
  });
});

describe('cells', () => {
  it('are folded into bins and heavy values', () => {
    const edges = [1, 2];
    const heavy = [0, 2];
    expect(cutPointsOf(edges, heavy)).toEqual([0, 5e-324, 1, 2, 2.0000000000000004]);
    expect(foldCells([9, 1, 2, 3, 4, 5, 6, 8], edges, heavy)).toEqual({
      negativeInfinities: 9,
      positiveInfinities: 8,
      binCounts: [1 + 3, 4, 6],
      heavyCounts: [2, 5],
    });
  });

  it('are one bin where there is nothing to cut, and keep a heavy value at the end of all numbers', () => {
    expect(foldCells([0, 3, 4, 0], [], [])).toMatchObject({ binCounts: [7], heavyCounts: [] });
    expect(cutPointsOf([], [Number.MAX_VALUE])).toEqual([Number.MAX_VALUE]);
    expect(foldCells([0, 3, 4, 1], [], [Number.MAX_VALUE])).toMatchObject({ binCounts: [3], heavyCounts: [4] });
  });
});

describe('statements', () => {
  const reference = buildReferenceProfile(
    Array.from({ length: 40 }, (_, i) => ({ x: i, y: `k${i % 3}` })),
    [
      { name: 'x', type: 'number' },
      { name: 'y', type: 'category' },
    ],
    { origin: { dataDigest: 'sha256:00', source: 'training' }, bins: 4 },
  );

  it.each(['duckdb', 'athena', 'bigquery'] as const)(
    'of %s scan the window once, with bounds on the bare column',
    (name) => {
      const dialect = sqlDialect(name);
      const { statements } = planWindowProfiles(dialect, [
        {
          table: ['lake', 'live'],
          range: { column: 'at', startMillis: Date.UTC(2026, 10, 1), endMillis: Date.UTC(2026, 10, 2) },
          reference,
          columns: ['x', 'y'],
          floating: [],
          sketch: 'approximate',
        },
      ]);
      expect(statements).toHaveLength(1);
      const sql = statements[0]!;
      expect(sql.split(dialect.table(['lake', 'live']))).toHaveLength(2);
      const at = dialect.identifier('at');
      const bound = (millis: number): string => dialect.timestamp(millis);
      expect(sql).toContain(
        `WHERE ${at} >= ${bound(Date.UTC(2026, 10, 1))} AND ${at} < ${bound(Date.UTC(2026, 10, 2))})`,
      );
      expect(sql).not.toMatch(/\n/);
    },
  );
});
