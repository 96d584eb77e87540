import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ArmTraffic, PredictionPair, ServedTime, TrafficTelemetry } from '../../ports';
import { type CapturedRequest, capturedRequests } from './captured-requests';
import { deploymentName, variantOf } from './endpoint-layout';
import type { SageMakerEndpoint } from './sagemaker-endpoint';

export interface TelemetryOptions {
  readonly bucket: string;
  /** Names of the alarms that take a release back. */
  readonly abortAlarms: readonly string[];
}

/** Upper edges of the latency buckets, ms. */
export const LATENCY_EDGES_MS = [5, 10, 25, 50, 100, 200, 300, 500, 750, 1000, 2000, 5000] as const;

const MINUTE = 60;
const DAY = 86_400;
/** How long CloudWatch keeps figures; hours stay for 455 days. A window that ends now has to fit, with the hour that is begun. */
const KEPT = [
  { period: MINUTE, days: 15 },
  { period: 5 * MINUTE, days: 63 },
] as const;
const HOUR = 60 * MINUTE;
/** CloudWatch has a minute's figures only when it is over. */
const DELAY_SECONDS = 60;
/**
 * SageMaker writes captured requests to the bucket some minutes later. They are read as late, so that windows that follow each other
 * read every request once.
 */
const CAPTURE_DELAY_SECONDS = 180;
const NOTHING: ArmTraffic = {
  requests: 0,
  errors: 0,
  latency: { edgesMs: LATENCY_EDGES_MS, counts: [...LATENCY_EDGES_MS.map(() => 0), 0] },
};

/** Counts and latency from CloudWatch, answers from the capture, page alarms by name. */
export class CloudWatchTelemetry implements TrafficTelemetry {
  constructor(
    private readonly cloudWatch: CloudWatchClient,
    private readonly s3: S3Client,
    private readonly endpoint: SageMakerEndpoint,
    private readonly options: TelemetryOptions,
  ) {}

  /**
   * Whole minutes, one minute late, so that windows that follow each other count every minute once; a window that is longer
   * than minutes are kept is counted by what is kept.
   */
  async arm(version: number, from: number, to: number): Promise<ArmTraffic> {
    const variant = variantOf((await this.endpoint.read()).layout, version);
    const [start, end] = [minute(from), minute(to)];
    if (variant === undefined || start >= end) return NOTHING;
    const query = this.queryOf(variant, periodOf(to - from));
    const edges = [undefined, ...LATENCY_EDGES_MS, undefined].map((ms) => (ms === undefined ? '' : `${ms * 1000}`));
    const sums = await this.sums(
      [
        query('requests', 'Invocations', 'Sum'),
        // A version that refuses what the other one accepts (4xx) fails its clients as well; both get alike requests.
        query('errors', 'Invocation5XXErrors', 'Sum'),
        query('refused', 'Invocation4XXErrors', 'Sum'),
        // Trimmed counts: values above the first edge, up to the second, in microseconds.
        ...edges.slice(1).map((edge, bucket) => query(`b${bucket}`, 'ModelLatency', `TC(${edges[bucket]}:${edge})`)),
      ],
      start,
      end,
    );
    return {
      requests: sums.get('requests') ?? 0,
      errors: (sums.get('errors') ?? 0) + (sums.get('refused') ?? 0),
      latency: {
        edgesMs: LATENCY_EDGES_MS,
        counts: edges.slice(1).map((_, bucket) => Math.round(sums.get(`b${bucket}`) ?? 0)),
      },
    };
  }

