import { ENDPOINT_FIGURES, type GoogleData } from '../../../contract/google';
import type { ArmTraffic, PredictionPair, TrafficTelemetry } from '../../ports';
import type { SqlDialect } from '../../sql/dialect';
import type { BigQuerySqlEngine } from './bigquery-sql-engine';
import type { GoogleApi } from './google-api';
import { labelValue } from './label-value';

export interface MonitoringTelemetryOptions {
  readonly platform: string;
  readonly model: string;
  readonly endpoint: string;
  /** `[project, dataset, table]` of what Vertex AI logs of requests. */
  readonly captureTable: readonly string[];
  readonly task: GoogleData['task'];
}

interface Distribution {
  readonly count?: string;
  readonly bucketOptions?: {
    readonly exponentialBuckets?: { numFiniteBuckets: number; growthFactor: number; scale: number };
    readonly linearBuckets?: { numFiniteBuckets: number; width: number; offset: number };
    readonly explicitBuckets?: { bounds: number[] };
  };
  readonly bucketCounts?: readonly string[];
}
interface Series {
  readonly points?: readonly {
    readonly value?: { readonly int64Value?: string; readonly distributionValue?: Distribution };
  }[];
}

const METRIC = 'aiplatform.googleapis.com/prediction/online';
/** A version that refuses what the other one accepts (4xx) fails its clients as well; both get alike requests. */
const FAILED = 'metric.labels.response_code = one_of("4xx", "5xx")';
const MINUTE = 60;
const DELAY_SECONDS = ENDPOINT_FIGURES.visibleAfterSeconds;

/** Counts of a version from Cloud Monitoring, its answers from the captured requests. */
export class MonitoringTelemetry implements TrafficTelemetry {
  constructor(
    private readonly api: GoogleApi,
    private readonly engine: BigQuerySqlEngine,
    private readonly dialect: SqlDialect,
    private readonly options: MonitoringTelemetryOptions,
  ) {}

  /**
   * Answers by response code, and their whole time alone (Vertex AI also tells its parts).
   * Whole minutes, three minutes late, so that windows that follow each other count every minute once. A version without
   * requests has no figures at all.
   */
  async arm(version: number, from: number, to: number): Promise<ArmTraffic> {
    const minute = (seconds: number): number => Math.floor(seconds / MINUTE) * MINUTE - DELAY_SECONDS;
    const [start, end] = [minute(from), minute(to)];
    if (start >= end) return { requests: 0, errors: 0, latency: null };
    const [requests, errors, latencies] = await Promise.all([
      this.series('response_count', [], version, start, end),
      this.series('response_count', [FAILED], version, start, end),
      this.series('prediction_latencies', ['metric.labels.latency_type = "total"'], version, start, end),
    ]);
    return { requests: total(requests), errors: total(errors), latency: histogram(latencies) };
  }

  async predictions(version: number, from: number, to: number, limit: number): Promise<(number | string)[]> {
    const { dialect } = this;
    const answer = "COALESCE(JSON_VALUE(answer, '$.prediction'), JSON_VALUE(answer, '$'))";
    const value =
      this.options.task === 'binaryClassification'
        ? `COALESCE(JSON_VALUE(answer, '$.probability'), ${answer})`
        : answer;
    const rows = await this.engine.query(
      [
        `SELECT ${value} AS answer FROM ${dialect.table(this.options.captureTable)} c, UNNEST(c.response_payload) AS answer`,
        `WHERE c.deployed_model_id = ${dialect.text(String(version))}`,
        `AND c.logging_time >= ${dialect.timestamp(from * 1000)} AND c.logging_time < ${dialect.timestamp(to * 1000)}`,
        `AND ${value} IS NOT NULL ORDER BY c.logging_time LIMIT ${Math.max(0, Math.floor(limit))}`,
      ].join(' '),
    );
    const isNumber = this.options.task !== 'multiclassClassification';
    return rows
      .map(({ answer: found }) => (isNumber ? Number(found) : String(found)))
      .filter((one) => typeof one === 'string' || Number.isFinite(one));
  }

