import type { AnsweredRequest } from '../../aws/execution/figures';

/** Half open: after `from`, up to and with `to`; milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface AskedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

interface Point {
  readonly at: number;
  readonly value: number;
}

/** CloudWatch's metrics: what handlers log in the embedded metric format, and what SageMaker counts of requests. */
export class Metrics {
  private readonly series = new Map<string, Point[]>();

  /** @param requests of the endpoint, in the order of time */
  constructor(private readonly requests: readonly AnsweredRequest[]) {}

  /** A line of a handler's log; lines that are no metric are left alone. */
  log(line: unknown): void {
    if (typeof line !== 'string' || !line.startsWith('{"_aws":')) return;
    const { _aws, ...fields } = JSON.parse(line) as {
      readonly _aws: {
        readonly Timestamp: number;
        readonly CloudWatchMetrics: readonly {
          readonly Namespace: string;
          readonly Dimensions: readonly (readonly string[])[];
          readonly Metrics: readonly { readonly Name: string }[];
        }[];
      };
    } & Readonly<Record<string, unknown>>;
    for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics) {
      for (const names of Dimensions) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(fields[name])]));
        for (const { Name } of Metrics) {
          const key = keyOf(Namespace, Name, dimensions);
          const point = { at: _aws.Timestamp, value: Number(fields[Name]) };
          this.series.set(key, [...(this.series.get(key) ?? []), point]);
        }
      }
    }
  }

  /** The statistic of a time; undefined without a datapoint. */
  value({ namespace, name, dimensions, statistic }: AskedMetric, span: Span): number | undefined {
    const values =
      namespace === 'AWS/SageMaker'
        ? this.ofRequests(name, dimensions['VariantName']!, span)
        : (this.series.get(keyOf(namespace, name, dimensions)) ?? [])
            .filter(({ at }) => isIn(at, span))
            .map(({ value }) => value);
    return values.length === 0 ? undefined : statisticOf(statistic, values);
  }

  private ofRequests(name: string, variant: string, span: Span): number[] {
    const values: number[] = [];
    for (let place = this.requests.length - 1; place >= 0; place--) {
      const request = this.requests[place]!;
      if (request.at <= span.from) break;
      if (request.variant !== variant || request.at > span.to) continue;
      if (name === 'ModelLatency') values.push(request.latencyMs * 1000);
      else if (name === 'Invocations') values.push(1);
      else if (name === 'Invocation5XXErrors') values.push(request.failed ? 1 : 0);
      else throw new RangeError(`SageMaker has no metric ${name} here`);
    }
    return values;
  }
}

const isIn = (at: number, { from, to }: Span): boolean => at > from && at <= to;

const keyOf = (namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);

function statisticOf(statistic: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'Minimum':
      return Math.min(...values);
    case 'Maximum':
      return Math.max(...values);
  }
  const percentile = Number(/^p(\d+)$/.exec(statistic)?.[1]);
  if (!Number.isFinite(percentile)) throw new RangeError(`no statistic ${statistic}`);
  return [...values].sort((a, b) => a - b)[Math.ceil((percentile / 100) * values.length) - 1]!;
}
