import { type Answer, type Call, invalid, type Json, type Operation } from './service';

/** A request that a deployed model answered. */
export interface AnsweredRequest {
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly latencyMs: number;
  readonly failed: boolean;
}

interface Series {
  readonly metric: { readonly type: string; readonly labels: Json };
  readonly points: readonly { readonly interval: { readonly endTime: string } }[];
}

/** "Sampled every 60 seconds; after sampling, data is not visible for up to 120 seconds." */
const VISIBLE_MS = 180_000;
/** A time series takes a point every so often. */
const APART_MS = 5000;
const GROWTH = 1.05;
const BUCKETS = 200;

/** Cloud Monitoring: figures of endpoints, which come late; custom series, whose points come in their order; alerts. */
export class Monitoring {
  readonly requests: AnsweredRequest[] = [];
  /** Alarms whose policies have an open alert that takes a release back. */
  firing: string[] = [];
  readonly written: Series[] = [];
  private readonly newest = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  operation({ method, path, query, body }: Call): Operation | undefined {
    const kind = path[2];
    if (kind === 'alerts') return { name: 'monitoring.alerts.list', run: () => this.alerts(query) };
    if (kind !== 'timeSeries') return undefined;
    if (method === 'GET') return { name: 'monitoring.timeSeries.list', run: () => this.list(query) };
    return { name: 'monitoring.timeSeries.create', run: () => this.create(body['timeSeries'] as readonly Series[]) };
  }

  private alerts(query: URLSearchParams): Answer {
    const filter = query.get('filter') ?? '';
    if (!filter.includes('state="OPEN"') || !filter.includes('aborts_release="true"')) throw invalid(filter);
    return { alerts: this.firing.map((alarm) => ({ state: 'OPEN', policy: { userLabels: { alarm } } })) };
  }

  /** All of a request is written, or what can be, with an error that says what could not. */
  private create(all: readonly Series[]): Answer {
    const refused: string[] = [];
    for (const one of all) {
      const key = JSON.stringify(one.metric);
      const end = Date.parse(one.points[0]!.interval.endTime);
      const before = this.newest.get(key) ?? 0;
      if (end < before) refused.push('Points must be written in order');
      else if (end - before < APART_MS)
        refused.push('One or more points were written more frequently than the maximum');
      else {
        this.newest.set(key, end);
        this.written.push(one);
      }
    }
    if (refused.length > 0) throw invalid(`One or more TimeSeries could not be written: ${refused.join('; ')}`);
    return {};
  }

  private list(query: URLSearchParams): Answer {
    const filter = query.get('filter') ?? '';
    const metric = /metric\.type = "aiplatform\.googleapis\.com\/prediction\/online\/(\w+)"/.exec(filter)?.[1];
    const version = Number(/deployed_model_id = "(\d+)"/.exec(filter)?.[1]);
    const start = Date.parse(query.get('interval.startTime') ?? '');
    const end = Date.parse(query.get('interval.endTime') ?? '');
    const period = Number(/^(\d+)s$/.exec(query.get('aggregation.alignmentPeriod') ?? '')?.[1]);
    if (metric === undefined || !(start < end) || !(period >= 60)) throw invalid(`no figure: ${filter}`);
    // A minute is known as a whole, once it can be seen.
    const seen = Math.min(end, Math.floor((this.now() - VISIBLE_MS) / 60_000) * 60_000);
    const own = this.requests.filter((one) => one.version === version && one.at >= start && one.at < seen);
    if (own.length === 0) return {};
    const codes = /metric\.labels\.response_code = (.+?)(?: AND |$)/.exec(filter)?.[1];
    const asked = codes === undefined ? own : own.filter(({ failed }) => codes.includes(failed ? '"5xx"' : '"2xx"'));
    // A series has no points where nothing was counted.
    if (asked.length === 0) return {};
    if (metric === 'prediction_latencies' && !filter.includes('metric.labels.latency_type = "total"')) {
      throw invalid(`latencies of an answer and of its parts: ${filter}`);
    }
    return { timeSeries: [{ points: [{ value: figure(metric, asked) }] }] };
  }
}

function figure(metric: string, requests: readonly AnsweredRequest[]): Json {
  if (metric === 'response_count') return { int64Value: String(requests.length) };
  if (metric !== 'prediction_latencies') throw invalid(`no metric ${metric}`);
  const counts = Array<number>(BUCKETS + 2).fill(0);
  for (const { latencyMs } of requests) {
    const bucket = Math.max(0, Math.min(BUCKETS + 1, Math.floor(Math.log(latencyMs) / Math.log(GROWTH)) + 1));
    counts[bucket]! += 1;
  }
  return {
    distributionValue: {
      count: String(requests.length),
      bucketOptions: { exponentialBuckets: { numFiniteBuckets: BUCKETS, growthFactor: GROWTH, scale: 1 } },
      bucketCounts: counts.map(String),
    },
  };
}
