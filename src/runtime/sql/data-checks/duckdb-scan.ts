import type { Data } from '../../../definition/data';
import { duckdb } from '../dialects/duckdb';

/**
 * FROM items for DuckDB that read a file so that no value can stop the query. CSV fields are all read as text; short rows are
 * filled with NULL, and fields beyond the header become an extra column. JSON lines are read as text too, once their names are known: run `header` first. Parquet has its types.
 */
export interface DuckdbScan {
  /** Query whose `name` and `type` rows are the columns of the file, as `foundColumns` reads them. */
  readonly header: string;
  /** The FROM item, given the names of the columns. */
  readonly from: (names: readonly string[]) => string;
}

const describe = (from: string): string =>
  `SELECT column_name AS "name", column_type AS "type" FROM (DESCRIBE SELECT * FROM ${from})`;

/** How to read a file, or all files that match a pattern. */
export function duckdbScan(path: string, format: Data['format']): DuckdbScan {
  const file = duckdb.text(path);
  if (format === 'parquet') return { header: describe(`read_parquet(${file})`), from: () => `read_parquet(${file})` };
  if (format === 'csv') {
    // one thread: only so does DuckDB both fill short rows and read line breaks within quotes
    const from = `read_csv(${file}, all_varchar = true, header = true, null_padding = true, parallel = false)`;
    return { header: describe(from), from: () => from };
  }
  const lines = `read_json(${file}, format = 'newline_delimited'`;
  const texts = (names: readonly string[]): string => names.map((name) => `${duckdb.text(name)}: 'VARCHAR'`).join(', ');
  return {
    // every line is looked at, so that a name in the last one is found; all of them will be texts
    header: `SELECT "name", 'VARCHAR' AS "type" FROM (${describe(`${lines}, sample_size = -1)`)})`,
    from: (names) => `${lines}, columns = {${texts(names)}})`,
  };
}
