import { METRICS, type MetricName } from '../../../contract/metrics';
import { nearest } from '../../../definition/schema-keys';
import { show } from '../../../kernel/problem';
import { storageFamily } from '../../../runtime/sql/data-checks';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import type { Problems } from '../problems';
import { instantSql } from './event-time';
import type { Loading, ReadableFile } from './load-predictions';
import type { ModelHistory } from './model-history';

/** A recorded value of a metric that no request tells. `at` in epoch seconds. */
export interface RecordedMetric {
  readonly at: number;
  readonly name: MetricName;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Metrics of serving, which alarms read minute by minute. */
const SERVING = new Set<string>(['Latency', 'Errors', 'Requests']);
const PERCENTILES = new Set(['p50', 'p99']);

const id = duckdb.identifier;

/**
 * Reads files of metrics: those of serving into a table of minutes, the others as points. A value of serving stands for the
 * time until the next one of its kind is due: the median distance of its series.
 */
export async function loadMetrics(
  loading: Loading,
  files: readonly ReadableFile[],
): Promise<Pick<ModelHistory, 'serving' | 'metrics'>> {
  const { engine, model, problems, notes, to } = loading;
  if (files.length === 0) return { serving: null, metrics: [] };
  const selects = files.map((file) => `(${metricSelect(file, model)})`).join(' UNION ALL BY NAME ');
  const until = to === null ? '' : ` AND point_at < ${duckdb.timestamp(to * 1000)}`;
  const points = `metric_points_${model}`;
  await engine.query(
    `CREATE TABLE ${id(points)} AS SELECT * FROM (${selects}) WHERE point_at IS NOT NULL AND value IS NOT NULL${until}`,
  );
  const named = files.map(({ file }) => file.named).join(', ');
  const kinds = await engine.query(
    `SELECT metric, statistic, COUNT(*) AS row_count FROM ${id(points)} GROUP BY ALL ORDER BY ALL`,
  );
  if (kinds.length === 0) notes.push(`${named}: no metric with a time and a value that can be read`);
  for (const kind of kinds) checkKind(named, String(kind['metric']), kind['statistic'], problems);
  if (!problems.none) return { serving: null, metrics: [] };
  const has = new Set(
    kinds
      .filter(({ metric }) => SERVING.has(String(metric)))
      .map(({ metric, statistic }) => seriesOf(metric, statistic)),
  );
  if (has.has('Errors') && !has.has('Requests'))
    notes.push(`${named}: Errors without Requests: the share of requests that failed is not known`);
  if (has.size > 0) await createMinutes(loading, points);
  const rows = await engine.query(
    `SELECT epoch_ms(point_at) AS at_ms, metric, dimensions, value FROM ${id(points)} WHERE metric NOT IN ('Latency', 'Errors', 'Requests') ORDER BY point_at, metric, dimensions, value`,
  );
  const unreadable = rows.find((row) => dimensionsOf(row['dimensions']) === null);
  if (unreadable !== undefined) {
    problems.add({
      code: 'unreadableDimensions',
      path: named,
      got: show(unreadable['dimensions']),
      expected: 'Name=value;Name=value, or a JSON object',
      fix: 'write the dimensions in one of these forms, or leave the column empty',
    });
  }
  return {
    serving: has.size === 0 ? null : { table: [`serving_${model}`], has },
    metrics: rows.map((row) => ({
      at: Number(row['at_ms']) / 1000,
      name: String(row['metric']) as MetricName,
      dimensions: dimensionsOf(row['dimensions']) ?? {},
      value: Number(row['value']),
    })),
  };
}

const seriesOf = (metric: unknown, statistic: unknown): string =>
  metric === 'Latency' ? `Latency ${String(statistic)}` : String(metric);

function metricSelect({ source, column, header }: ReadableFile, model: string): string {
  const metric = `trim(CAST(${id(column.metric!)} AS VARCHAR))`;
  const given = column.statistic === null ? 'NULL' : `CAST(${id(column.statistic)} AS VARCHAR)`;
  // `Latency p99` is what dashboards call it.
  const statistic = `lower(COALESCE(${given}, NULLIF(regexp_extract(${metric}, ' (\\w+)$', 1), '')))`;
  const { dimensions } = column;
  const nested = dimensions !== null && storageFamily(header.get(dimensions) ?? '') === 'other';
  const dimensionText =
    dimensions === null
      ? 'NULL'
      : nested
        ? `CAST(to_json(${id(dimensions)}) AS VARCHAR)`
        : `CAST(${id(dimensions)} AS VARCHAR)`;
  const ofModel = header.has('model') ? ` WHERE CAST(model AS VARCHAR) = ${duckdb.text(model)}` : '';
  return `SELECT ${instantSql(column.time!, header.get(column.time!) ?? '', undefined)} AS point_at, regexp_replace(${metric}, ' \\w+$', '') AS metric, CAST(${statistic} AS VARCHAR) AS statistic, CAST(${dimensionText} AS VARCHAR) AS dimensions, ${duckdb.toDouble(id(column.value!))} AS value FROM ${source}${ofModel}`;
}

function checkKind(path: string, metric: string, statistic: unknown, problems: Problems): void {
  if (!Object.hasOwn(METRICS, metric)) {
    const meant = nearest(metric, Object.keys(METRICS));
    problems.add({
      code: 'unknownMetric',
      path,
      got: show(metric),
      expected: `a metric of the platform: ${Object.keys(METRICS).join(', ')}`,
      fix: meant === undefined ? 'rename the metric, or leave it out' : `did you mean ${meant}?`,
    });
  } else if (metric === 'Latency' && !PERCENTILES.has(String(statistic))) {
    problems.add({
      code: 'unknownStatistic',
      path: `${path}: Latency`,
      got: statistic === null || statistic === undefined ? 'no statistic' : show(statistic),
      expected: 'p50 or p99',
      fix: 'write the percentile of a period: Latency p99, or a column statistic',
    });
  }
}

/** The minutes that values of serving stand for; counts are dealt evenly over them. */
async function createMinutes({ engine, model }: Loading, points: string): Promise<void> {
  const before = 'LAG(point_at) OVER (PARTITION BY metric, statistic ORDER BY point_at)';
  const gaps = `SELECT metric, statistic, (epoch_ms(point_at) - epoch_ms(${before})) / 60000.0 AS gap FROM ${id(points)}`;
  const lengths = `SELECT metric, statistic, CAST(GREATEST(1, COALESCE(round(median(gap)), 1)) AS BIGINT) AS length FROM (${gaps}) GROUP BY ALL`;
  // The statistic of a count is NULL, which no plain equality joins.
  const joined = `${id(points)} p JOIN (${lengths}) l ON l.metric = p.metric AND l.statistic IS NOT DISTINCT FROM p.statistic`;
  const minutes = `SELECT p.metric, p.statistic, value, length, date_trunc('minute', point_at) + to_minutes(UNNEST(range(length))) AS minute FROM ${joined} WHERE p.metric IN ('Latency', 'Errors', 'Requests')`;
  const latency = (statistic: string): string =>
    `MAX(value) FILTER (WHERE metric = 'Latency' AND statistic = '${statistic}') AS ${statistic}`;
  const count = (metric: string): string =>
    `SUM(value / length) FILTER (WHERE metric = '${metric}') AS ${metric.toLowerCase()}`;
  await engine.query(
    `CREATE TABLE ${id(`serving_${model}`)} AS SELECT minute, ${count('Requests')}, ${count('Errors')}, ${latency('p50')}, ${latency('p99')} FROM (${minutes}) GROUP BY minute ORDER BY minute`,
  );
}

/** `Metric=mae;Slice=weekday`, or a JSON object; values that are null are none. Null where it is neither. */
function dimensionsOf(text: unknown): Record<string, string> | null {
  if (typeof text !== 'string' || text.trim() === '') return {};
  try {
    const pairs: (readonly [string, unknown])[] = text.trim().startsWith('{')
      ? Object.entries(JSON.parse(text) as Record<string, unknown>)
      : text.split(/[;,]/).map((pair) => pair.split('=', 2) as [string, string]);
    if (pairs.some(([, value]) => value === undefined)) return null;
    return Object.fromEntries(
      pairs.flatMap(([name, value]) => (value === null ? [] : [[name.trim(), String(value).trim()]])),
    );
  } catch {
    return null;
  }
}
