/** The engine that holds the data: DuckDB, Athena or BigQuery. */
export interface SqlEngine {
  /**
   * Runs one statement and returns all of its rows, keyed by column name in the statement's order. Statements of this
   * library return few rows of scalars: lists travel as JSON text. Engines that reply in text (Athena) give every value as
   * a string, counts may be bigints: readers coerce.
   * @throws OperationError when the engine refuses the statement or cannot read the data
   */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Frees what the engine holds; a second call does nothing. */
  close(): Promise<void>;
}
