import type { AskedMetric, Metrics, Span } from './metrics';
import type { DeployedTemplate, Properties } from './template';

type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmChange {
  readonly name: string;
  readonly arn: string;
  readonly state: State;
  readonly before: State;
  /** People are told that it fires, or that data have stopped. */
  readonly begins: boolean;
  readonly reason: string;
  /** A composite alarm, which tells people in the place of its alarms. */
  readonly isGroup: boolean;
}

interface MetricAlarm {
  readonly name: string;
  readonly arn: string;
  readonly value: (metrics: Metrics, span: Span) => number | undefined;
  readonly periodMs: number;
  readonly properties: Properties;
}

interface MetricStat {
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  };
  readonly Period: number;
  readonly Stat: string;
}

/** CloudWatch's metric math, as far as alarms of the template use it; a value that is missing is undefined. */
const MATH = {
  MAX: (values: readonly (number | undefined)[]) => Math.max(...values.filter((one) => one !== undefined)),
  SUM: (values: readonly (number | undefined)[]) => values.reduce<number>((sum, one) => sum + (one ?? 0), 0),
  FILL: (value: number | undefined, filling: number) => value ?? filling,
};

const COMPARED: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/**
 * CloudWatch's alarms, judged by the properties that the template gives them: over the last evaluation periods up to now, an
 * alarm fires when so many datapoints are beyond its threshold; a missing one counts as `TreatMissingData` says. It looks
 * as far back as it is told, where CloudWatch looks some periods further; and at a datapoint at once, where CloudWatch takes up
 * to a minute.
 */
export class Alarms {
  private readonly alarms: readonly MetricAlarm[];
  private readonly composites: readonly {
    readonly name: string;
    readonly arn: string;
    readonly of: readonly string[];
  }[];
  private readonly states = new Map<string, State>();

  constructor(
    template: DeployedTemplate,
    private readonly metrics: Metrics,
  ) {
    this.alarms = template.all('AWS::CloudWatch::Alarm').map(([id, properties]) => ({
      name: String(properties['AlarmName']),
      arn: template.arn(id),
      properties,
      ...watched(properties),
    }));
    this.composites = template.all('AWS::CloudWatch::CompositeAlarm').map(([id, { AlarmName, AlarmRule }]) => ({
      name: String(AlarmName),
      arn: template.arn(id),
      of: [...String(AlarmRule).matchAll(/ALARM\("([^"]+)"\)/g)].map(([, arn]) => arn!),
    }));
  }

  /** Judges all alarms. @param now milliseconds since the epoch @returns those that have changed, in the template's order */
  evaluate(now: number): AlarmChange[] {
    const changes = this.alarms.flatMap((alarm) => this.changed(alarm, ...judged(alarm, this.metrics, now)));
    const firing = new Set(this.alarms.filter(({ name }) => this.states.get(name) === 'ALARM').map(({ arn }) => arn));
    const grouped = this.composites.flatMap(({ name, arn, of }) =>
      this.changed(
        { name, arn },
        of.some((one) => firing.has(one)) ? 'ALARM' : 'OK',
        `${of.length} alarms are watched`,
      ).map((change) => ({ ...change, isGroup: true })),
    );
    return [...changes, ...grouped];
  }

  /** `DescribeAlarms`, as the release controller asks. */
  operations() {
    return {
      DescribeAlarms: ({ AlarmNames }: { AlarmNames: readonly string[] }) => ({
        MetricAlarms: AlarmNames.filter((name) => this.states.get(name) === 'ALARM').map((AlarmName) => ({
          AlarmName,
          StateValue: 'ALARM',
        })),
      }),
    };
  }

  private changed(
    { name, arn, properties = {} }: Pick<AlarmChange, 'name' | 'arn'> & { readonly properties?: Properties },
    state: State,
    reason: string,
  ): AlarmChange[] {
    const before = this.states.get(name) ?? 'INSUFFICIENT_DATA';
    this.states.set(name, state);
    const tellsOfSilence = properties['InsufficientDataActions'] !== undefined;
    const stops = tellsOfSilence && state === 'INSUFFICIENT_DATA' && before === 'OK';
    const begins = state === 'ALARM' || stops;
    return state === before ? [] : [{ name, arn, state, before, begins, reason, isGroup: false }];
  }
}

function judged({ properties, periodMs, value }: MetricAlarm, metrics: Metrics, now: number): [State, string] {
  const { EvaluationPeriods, DatapointsToAlarm, Threshold, ComparisonOperator, TreatMissingData } = properties;
  // A minute that has no datapoint yet does not move the periods on.
  const end = value(metrics, { from: now - 1, to: now }) === undefined ? now - 1 : now;
  const periods = Array.from({ length: Number(EvaluationPeriods) }, (_, back) => end - back * periodMs);
  const values = periods.map((to) => value(metrics, { from: to - periodMs, to }));
  const known = values.filter((one) => one !== undefined);
  const isBeyond = COMPARED[String(ComparisonOperator)]!;
  const beyond = known.filter((one) => isBeyond(one, Number(Threshold))).length;
  const missing = TreatMissingData === 'breaching' ? values.length - known.length : 0;
  const reason = `Threshold Crossed: ${beyond + missing} datapoints [${known.join(', ')}] were ${ComparisonOperator} (${Threshold})`;
  if (beyond + missing >= Number(DatapointsToAlarm)) return ['ALARM', reason];
  return [known.length === 0 && missing === 0 ? 'INSUFFICIENT_DATA' : 'OK', reason];
}

function watched(properties: Properties): Pick<MetricAlarm, 'value' | 'periodMs'> {
  const metrics = properties['Metrics'] as
    | readonly { readonly Id: string; readonly Expression?: string; readonly MetricStat?: MetricStat }[]
    | undefined;
  if (metrics === undefined) {
    const { Namespace, MetricName, Dimensions, Period, Statistic, ExtendedStatistic } =
      properties as never as MetricStat['Metric'] & {
        readonly Period: number;
        readonly Statistic?: string;
        readonly ExtendedStatistic?: string;
      };
    const asked = askedOf({
      Metric: { Namespace, MetricName, Dimensions },
      Period,
      Stat: (Statistic ?? ExtendedStatistic)!,
    });
    return { periodMs: Period * 1000, value: (all, span) => all.value(asked, span) };
  }
  const parts = metrics.flatMap(({ Id, MetricStat }) => (MetricStat === undefined ? [] : [[Id, MetricStat] as const]));
  const expression = metrics.find(({ Expression }) => Expression !== undefined)!.Expression!;
  // The expressions of metric math that the template has are also those of a program.
  const compute = new Function(...Object.keys(MATH), ...parts.map(([id]) => id), `return ${expression}`) as (
    ...of: unknown[]
  ) => number;
  return {
    periodMs: parts[0]![1].Period * 1000,
    value: (all, span) => {
      const result = compute(...Object.values(MATH), ...parts.map(([, stat]) => all.value(askedOf(stat), span)));
      return Number.isFinite(result) ? result : undefined;
    },
  };
}

const askedOf = ({ Metric, Stat }: MetricStat): AskedMetric => ({
  namespace: Metric.Namespace,
  name: Metric.MetricName,
  dimensions: Object.fromEntries(Metric.Dimensions.map(({ Name, Value }) => [Name, Value])),
  statistic: Stat,
});
