/** Names of tables that the SQL engine can read. */
export interface DataSource {
  /** The training data, as a quoted table expression for the engine's dialect. */
  table(): Promise<string>;
  /** Captured predictions of a model, with columns key, event time, version, prediction and the inputs. */
  capture(): Promise<string>;
  /** Labels that arrive apart, or undefined when they are in the training data. */
  labels(): Promise<string | undefined>;
  /** Writes the rows of a query to a data set under a key of the artifact store. @returns its row count and SHA-256 digest */
  freeze(sql: string, key: string): Promise<{ readonly rows: number; readonly digest: string; readonly uri: string }>;
}
