import type { DialectName, SqlDialect } from '../dialect';
import { athena } from './athena';
import { bigquery } from './bigquery';
import { duckdb } from './duckdb';

/** Every engine's dialect. */
export const SQL_DIALECTS = { duckdb, athena, bigquery } as const satisfies Record<DialectName, SqlDialect>;

/** The dialect of an engine. */
export function sqlDialect(name: DialectName): SqlDialect {
  return SQL_DIALECTS[name];
}
