import { type Labels, type Series, type Span, statisticOf } from './series';

/** What a condition says of now; undefined where it has no data. */
export type Met = boolean | undefined;

export interface Threshold {
  readonly aggregations: readonly Aggregation[];
  readonly comparison: 'COMPARISON_GT' | 'COMPARISON_LT';
  readonly denominator_aggregations?: readonly Aggregation[];
  readonly denominator_filter?: string;
  readonly duration: string;
  readonly evaluation_missing_data: string;
  readonly filter: string;
  readonly threshold_value: number;
}

interface Aggregation {
  readonly alignment_period: string;
  readonly per_series_aligner: string;
  readonly cross_series_reducer: string;
}

const MINUTE = 60_000;

/** Statistics of a series by its aligner; of rates, which are compared with rates of the same time, the sum is enough. */
const ALIGNED: Readonly<Record<string, string>> = {
  ALIGN_MAX: 'max',
  ALIGN_MIN: 'min',
  ALIGN_MEAN: 'mean',
  ALIGN_SUM: 'sum',
  ALIGN_RATE: 'sum',
};
const REDUCED: Readonly<Record<string, string>> = {
  REDUCE_MAX: 'max',
  REDUCE_MIN: 'min',
  REDUCE_MEAN: 'mean',
  REDUCE_SUM: 'sum',
};

const milliseconds = (seconds: string): number => Number(/^(\d+)s$/.exec(seconds)![1]) * 1000;

/** The series of a filter: `metric.type = "…" AND metric.labels.model = "…"`. */
function asked(filter: string): { readonly type: string; readonly labels: Labels } {
  const terms = filter.split(' AND ').map((term): [string, string] => {
    const found = /^([\w.]+) = "([^"]*)"$/.exec(term);
    if (found === null) throw new RangeError(`no term of a filter: ${term}`);
    return [found[1]!, found[2]!];
  });
  const { 'metric.type': type = '', ...labels } = Object.fromEntries(terms);
  return { type, labels };
}

/** A burn rate as what it is made of: the share of bad requests, of which an objective lets so many be. */
export function ofObjective(condition: Threshold, objectives: ReadonlyMap<string, Readonly<Record<string, unknown>>>) {
  const found = /^select_slo_burn_rate\("([^"]+)", "(\d+s)"\)$/.exec(condition.filter);
  if (found === null) return condition;
  const { goal, request_based_sli } = objectives.get(found[1]!) as {
    readonly goal: number;
    readonly request_based_sli: {
      readonly good_total_ratio: { readonly bad_service_filter: string; readonly total_service_filter: string };
    };
  };
  const { bad_service_filter: filter, total_service_filter: denominator_filter } = request_based_sli.good_total_ratio;
  const rate = { per_series_aligner: 'ALIGN_RATE', cross_series_reducer: 'REDUCE_SUM' };
  const aggregations = [{ alignment_period: found[2]!, ...rate }];
  return {
    ...condition,
    filter,
    denominator_filter,
    aggregations,
    denominator_aggregations: aggregations,
    threshold_value: condition.threshold_value * (1 - goal),
  };
}

/** A `condition_threshold`: all values of its retest window, one a period, are beyond the threshold. */
export class ThresholdCondition {
  private readonly series: ReturnType<typeof asked>;
  private readonly periodMs: number;

  constructor(private readonly condition: Threshold) {
    this.series = asked(condition.filter);
    this.periodMs = milliseconds(condition.aggregations[0]!.alignment_period);
  }

  met(all: Series, now: number): Met {
    // A minute that has no point yet does not move the periods on.
    const isNew = all.points(this.series.type, this.series.labels, { from: now - 1, to: now }, now).flat().length > 0;
    const end = isNew ? now : now - 1;
    const { duration, comparison, threshold_value } = this.condition;
    // The shortest retest is that of a value that is looked at twice in a minute: it is judged at once here.
    const periods = 1 + Math.ceil((milliseconds(duration) - MINUTE) / this.periodMs);
    const values = Array.from({ length: periods }, (_, back) => {
      const to = end - back * this.periodMs;
      return this.value(all, { from: to - this.periodMs, to }, now);
    });
    if (values.includes(undefined)) return this.missing(all, now);
    return (values as number[]).every((value) =>
      comparison === 'COMPARISON_GT' ? value > threshold_value : value < threshold_value,
    );
  }

  /** Data that stop arriving are what the policy says of them; where none ever came there is nothing to judge. */
  private missing(all: Series, now: number): Met {
    const newest = all.newest(this.series.type, this.series.labels, now);
    if (newest === undefined) return undefined;
    return this.condition.evaluation_missing_data === 'EVALUATION_MISSING_DATA_ACTIVE' ? true : undefined;
  }

  private value(all: Series, span: Span, now: number): number | undefined {
    const { denominator_filter, denominator_aggregations, aggregations } = this.condition;
    const own = aggregated(all, this.series, aggregations[0]!, span, now);
    if (denominator_filter === undefined || own === undefined) return own;
    const below = aggregated(all, asked(denominator_filter), denominator_aggregations![0]!, span, now);
    return below === undefined || below === 0 ? undefined : own / below;
  }
}

function aggregated(
  all: Series,
  { type, labels }: ReturnType<typeof asked>,
  { per_series_aligner, cross_series_reducer }: Aggregation,
  span: Span,
  now: number,
): number | undefined {
  const series = all.points(type, labels, span, now).filter((points) => points.length > 0);
  if (series.length === 0) return undefined;
  const percentile = /^REDUCE_PERCENTILE_(\d+)$/.exec(cross_series_reducer)?.[1];
  const values = (points: readonly { readonly value: number }[]): number[] => points.map(({ value }) => value);
  if (percentile !== undefined) return statisticOf(`p${percentile}`, series.flatMap(values));
  const aligned = series.map((points) =>
    statisticOf(ALIGNED[per_series_aligner] ?? per_series_aligner, values(points)),
  );
  return statisticOf(REDUCED[cross_series_reducer] ?? cross_series_reducer, aligned);
}
