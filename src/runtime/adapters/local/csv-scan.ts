import type { Data } from '../../../definition/data';
import type { SqlEngine } from '../../ports';
import { storageFamily } from '../../sql/data-checks';
import { duckdb } from '../../sql/dialects/duckdb';

const NUMERIC = new Set(['integer', 'number']);

/**
 * How a CSV file is read: types from all rows, values quoted as the standard says. Left to itself the reader finds quotes with
 * which any file is one: a line with an open quote makes it take each line as one value.
 */
export const CSV_OPTIONS = `header = true, sample_size = -1, quote = '"', escape = '"'`;

/**
 * The FROM item of a CSV file. Types are found from all rows, but texts stay texts where the definition says so: the reader
 * would take the classes `yes` and `no` for truth values, and the key `007` for the number 7.
 */
export async function csvScan(engine: SqlEngine, path: string, { columns }: Pick<Data, 'columns'>): Promise<string> {
  const file = duckdb.text(path.replace(/[*?[\]]/g, (character) => `[${character}]`));
  const found = await engine.query(
    `SELECT column_name AS "name", column_type AS "type" FROM (DESCRIBE SELECT * FROM read_csv(${file}, ${CSV_OPTIONS}))`,
  );
  const texts = found
    .filter(({ name, type }) => {
      const column = Object.hasOwn(columns, String(name)) ? columns[String(name)] : undefined;
      if (column?.type === 'string') return true;
      if (column?.type !== 'category') return false;
      return column.values?.some((value) => typeof value === 'string') ?? !NUMERIC.has(storageFamily(String(type)));
    })
    .map(({ name }) => `${duckdb.text(String(name))}: 'VARCHAR'`);
  return `read_csv(${file}, ${CSV_OPTIONS}${texts.length === 0 ? '' : `, types = {${texts.join(', ')}}`})`;
}
