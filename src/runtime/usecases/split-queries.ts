import { OperationError } from '../../kernel/problem';
import type { SqlDialect } from '../sql/dialect';

export interface SplitRequest {
  /** A query for the rows that were accepted. */
  readonly accepted: string;
  /** All of its columns, in order. */
  readonly columns: readonly string[];
  readonly timestamp: string;
  readonly key: string | null;
  readonly split: { readonly testPercent: number; readonly by: 'time' | 'random'; readonly seed: number };
}

/** 2³² / golden ratio, odd: Knuth's multiplicative hash (The Art of Computer Programming 3, 6.4). */
const KNUTH = 2_654_435_769;
const TWO_32 = 4_294_967_296;

/**
 * Queries for the rows to train and to test on; each row is in exactly one. By time, the newest rows are the test, and rows
 * of the same instant stay together. By chance, a row's place in the order of time and key is hashed with the seed, so
 * that the same rows and seed give the same split on every engine.
 */
export function splitQueries(dialect: SqlDialect, request: SplitRequest): { train: string; test: string } {
  const { columns, timestamp, key, split } = request;
  const quoted = columns.map((name) => dialect.identifier(name)).join(', ');
  const order = [timestamp, ...(key === null ? [] : [key])].map((name) => dialect.identifier(name)).join(', ');
  const place =
    split.by === 'time'
      ? `RANK() OVER (ORDER BY ${dialect.identifier(timestamp)})`
      : `ROW_NUMBER() OVER (ORDER BY ${order})`;
  const placed = `SELECT ${quoted}, ${place} AS mlp_place, COUNT(*) OVER () AS mlp_total FROM (${request.accepted}) mlp_accepted`;
  const trainShare = dialect.number(1 - split.testPercent / 100);
  const inTrain =
    split.by === 'time'
      ? `mlp_place <= mlp_total * ${trainShare}`
      : `MOD(mlp_place * ${dialect.integer(KNUTH)} + ${dialect.integer(seedOffset(split.seed))}, ${dialect.integer(TWO_32)}) < ${trainShare} * ${dialect.number(TWO_32)}`;
  const rows = (condition: string): string =>
    `SELECT ${quoted} FROM (${placed}) mlp_placed WHERE ${condition} ORDER BY ${order}`;
  return { train: rows(inTrain), test: rows(`NOT (${inTrain})`) };
}

function seedOffset(seed: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new OperationError({
      code: 'badSeed',
      path: 'training.seed',
      got: String(seed),
      expected: 'a whole number of 0 or more',
      fix: 'give the split a seed',
    });
  }
  return (seed * 40_503) % TWO_32;
}
