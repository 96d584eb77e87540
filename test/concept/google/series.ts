import type { Monitoring } from '../../google/execution/monitoring';

/** Half open: after `from`, up to and with `to`; milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Values that a series must have: `metric.labels.model` → `demand`. */
export type Labels = Readonly<Record<string, string>>;

export interface Point {
  readonly at: number;
  readonly value: number;
}

interface Written {
  readonly metric: { readonly type: string; readonly labels: Labels };
  readonly points: readonly {
    readonly interval: { readonly endTime: string };
    readonly value: { readonly doubleValue: number };
  }[];
}

/** "Sampled every 60 seconds; after sampling, data is not visible for up to 120 seconds." */
const VISIBLE_MS = 180_000;
const MINUTE = 60_000;
const OF_ENDPOINT = 'aiplatform.googleapis.com/prediction/online/';

/** Time series as alert policies read them: what handlers have written, and what Vertex AI counts of requests. */
export class Series {
  /** By type, then by the text of the labels. */
  private readonly written = new Map<string, Map<string, { readonly labels: Labels; readonly points: Point[] }>>();
  private read = 0;

  constructor(private readonly monitoring: Monitoring) {}

  /** Points of all series of a type with some labels in a time, by series, as far as they can be seen at `now`. */
  points(type: string, labels: Labels, span: Span, now: number): Point[][] {
    if (type.startsWith(OF_ENDPOINT)) {
      // A minute is known as a whole, once it can be seen.
      const seen = Math.floor((now - VISIBLE_MS) / MINUTE) * MINUTE - 1;
      return [this.ofRequests(type.slice(OF_ENDPOINT.length), labels, { ...span, to: Math.min(span.to, seen) })];
    }
    this.take();
    return [...(this.written.get(type)?.values() ?? [])]
      .filter((series) => matches(series.labels, labels))
      .map(({ points }) => points.filter(({ at }) => at > span.from && at <= span.to));
  }

  /** When a series of the type had its newest point that can be seen at `now`; undefined where it never had one. */
  newest(type: string, labels: Labels, now: number): number | undefined {
    const all = this.points(type, labels, { from: 0, to: now }, now).flat();
    return all.length === 0 ? undefined : Math.max(...all.map(({ at }) => at));
  }

  private take(): void {
    for (; this.read < this.monitoring.written.length; this.read++) {
      const { metric, points } = this.monitoring.written[this.read] as unknown as Written;
      const ofType = this.written.get(metric.type) ?? new Map();
      const key = JSON.stringify(metric.labels);
      const known = ofType.get(key) ?? { labels: metric.labels, points: [] };
      for (const { interval, value } of points) {
        known.points.push({ at: Date.parse(interval.endTime), value: value.doubleValue });
      }
      this.written.set(metric.type, ofType.set(key, known));
    }
  }

  private ofRequests(name: string, labels: Labels, { from, to }: Span): Point[] {
    const points: Point[] = [];
    const code = labels['metric.labels.response_code'];
    for (let place = this.monitoring.requests.length - 1; place >= 0; place--) {
      const { at, failed, latencyMs } = this.monitoring.requests[place]!;
      if (at <= from) break;
      if (at > to) continue;
      if (name === 'prediction_latencies') points.push({ at, value: latencyMs });
      else if (name === 'response_count') {
        if (code === undefined || code === (failed ? '5xx' : '2xx')) points.push({ at, value: 1 });
      } else throw new RangeError(`Vertex AI has no metric ${name} here`);
    }
    return points;
  }
}

function matches(own: Labels, asked: Labels): boolean {
  const prefix = 'metric.labels.';
  return Object.entries(asked).every(
    ([name, value]) => !name.startsWith(prefix) || own[name.slice(prefix.length)] === value,
  );
}

/** The sum, the mean, … of values; p99 by nearest rank. @throws RangeError for one that is not known here */
export function statisticOf(name: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case 'sum':
      return sum;
    case 'mean':
      return sum / values.length;
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
  }
  const percentile = Number(/^p(\d+)$/.exec(name)?.[1]);
  if (!Number.isFinite(percentile)) throw new RangeError(`no statistic ${name}`);
  return [...values].sort((a, b) => a - b)[Math.ceil((percentile / 100) * values.length) - 1]!;
}
