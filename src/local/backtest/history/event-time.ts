import { storageFamily } from '../../../runtime/sql/data-checks';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import type { Spread } from '../options';

/** Least numbers that are taken as seconds and as milliseconds since 1970; smaller ones are no time, or a year. */
const LEAST_SECONDS = '1e8';
const LEAST_MILLIS = '1e11';

/**
 * The instant that a column tells, as a timestamp in UTC; NULL where it tells none. Numbers are seconds or milliseconds since
 * 1970 by their size, and years where the time is spread; texts are ISO 8601, also `2016` and `2016-03`.
 */
export function instantSql(column: string, type: string, spread: Spread | undefined): string {
  const value = duckdb.identifier(column);
  switch (storageFamily(type)) {
    case 'timestamp':
    case 'date':
      return `CAST(${value} AS TIMESTAMP)`;
    case 'integer':
    case 'number': {
      const number = `CAST(${value} AS DOUBLE)`;
      const year =
        spread === undefined
          ? ''
          : `WHEN ${isYear(number)} THEN make_timestamp(CAST(${number} AS BIGINT), 1, 1, 0, 0, 0.0) `;
      const micros = (scale: string): string => `make_timestamp(CAST(round(${number} * ${scale}) AS BIGINT))`;
      return `(CASE ${year}WHEN ${number} >= ${LEAST_MILLIS} THEN ${micros('1000')} WHEN ${number} >= ${LEAST_SECONDS} THEN ${micros('1000000')} END)`;
    }
    default: {
      const text = `trim(CAST(${value} AS VARCHAR))`;
      return `COALESCE(TRY_CAST((CASE WHEN length(${text}) = 4 THEN ${text} || '-01-01' WHEN length(${text}) = 7 THEN ${text} || '-01' END) AS TIMESTAMP), ${duckdb.toTimestamp(text)})`;
    }
  }
}

/** Whether a column of numbers could be years. */
export const isYear = (number: string): string => `(${number} BETWEEN 1000 AND 9999 AND ${number} = trunc(${number}))`;

const LENGTH: Readonly<Record<Spread, string>> = { year: '1 YEAR', month: '1 MONTH', day: '1 DAY' };

/**
 * The instants of rows whose time is only known by its period: the rows of a period are dealt evenly over it, in an order that
 * a digest of seed and key gives, so that it is the same everywhere and has nothing to do with the order of the file.
 * @param instant a column of the source
 */
export function spreadSql(instant: string, key: string, row: string, spread: Spread | undefined, seed: number): string {
  if (spread === undefined) return instant;
  const begin = `date_trunc('${spread}', ${instant})`;
  const order = `ORDER BY md5(${duckdb.text(`${seed}/`)} || ${key}), ${row}`;
  const place = `(ROW_NUMBER() OVER (PARTITION BY ${begin} ${order}) - 0.5) / COUNT(*) OVER (PARTITION BY ${begin})`;
  const millis = `(epoch_ms(${begin} + INTERVAL ${LENGTH[spread]}) - epoch_ms(${begin}))`;
  return `${begin} + to_milliseconds(CAST(floor(${place} * ${millis}) AS BIGINT))`;
}
