/** A qualified name of a table, outermost part first; the engine's dialect quotes it. */
export type TableName = readonly string[];

/** Of which captured predictions a reader needs those of events from an instant on. */
export interface CaptureWindow {
  /** Who reads; one reader has one window at a time. */
  readonly reader: 'drift' | 'quality';
  readonly sinceSeconds: number;
}

/**
 * How long before its event a request is asked at most, so that who looks for an event need not look at older captures. A forecast
 * for a time further ahead is captured, and in no window.
 */
export const MOST_LEAD_SECONDS = 7 * 86_400;

/** Tables that the SQL engine can read. */
export interface DataSource {
  /** The training data that has arrived by now: an event is there when its label is due. */
  table(): Promise<TableName>;
  /**
   * Captured predictions of the model: the columns of `CAPTURE_COLUMNS`, and the inputs under their own names.
   * @param window lets an engine leave older captures alone (`MOST_LEAD_SECONDS`); its reader still asks for its events
   */
  capture(window?: CaptureWindow): Promise<TableName>;
  /** Labels that arrive apart, or undefined when they are in the training data. */
  labels(): Promise<TableName | undefined>;
  /**
   * Writes the rows of a query to a data set under a key of the artifact store, replacing what is there; the format is
   * that of the key's extension (`csv`, `parquet`, `jsonl`). All of it is written or nothing.
   * @returns its row count and SHA-256 digest (`sha256:…`)
   */
  freeze(sql: string, key: string): Promise<{ readonly rows: number; readonly digest: string; readonly uri: string }>;
  /** A data set that was frozen under a key, as a table. */
  frozen(key: string): Promise<TableName>;
}