  /**
   * SageMaker tells of each request one n-th for n instances that were up then (`InvocationsPerInstance`), so that requests by that
   * are the instances of a period, as autoscaling has made them.
   */
  async served(version: number, from: number, to: number): Promise<ServedTime> {
    const variant = variantOf((await this.endpoint.read()).layout, version);
    const [start, end] = [minute(from), minute(to)];
    if (variant === undefined || start >= end) return { seconds: 0, instanceSeconds: 0 };
    const period = periodOf(to - from);
    const query = this.queryOf(variant, period);
    const requests = new Map<number, number>();
    const shares = new Map<number, number>();
    const queries = [query('requests', 'Invocations', 'Sum'), query('shares', 'InvocationsPerInstance', 'Sum')];
    for await (const { Id, Timestamps = [], Values = [] } of this.results(queries, start, end)) {
      const known = Id === 'requests' ? requests : shares;
      Timestamps.forEach((at, place) => {
        known.set(at.getTime(), Values[place] ?? 0);
      });
    }
    const instances = [...requests].flatMap(([at, count]) => {
      const share = shares.get(at) ?? 0;
      return count > 0 && share > 0 ? [count / share] : [];
    });
    return {
      seconds: instances.length * period,
      instanceSeconds: instances.reduce((sum, count) => sum + count * period, 0),
    };
  }

  async predictions(version: number, from: number, to: number, limit: number): Promise<(number | string)[]> {
    return (await this.captured(version, from, to, limit)).flatMap(({ answers }) => answers).slice(0, limit);
  }

  async pairs(
    champion: number,
    challenger: number,
    from: number,
    to: number,
    limit: number,
  ): Promise<PredictionPair[]> {
    const ofChallenger = new Map(
      (await this.captured(challenger, from, to, limit)).map((request) => [request.id, request.answers]),
    );
    return (await this.captured(champion, from, to, limit))
      .flatMap(({ id, answers }) => {
        const others = ofChallenger.get(id);
        return others === undefined
          ? []
          : answers.map((answer, place): PredictionPair => ({ champion: answer, challenger: others[place] ?? null }));
      })
      .slice(0, limit);
  }

  async firingAlarms(): Promise<string[]> {
    const { abortAlarms } = this.options;
    if (abortAlarms.length === 0) return [];
    const { MetricAlarms = [] } = await this.cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [...abortAlarms], StateValue: 'ALARM', AlarmTypes: ['MetricAlarm'] }),
    );
    return MetricAlarms.flatMap(({ AlarmName }) => AlarmName ?? []).sort();
  }

  private async captured(version: number, from: number, to: number, limit: number): Promise<CapturedRequest[]> {
    const { layout } = await this.endpoint.read();
    const variant = variantOf(layout, version);
    if (variant === undefined) return [];
    const where = { deployment: deploymentName(layout), endpoint: this.endpoint.options.endpoint, variant };
    const late = { from: from - CAPTURE_DELAY_SECONDS, to: to - CAPTURE_DELAY_SECONDS };
    return capturedRequests(this.s3, this.options.bucket, where, { ...late, limit });
  }

  private queryOf(variant: string, Period: number): (Id: string, MetricName: string, Stat: string) => MetricDataQuery {
    const Dimensions = [
      { Name: 'EndpointName', Value: this.endpoint.options.endpoint },
      { Name: 'VariantName', Value: variant },
    ];
    return (Id, MetricName, Stat) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'AWS/SageMaker', MetricName, Dimensions }, Period, Stat },
    });
  }

  private async sums(queries: MetricDataQuery[], start: Date, end: Date): Promise<Map<string, number>> {
    const sums = new Map<string, number>();
    for await (const { Id = '', Values = [] } of this.results(queries, start, end)) {
      sums.set(Id, (sums.get(Id) ?? 0) + Values.reduce((sum, value) => sum + value, 0));
    }
    return sums;
  }

  private async *results(queries: MetricDataQuery[], start: Date, end: Date): AsyncGenerator<MetricDataResult> {
    let NextToken: string | undefined;
    do {
      const page = await this.cloudWatch.send(
        new GetMetricDataCommand({ MetricDataQueries: queries, StartTime: start, EndTime: end, NextToken }),
      );
      yield* page.MetricDataResults ?? [];
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  }
}

/** The whole minute of an instant, as late as figures are. */
const minute = (seconds: number): Date => new Date((Math.floor(seconds / MINUTE) * MINUTE - DELAY_SECONDS) * 1000);

/** Seconds of the finest figures that are still there for the whole of a window that ends now. */
function periodOf(windowSeconds: number): number {
  return KEPT.find(({ days }) => windowSeconds <= days * DAY - HOUR)?.period ?? HOUR;
}
