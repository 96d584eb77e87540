import type { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import { duckdb } from '../../../src/runtime/sql/dialects/duckdb';
import { freshnessFromRows, freshnessStatement } from '../../../src/runtime/sql/freshness';
import {
  type LabelJoin,
  labelCoverageFromRows,
  labelCoverageStatement,
  labelledRowsStatement,
} from '../../../src/runtime/sql/label-join';
import { createTable, emptyEngine } from './support/engine';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 1);
const at = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

/** Delay of 60 minutes and 10 of lateness. */
const JOIN: LabelJoin = {
  predictions: {
    table: ['predictions'],
    key: 'id',
    range: { column: 'at', startMillis: START, endMillis: START + 100 * MINUTE },
    prediction: 'score',
    carried: ['region'],
  },
  labels: { table: ['labels'], key: 'id', label: 'churned', timestamp: 'known_at' },
  delayMillis: 60 * MINUTE,
  latenessMillis: 10 * MINUTE,
  nowMillis: START + 1000 * MINUTE,
};

let engine: DuckDbSqlEngine;

async function tables(
  predictions: readonly (readonly [string | null, number, number])[],
  labels: readonly (readonly [number | null, string | null, number])[],
): Promise<void> {
  const types = { id: 'VARCHAR', at: 'TIMESTAMP', score: 'DOUBLE', region: 'VARCHAR' };
  await createTable(
    engine,
    'predictions',
    types,
    predictions.map(([id, minute, score]) => ({ id, at: at(minute), score, region: `r${minute}` })),
  );
  // Keys are integers here and text there: they meet as text.
  await createTable(
    engine,
    'labels',
    { id: 'BIGINT', churned: 'VARCHAR', known_at: 'TIMESTAMP' },
    labels.map(([id, churned, minute]) => ({ id, churned, known_at: at(minute) })),
  );
}

const rows = async (join: LabelJoin): Promise<unknown[][]> =>
  (await engine.query(labelledRowsStatement(duckdb, join))).map((row) => Object.values(row));
const coverage = async (join: LabelJoin) =>
  labelCoverageFromRows(await engine.query(labelCoverageStatement(duckdb, join)));

beforeEach(async () => {
  engine = await emptyEngine();
});
afterEach(() => engine.close());

describe('labelled rows', () => {
  it('pair a matured prediction with its newest label in time', async () => {
    await tables(
      [
        ['1', 0, 0.9],
        ['2', 5, 0.2],
      ],
      [
        [1, 'no', 10],
        [1, 'yes', 20],
        [1, 'no', 71],
        [2, 'no', 30],
        [9, 'yes', 30],
      ],
    );
    expect(await rows(JOIN)).toEqual([
      ['1', BigInt(START), 0.9, 'yes', 'r0'],
      ['2', BigInt(START + 5 * MINUTE), 0.2, 'no', 'r5'],
    ]);
    expect(await coverage(JOIN)).toEqual({
      predictions: 2,
      withoutKey: 0,
      repeatedKeys: 0,
      matured: 2,
      labelled: 2,
      onlyEarly: 0,
      onlyLate: 0,
      unlabelled: 0,
    });
  });

  it.each([
    ['a millisecond before its delay is over', 59 * MINUTE + 59_999, 0],
    ['when its delay is just over', 60 * MINUTE, 1],
  ])('are matured: a prediction %s', async (_, after, matured) => {
    await tables([['1', 0, 0.9]], [[1, 'yes', 10]]);
    const join = { ...JOIN, nowMillis: START + after };
    expect(await rows(join)).toHaveLength(matured);
    expect(await coverage(join)).toMatchObject({ predictions: 1, matured, labelled: matured });
  });

  it.each([
    ['at the event itself', 0, 'labelled'],
    ['before the event', -1, 'onlyEarly'],
    ['at the end of delay and lateness', 70, 'labelled'],
    ['after delay and lateness', 71, 'onlyLate'],
    ['after now', 2000, 'unlabelled'],
  ])('take a label that came in time: %s', async (_, minute, outcome) => {
    await tables([['1', 0, 0.9]], [[1, 'yes', minute]]);
    expect(await rows(JOIN)).toHaveLength(outcome === 'labelled' ? 1 : 0);
    expect(await coverage(JOIN)).toEqual({
      predictions: 1,
      withoutKey: 0,
      repeatedKeys: 0,
      matured: 1,
      labelled: 0,
      onlyEarly: 0,
      onlyLate: 0,
      unlabelled: 0,
      [outcome]: 1,
    });
  });

  it('count each key once, and rows without a key in no pair', async () => {
    await tables(
      [
        ['1', 3, 0.3],
        ['1', 1, 0.1],
        [null, 2, 0.2],
        ['2', 200, 0.9],
      ],
      [
        [1, 'yes', 40],
        [null, 'yes', 40],
        [2, null, 210],
      ],
    );
    expect(await rows(JOIN)).toEqual([['1', BigInt(START + MINUTE), 0.1, 'yes', 'r1']]);
    expect(await coverage(JOIN)).toMatchObject({
      predictions: 3,
      withoutKey: 1,
      repeatedKeys: 1,
      matured: 1,
      labelled: 1,
    });
  });

  it('take any label when the table does not say when it came', async () => {
    await tables([['1', 0, 0.9]], [[1, 'yes', -500]]);
    const join = { ...JOIN, labels: { ...JOIN.labels, timestamp: null } };
    expect(await rows(join)).toEqual([['1', BigInt(START), 0.9, 'yes', 'r0']]);
    expect(await coverage(join)).toMatchObject({ labelled: 1, onlyEarly: 0 });
  });

  it('are none of empty tables, and a negative delay is refused', async () => {
    await tables([], []);
    expect(await rows(JOIN)).toEqual([]);
    expect(await coverage(JOIN)).toMatchObject({ predictions: 0, matured: 0, unlabelled: 0 });
    expect(() => labelledRowsStatement(duckdb, { ...JOIN, delayMillis: -1 })).toThrow(/0 or more/);
  });
});

describe('freshness', () => {
  const now = START + 100 * MINUTE;
  const fresh = async () =>
    freshnessFromRows(await engine.query(freshnessStatement(duckdb, ['events'], 'at', now)), now);

  it('is the age of the newest event up to now; events from the future make nothing fresh', async () => {
    const times = [at(3), at(40), null, at(101), at(12)];
    await createTable(
      engine,
      'events',
      { at: 'TIMESTAMP' },
      times.map((time) => ({ at: time })),
    );
    expect(await fresh()).toEqual({
      rows: 5,
      withoutTime: 1,
      fromTheFuture: 1,
      newest: at(40),
      ageSeconds: 3600,
    });
  });

  it('is unknown of an empty table', async () => {
    await createTable(engine, 'events', { at: 'TIMESTAMP' }, []);
    expect(await fresh()).toEqual({ rows: 0, withoutTime: 0, fromTheFuture: 0, newest: null, ageSeconds: null });
  });
});
