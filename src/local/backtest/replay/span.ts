import type { ModelDefinition } from '../../../definition/platform';
import type { SqlEngine } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { midnightFrom, monthFrom } from '../../data/calendar';
import { isoOf } from '../arguments';
import { type ModelHistory, TRUTH_COLUMNS } from '../history/model-history';
import type { Problems } from '../problems';

const DAY = 86_400;

/** The time that is replayed, epoch seconds. */
export interface ReplaySpan {
  readonly from: number;
  /** The last recorded event or metric. */
  readonly last: number;
}

/**
 * When the definition takes over, if nobody says: with a reference file on the day of the first event; otherwise at the first
 * begin of a month (UTC) by which `data.minRows` labels could be seen, as the local platform begins.
 * @param from what was asked, epoch seconds
 * @returns null, and a problem, where there would be nothing to compare with or nothing to replay
 */
export async function replaySpan(
  engine: SqlEngine,
  history: ModelHistory,
  { data, monitoring }: ModelDefinition,
  from: number | null,
  problems: Problems,
): Promise<ReplaySpan | null> {
  const { recorded, reference, truth, model } = history;
  if (recorded === null) return metricSpan(engine, history, from);
  if (recorded.rows === 0) {
    problems.add(nothingFrom(model, 'no event', from));
    return null;
  }
  const { first, last } = recorded;
  const day = Math.floor(first / DAY) * DAY;
  let begin = from ?? (reference === null ? null : day);
  if (begin === null) {
    const needed = Math.max(data.minRows, monitoring.drift?.minRows ?? 1);
    const seen = duckdb.identifier(TRUTH_COLUMNS.visibleFrom);
    const [row] = await engine.query(
      `SELECT epoch_ms(MAX(seen)) AS due_ms, COUNT(*) AS labels FROM (SELECT ${seen} AS seen FROM ${duckdb.table(truth.table)} ORDER BY seen LIMIT ${needed})`,
    );
    const due = Number(row?.['due_ms']) / 1000;
    const start = [monthFrom(due), midnightFrom(due)].find((candidate) => candidate < last);
    if (Number(row?.['labels']) < needed || start === undefined) {
      problems.add(noReference(model, `${Number(row?.['labels'])} labels in all`, needed));
      return null;
    }
    begin = start;
  }
  if (begin > last) problems.add(nothingFrom(model, `the last event on ${isoOf(last)}`, begin));
  else if (reference === null && begin <= first)
    problems.add(noReference(model, `the first event on ${isoOf(first)}`, null));
  else return { from: begin, last };
  return null;
}

/** Metrics alone: from the first to the last of them. */
async function metricSpan(
  engine: SqlEngine,
  { serving, metrics }: ModelHistory,
  from: number | null,
): Promise<ReplaySpan> {
  const times = metrics.map(({ at }) => at);
  if (serving !== null) {
    const [row] = await engine.query(
      `SELECT epoch_ms(MIN(minute)) AS first_ms, epoch_ms(MAX(minute)) AS last_ms FROM ${duckdb.table(serving.table)}`,
    );
    times.push(Number(row?.['first_ms']) / 1000, Number(row?.['last_ms']) / 1000 + 60);
  }
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return { from: from ?? Math.floor(first / DAY) * DAY, last };
}

const nothingFrom = (model: string, got: string, from: number | null) => ({
  code: 'nothingToReplay',
  path: `models.${model}`,
  got,
  expected: from === null ? 'events' : `events after ${isoOf(from)}`,
  fix: 'begin earlier with --from, or name the files of the time after it',
});

const noReference = (model: string, got: string, needed: number | null) => ({
  code: 'noReference',
  path: `models.${model}`,
  got,
  expected:
    needed === null
      ? 'events before --from, on which the champion was trained'
      : `${needed} labels, and events after they could be seen`,
  fix: 'begin later with --from, or name what the champion was trained on with --reference FILE',
});
