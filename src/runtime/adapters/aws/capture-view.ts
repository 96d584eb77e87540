import { TABLES, VARIANTS } from '../../../contract/aws';
import type { Column, Data } from '../../../definition/data';
import type { Task } from '../../../kernel/metric-catalogue';
import type { SqlDialect } from '../../sql/dialect';
import { deploymentVersions } from './endpoint-layout';

/** Names of the columns that captured predictions have on every target. */
export interface CaptureColumns {
  readonly key: string;
  readonly eventTime: string;
  readonly version: string;
  readonly prediction: string;
}

/**
 * A query over the raw captures: one row an instance, with its key, time, version, answer, and inputs under their own names.
 * The time is the event's own where the request has it, else when it was asked. What a shadow answered is no row of its own.
 *
 * @param deployments folders of captures (`blue-3_green-4`); the table's partitions are asked for by name
 * @param sinceHour first folder of an hour (`captureHour`) that is read; null reads all that are kept
 */
export function captureQuery(
  dialect: SqlDialect,
  database: string,
  columns: CaptureColumns,
  model: { readonly task: Task; readonly data: Pick<Data, 'columns' | 'key' | 'timestamp' | 'label'> },
  deployments: readonly string[],
  sinceHour: string | null = null,
): string {
  const { data, task } = model;
  const id = (name: string): string => dialect.identifier(name);
  const input = (name: string): string =>
    `json_extract_scalar(instance, ${dialect.text(`$[${JSON.stringify(name)}]`)})`;
  const versions = deployments.flatMap((deployment) =>
    VARIANTS.flatMap((variant) => {
      const version = deploymentVersions(deployment)?.[variant];
      return version === undefined
        ? []
        : [
            `WHEN c.deployment = ${dialect.text(deployment)} AND c.variant = ${dialect.text(variant)} THEN ${dialect.integer(version)}`,
          ];
    }),
  );
  const inputs = Object.entries(data.columns)
    .filter(([name, column]) => column.feature && name !== data.label.column)
    .map(([name, column]) => `${typed(dialect, column.type, input(name))} AS ${id(name)}`);
  const served = versions.length === 0 ? 'CAST(NULL AS BIGINT)' : `CASE ${versions.join(' ')} END`;
  const known = versions.length === 0 ? ['none'] : deployments;
  const side = (name: string, field: string): string =>
    `CAST(json_extract(TRY(json_parse(c.capturedata.${name}.data)), '$.${field}') AS ARRAY(JSON)) AS ${field}`;
  return [
    `SELECT ${data.key === undefined ? 'CAST(NULL AS VARCHAR)' : input(data.key)} AS ${id(columns.key)},`,
    `COALESCE(${dialect.toTimestamp(input(data.timestamp))}, ${dialect.toTimestamp('asked_at')}) AS ${id(columns.eventTime)},`,
    `served_version AS ${id(columns.version)},`,
    `${answerOf(dialect, task)} AS ${id(columns.prediction)}${inputs.map((one) => `, ${one}`).join('')}`,
    `FROM (SELECT ${served} AS served_version, c.eventmetadata.inferencetime AS asked_at, ${side('endpointinput', 'instances')}, ${side('endpointoutput', 'predictions')}`,
    `FROM ${dialect.table([database, TABLES.capture])} c WHERE c.deployment IN (${known.map((one) => dialect.text(one)).join(', ')})${sinceHour === null ? '' : ` AND c.hour >= ${dialect.text(sinceHour)}`}) mlp_raw`,
    'CROSS JOIN UNNEST(instances, predictions) AS mlp_one (instance, answer)',
    'WHERE served_version IS NOT NULL',
  ].join(' ');
}

/** Folder in which SageMaker puts what it captures at an instant: `2026/01/31/23`, which sorts as time does. */
export const captureHour = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 13).replace(/[-T]/g, '/');

function typed(dialect: SqlDialect, type: Column['type'], text: string): string {
  switch (type) {
    case 'number':
      return dialect.toDouble(text);
    case 'integer':
      return `TRY_CAST(${text} AS BIGINT)`;
    case 'boolean':
      return `TRY_CAST(${text} AS BOOLEAN)`;
    case 'timestamp':
      return dialect.toTimestamp(text);
    case 'category':
    case 'string':
      return text;
  }
}

/** Answers are objects with `prediction` and, for classes, `probability`; or bare values. */
function answerOf(dialect: SqlDialect, task: Task): string {
  const field = (path: string): string => `json_extract_scalar(answer, '${path}')`;
  const prediction = `COALESCE(${field('$.prediction')}, ${field('$')})`;
  if (task === 'multiclassClassification') return prediction;
  if (task === 'regression') return dialect.toDouble(prediction);
  return `COALESCE(${dialect.toDouble(field('$.probability'))}, ${dialect.toDouble(prediction)})`;
}
