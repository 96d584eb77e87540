/** A request that a variant answered. */
export interface AnsweredRequest {
  readonly variant: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly latencyMs: number;
  readonly failed: boolean;
}

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Stat: string;
  };
}

/** CloudWatch: counts and trimmed counts of requests, and alarms that a test lets fire. */
export class Figures {
  readonly requests: AnsweredRequest[] = [];
  firing: string[] = [];

  operations() {
    return {
      GetMetricData: (input: { MetricDataQueries: readonly Query[]; StartTime: Date; EndTime: Date }) => {
        const [start, end] = [input.StartTime.getTime(), input.EndTime.getTime()];
        const within = this.requests.filter(({ at }) => at >= start && at < end);
        return {
          MetricDataResults: input.MetricDataQueries.map(({ Id, MetricStat }) => {
            const variant = MetricStat.Metric.Dimensions.find(({ Name }) => Name === 'VariantName')!.Value;
            const own = within.filter((request) => request.variant === variant);
            return { Id, Values: own.length === 0 ? [] : [figure(own, MetricStat.Metric.MetricName, MetricStat.Stat)] };
          }),
        };
      },
      DescribeAlarms: ({ AlarmNames }: { AlarmNames: readonly string[] }) => ({
        MetricAlarms: this.firing
          .filter((name) => AlarmNames.includes(name))
          .map((AlarmName) => ({ AlarmName, StateValue: 'ALARM' })),
      }),
    };
  }
}

function figure(requests: readonly AnsweredRequest[], metric: string, stat: string): number {
  if (metric === 'Invocations') return requests.length;
  // One instance of each variant is up.
  if (metric === 'InvocationsPerInstance') return requests.length;
  if (metric === 'Invocation4XXErrors') return 0;
  if (metric === 'Invocation5XXErrors') return requests.filter(({ failed }) => failed).length;
  // Trimmed count: values above the first bound, up to the second, in microseconds.
  const bounds = /^TC\((\d*):(\d*)\)$/.exec(stat);
  if (metric !== 'ModelLatency' || bounds === null) throw new RangeError(`no figure ${metric} ${stat}`);
  const low = bounds[1] === '' ? Number.NEGATIVE_INFINITY : Number(bounds[1]);
  const high = bounds[2] === '' ? Number.POSITIVE_INFINITY : Number(bounds[2]);
  return requests.filter(({ latencyMs }) => latencyMs * 1000 > low && latencyMs * 1000 <= high).length;
}
