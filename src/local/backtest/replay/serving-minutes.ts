import type { SqlEngine } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../../runtime/usecases';
import type { ModelHistory } from '../history/model-history';
import { RECORDED_COLUMNS } from '../history/projections';

export const MINUTE = 60;

/** What a cloud's serving measures of the live requests of a minute; null where that is not recorded. */
export interface ServingMinute {
  /** Its begin, epoch seconds. */
  readonly begin: number;
  /** May be fractions: a count of an hour is dealt evenly over its minutes. */
  readonly requests: number | null;
  readonly errors: number | null;
  /** Milliseconds. */
  readonly p50: number | null;
  readonly p99: number | null;
}

/** So many days are read at a time. */
const CHUNK = 30 * 86_400;
const id = duckdb.identifier;

/**
 * The minutes with something in them, in the order of time. Recorded metrics come before what requests tell: those may be a
 * sample of the traffic.
 */
export async function* servingMinutes(
  engine: SqlEngine,
  history: ModelHistory,
  from: number,
  to: number,
): AsyncGenerator<ServingMinute> {
  const { recorded, serving } = history;
  const has = (series: string): boolean => serving?.has.has(series) === true;
  const requestsTell = recorded !== null && (recorded.hasLatency || recorded.hasFailures);
  for (let begin = from; begin < to; begin += CHUNK) {
    const [start, end] = [begin, Math.min(to, begin + CHUNK)].map((seconds) => duckdb.timestamp(seconds * 1000)) as [
      string,
      string,
    ];
    const byMinute = new Map<number, ServingMinute>();
    if (requestsTell) {
      const at = id(CAPTURE_COLUMNS.eventTime);
      const latency = id(RECORDED_COLUMNS.latencyMs);
      const rows = await engine.query(
        `SELECT epoch_ms(date_trunc('minute', ${at})) AS begin_ms, COUNT(*) AS requests, ${duckdb.countIf(id(RECORDED_COLUMNS.failed))} AS errors, quantile_disc(${latency}, 0.5) AS p50, quantile_disc(${latency}, 0.99) AS p99 FROM ${duckdb.table(recorded.table)} WHERE ${at} >= ${start} AND ${at} < ${end} GROUP BY 1 ORDER BY 1`,
      );
      for (const row of rows) byMinute.set(Number(row['begin_ms']), minuteOf(row));
    }
    if (serving !== null) {
      const rows = await engine.query(
        `SELECT epoch_ms(minute) AS begin_ms, requests, errors, p50, p99 FROM ${duckdb.table(serving.table)} WHERE minute >= ${start} AND minute < ${end} ORDER BY minute`,
      );
      for (const row of rows) {
        const found = minuteOf(row);
        const told = byMinute.get(Number(row['begin_ms']));
        const counted = has('Requests') && has('Errors') ? found : told;
        byMinute.set(Number(row['begin_ms']), {
          begin: found.begin,
          requests: counted?.requests ?? null,
          errors: counted?.errors ?? null,
          p50: has('Latency p50') ? found.p50 : (told?.p50 ?? null),
          p99: has('Latency p99') ? found.p99 : (told?.p99 ?? null),
        });
      }
    }
    yield* [...byMinute.values()].sort((a, b) => a.begin - b.begin);
  }
}

function minuteOf(row: Readonly<Record<string, unknown>>): ServingMinute {
  const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return {
    begin: Number(row['begin_ms']) / 1000,
    requests: number(row['requests']),
    errors: number(row['errors']),
    p50: number(row['p50']),
    p99: number(row['p99']),
  };
}
