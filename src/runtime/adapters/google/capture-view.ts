import type { GoogleData } from '../../../contract/google';
import type { SqlDialect } from '../../sql/dialect';

/** Names of the columns that captured predictions have on every target. */
export interface CaptureColumns {
  readonly key: string;
  readonly eventTime: string;
  readonly version: string;
  readonly prediction: string;
}

/**
 * A query over what Vertex AI logs of an endpoint: one row an instance, with its key, time, version, answer, and inputs under
 * their own names. Vertex logs a request's instances and its predictions as lists of JSON texts of the same length; the
 * deployed model's id is our version. The time is the event's own where the instance has it, else when it was asked.
 */
export function captureQuery(
  dialect: SqlDialect,
  table: readonly string[],
  columns: CaptureColumns,
  data: GoogleData,
): string {
  const id = (name: string): string => dialect.identifier(name);
  const field = (name: string): string => `JSON_VALUE(instance, ${dialect.text(`$."${name.replaceAll('"', '\\"')}"`)})`;
  const inputs = Object.entries(data.features).map(
    ([name, type]) => `${typed(dialect, type, field(name))} AS ${id(name)}`,
  );
  const asked =
    data.timestamp === null ? 'logging_time' : `COALESCE(${dialect.toTimestamp(field(data.timestamp))}, logging_time)`;
  return [
    `SELECT ${data.key === null ? 'CAST(NULL AS STRING)' : field(data.key)} AS ${id(columns.key)},`,
    `${asked} AS ${id(columns.eventTime)},`,
    `SAFE_CAST(deployed_model_id AS INT64) AS ${id(columns.version)},`,
    `${answerOf(data.task)} AS ${id(columns.prediction)}${inputs.map((one) => `, ${one}`).join('')}`,
    `FROM (SELECT c.deployed_model_id, c.logging_time, instance, c.response_payload[SAFE_OFFSET(place)] AS answer`,
    `FROM ${dialect.table(table)} c, UNNEST(c.request_payload) AS instance WITH OFFSET AS place) mlp_one`,
  ].join(' ');
}

function typed(dialect: SqlDialect, type: GoogleData['features'][string], text: string): string {
  switch (type) {
    case 'number':
    case 'integer':
      return dialect.toDouble(text);
    case 'boolean':
      return `SAFE_CAST(${text} AS BOOL)`;
    case 'timestamp':
      return dialect.toTimestamp(text);
    case 'category':
    case 'string':
      return text;
  }
}

/** An answer is a bare value, or an object with `prediction` and, for classes, `probability` or `probabilities`. */
function answerOf(task: GoogleData['task']): string {
  const value = "COALESCE(JSON_VALUE(answer, '$.prediction'), JSON_VALUE(answer, '$'))";
  switch (task) {
    case 'binaryClassification':
      return `SAFE_CAST(COALESCE(JSON_VALUE(answer, '$.probability'), ${value}) AS FLOAT64)`;
    case 'regression':
      return `SAFE_CAST(${value} AS FLOAT64)`;
    case 'multiclassClassification':
      return value;
  }
}