  /** A Vertex AI endpoint mirrors no requests, so that there are no pairs. */
  async pairs(): Promise<PredictionPair[]> {
    return [];
  }

  async firingAlarms(): Promise<string[]> {
    const { platform, model } = this.options;
    const own = { platform: labelValue(platform), model: labelValue(model), aborts_release: 'true' };
    const filter = [
      'state="OPEN"',
      ...Object.entries(own).map(([label, value]) => `policy.user_labels.${label}="${value}"`),
    ].join(' AND ');
    const found: string[] = [];
    let pageToken: string | undefined;
    do {
      const page: { readonly [key: string]: unknown } = await this.api.call(
        'GET',
        'monitoring',
        `projects/${this.api.project}/alerts`,
        undefined,
        { filter, pageToken },
      );
      for (const { policy } of (page['alerts'] ?? []) as { policy?: { userLabels?: Record<string, string> } }[]) {
        const alarm = policy?.userLabels?.['alarm'];
        if (alarm !== undefined) found.push(alarm);
      }
      pageToken = page['nextPageToken'] as string | undefined;
    } while (pageToken);
    return [...new Set(found)].sort();
  }

  private async series(
    metric: string,
    terms: readonly string[],
    version: number,
    start: number,
    end: number,
  ): Promise<Series[]> {
    const page = await this.api.call('GET', 'monitoring', `projects/${this.api.project}/timeSeries`, undefined, {
      filter: [
        `metric.type = "${METRIC}/${metric}"`,
        'resource.type = "aiplatform.googleapis.com/Endpoint"',
        `resource.labels.endpoint_id = "${this.options.endpoint}"`,
        `metric.labels.deployed_model_id = "${version}"`,
        ...terms,
      ].join(' AND '),
      'interval.startTime': new Date(start * 1000).toISOString(),
      'interval.endTime': new Date(end * 1000).toISOString(),
      'aggregation.alignmentPeriod': `${end - start}s`,
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
      'aggregation.crossSeriesReducer': 'REDUCE_SUM',
    });
    return (page['timeSeries'] ?? []) as Series[];
  }
}

const total = (series: readonly Series[]): number =>
  series.flatMap(({ points }) => points ?? []).reduce((sum, { value }) => sum + Number(value?.int64Value ?? 0), 0);

/** The sum of distributions; all of one metric have the same buckets. Null for none. */
function histogram(series: readonly Series[]): ArmTraffic['latency'] {
  let edgesMs: readonly number[] = [];
  let counts: number[] = [];
  for (const { value } of series.flatMap(({ points }) => points ?? [])) {
    const distribution = value?.distributionValue;
    if (!distribution) continue;
    const edges = edgesOf(distribution);
    if (edges.length > 0) edgesMs = edges;
    if (counts.length < edges.length + 1)
      counts = [...counts, ...Array<number>(edges.length + 1 - counts.length).fill(0)];
    (distribution.bucketCounts ?? []).forEach((count, place) => {
      counts[place] = (counts[place] ?? 0) + Number(count);
    });
  }
  return edgesMs.length === 0 ? null : { edgesMs, counts: counts.slice(0, edgesMs.length + 1) };
}

function edgesOf({ bucketOptions: options }: Distribution): readonly number[] {
  if (options?.explicitBuckets) return options.explicitBuckets.bounds;
  if (options?.exponentialBuckets) {
    const { numFiniteBuckets, growthFactor, scale } = options.exponentialBuckets;
    return Array.from({ length: numFiniteBuckets + 1 }, (_, i) => scale * growthFactor ** i);
  }
  if (options?.linearBuckets) {
    const { numFiniteBuckets, width, offset } = options.linearBuckets;
    return Array.from({ length: numFiniteBuckets + 1 }, (_, i) => offset + width * i);
  }
  return [];
}
