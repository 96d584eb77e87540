import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResultReader } from '@duckdb/node-api';

/** An instant as the dialect writes it; inside a text the quotes would be doubled. */
const INSTANT = /TIMESTAMP '(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?)'/g;
const TABLE = 'mlp_instants';
/** Most instants of a statement that is planned once. */
const PLACES = Array.from({ length: 8 }, (_, place) => `at_${place + 1}`);
/** A planned statement of a drift window takes about 3 MB once it has run. */
const KEPT = 60;

type Rows = Pick<DuckDBResultReader, 'getRowObjectsJS'>;

/**
 * Statements that differ in their instants alone, as those of monitoring windows do, are planned once: the instants are read
 * from a table of one row. Planning takes twice as long as a window of a few hundred rows does. (Parameters and variables
 * would not do: DuckDB plans anew for each value of the former, and reads the latter while it plans.)
 */
export class PreparedStatements {
  /** By the statement without its instants; null when it was seen once. The least recently used ones are forgotten. */
  private readonly known = new Map<string, DuckDBPreparedStatement | null>();

  private constructor(private readonly connection: DuckDBConnection) {}

  static async on(connection: DuckDBConnection): Promise<PreparedStatements> {
    const columns = PLACES.map((name) => `CAST(NULL AS TIMESTAMP) AS ${name}`).join(', ');
    await connection.run(`CREATE TEMP TABLE ${TABLE} AS SELECT ${columns}`);
    return new PreparedStatements(connection);
  }

  async runAndReadAll(sql: string): Promise<Rows> {
    const instants: string[] = [];
    const template = sql.replace(INSTANT, (_, instant: string) => {
      instants.push(instant);
      return `(SELECT at_${instants.length} FROM ${TABLE})`;
    });
    if (instants.length === 0 || instants.length > PLACES.length || !sql.startsWith('SELECT'))
      return this.connection.runAndReadAll(sql);
    const found = this.known.get(template);
    this.known.delete(template);
    if (found === undefined) {
      this.keep(template, null);
      return this.connection.runAndReadAll(sql);
    }
    const values = instants.map((instant, place) => `at_${place + 1} = TIMESTAMP '${instant}'`);
    await this.connection.run(`UPDATE ${TABLE} SET ${values.join(', ')}`);
    const statement = found ?? (await this.connection.prepare(template));
    this.keep(template, statement);
    return statement.runAndReadAll();
  }

  private keep(template: string, statement: DuckDBPreparedStatement | null): void {
    this.known.set(template, statement);
    const [oldest] = this.known.keys();
    if (this.known.size <= KEPT || oldest === undefined) return;
    this.known.get(oldest)?.destroySync();
    this.known.delete(oldest);
  }
}
