import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { VARIANTS } from '../../contract/aws';
import { METRIC_NAMESPACE, type MetricName } from '../../contract/metrics';
import type { AlarmPlan } from '../../plan/plan';

type Statistic = AlarmPlan['metric']['statistic'];

/** Whose metric it is. */
export interface MetricSubject {
  readonly platform: string;
  readonly model: string;
  readonly endpointName: string;
}

interface Asked {
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Ends the ids in an expression: a graph of several models has each id once. @default - nothing */
  readonly idSuffix?: string;
}

/** Metrics that SageMaker emits itself; every other one is emitted by our handlers in our namespace. */
const SAGEMAKER = {
  /** Microseconds there, milliseconds in the vocabulary. */
  Latency: (subject, asked) =>
    new MathExpression({
      expression: `MAX([${idsOf('', asked)}]) / 1000`,
      usingMetrics: perVariant(subject, 'ModelLatency', statisticOf(asked.statistic), asked),
      period: Duration.seconds(asked.periodSeconds),
      label: 'Latency (ms)',
    }),
  Requests: (subject, asked) =>
    new MathExpression({
      expression: `SUM([${idsOf('', asked)}])`,
      usingMetrics: perVariant(subject, 'Invocations', Stats.SUM, asked),
      period: Duration.seconds(asked.periodSeconds),
      label: 'Requests',
    }),
  Errors: (subject, asked) => errors(subject, asked),
} as const satisfies Partial<Record<MetricName, (subject: MetricSubject, asked: Asked) => IMetric>>;

/** Errors as a count, or as a percent of the requests; no requests give no value. */
function errors(subject: MetricSubject, asked: Asked): IMetric {
  const period = Duration.seconds(asked.periodSeconds);
  const failed = perVariant(subject, 'Invocation5XXErrors', Stats.SUM, asked, 'Errors');
  if (asked.statistic !== 'errorPercent') {
    return new MathExpression({
      expression: `SUM([${idsOf('Errors', asked)}])`,
      usingMetrics: failed,
      period,
      label: 'Errors',
    });
  }
  return new MathExpression({
    expression: `100 * SUM([${idsOf('Errors', asked, (id) => `FILL(${id}, 0)`)}]) / SUM([${idsOf('', asked)}])`,
    usingMetrics: { ...failed, ...perVariant(subject, 'Invocations', Stats.SUM, asked) },
    period,
    label: 'Errors (% of requests)',
  });
}

/** Ids of what an expression is of, a variant each. */
const idsOf = (what: string, { idSuffix = '' }: Asked, as = (id: string): string => id): string =>
  VARIANTS.map((variant) => as(`${variant}${what}${idSuffix}`)).join(', ');

const perVariant = (
  { endpointName }: MetricSubject,
  metricName: string,
  statistic: string,
  { periodSeconds, idSuffix = '' }: Asked,
  what = '',
): Record<string, Metric> =>
  Object.fromEntries(
    VARIANTS.map((variant) => [
      `${variant}${what}${idSuffix}`,
      new Metric({
        namespace: 'AWS/SageMaker',
        metricName,
        dimensionsMap: { EndpointName: endpointName, VariantName: variant },
        statistic,
        period: Duration.seconds(periodSeconds),
      }),
    ]),
  );

const STATISTICS = {
  average: Stats.AVERAGE,
  maximum: Stats.MAXIMUM,
  minimum: Stats.MINIMUM,
  sum: Stats.SUM,
  p50: Stats.p(50),
  p99: Stats.p(99),
  errorPercent: Stats.SUM,
} as const satisfies Record<Statistic, string>;

const statisticOf = (statistic: Statistic): string => STATISTICS[statistic];

/** A metric of the vocabulary as CloudWatch has it. */
export function metricOf(subject: MetricSubject, name: MetricName, asked: Asked): IMetric {
  if (Object.hasOwn(SAGEMAKER, name)) return SAGEMAKER[name as keyof typeof SAGEMAKER](subject, asked);
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { Platform: subject.platform, Model: subject.model, ...asked.dimensions },
    statistic: statisticOf(asked.statistic),
    period: Duration.seconds(asked.periodSeconds),
  });
}
