import { type Labels, type Series, type Span, statisticOf } from './series';
import type { Met } from './threshold';

interface Selector {
  readonly type: string;
  readonly labels: Labels;
}
type Value = (all: Series, span: Span) => number | undefined;

const COMPARED: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
};
const OVER_TIME: Readonly<Record<string, string>> = { avg: 'mean', max: 'max', min: 'min', sum: 'sum' };

/** `host:path{monitored_resource="…",label="…"}` as a type of Cloud Monitoring with labels. */
function selected(text: string): Selector {
  const [, name = '', matchers = ''] = /^([\w:]+)\{(.*)\}$/.exec(text) ?? [];
  const [host = '', path = ''] = name.split(':');
  const type = path.startsWith('prediction_online_')
    ? `aiplatform.googleapis.com/prediction/online/${path.slice('prediction_online_'.length).replace(/_bucket$/, '')}`
    : `${host.replaceAll('_', '.')}/${path.replace('_', '/')}`;
  const labels = [...matchers.matchAll(/(\w+)="([^"]*)"/g)]
    .filter(([, label]) => label !== 'monitored_resource' && label !== 'endpoint_id')
    .map(([, label, value]) => [`metric.labels.${label}`, value!]);
  return { type, labels: Object.fromEntries(labels) };
}

const valuesOf = (all: Series, { type, labels }: Selector, span: Span): number[] =>
  all.points(type, labels, span).flatMap((points) => points.map(({ value }) => value));
const some = (values: readonly number[], statistic: string): number | undefined =>
  values.length === 0 ? undefined : statisticOf(statistic, values);

/** The inner expressions that a template has; another one is an error. */
function expressionOf(text: string): Value {
  const share = /^100 \* sum\(increase\((.+?\})\[\d+s\]\)\) \/ sum\(increase\((.+?\})\[\d+s\]\)\)$/.exec(text);
  if (share !== null) {
    const [above, below] = [selected(share[1]!), selected(share[2]!)];
    return (all, span) => {
      const whole = some(valuesOf(all, below, span), 'sum');
      return whole === undefined ? undefined : (100 * (some(valuesOf(all, above, span), 'sum') ?? 0)) / whole;
    };
  }
  const quantile = /^histogram_quantile\(([\d.]+), sum by \(le\) \(increase\((.+?\})\[\d+s\]\)\)\)$/.exec(text);
  if (quantile !== null) {
    const series = selected(quantile[2]!);
    return (all, span) => some(valuesOf(all, series, span), `p${Number(quantile[1]) * 100}`);
  }
  const plain = /^(avg|max|min|sum)\(\1_over_time\((.+?\})\[\d+s\]\)\)$/.exec(text);
  if (plain === null) throw new RangeError(`no expression that is known here: ${text}`);
  const series = selected(plain[2]!);
  return (all, span) => some(valuesOf(all, series, span), OVER_TIME[plain[1]!]!);
}

/**
 * A `condition_prometheus_query_language` that counts back through windows: how many of the last ones are beyond a limit. A
 * subquery's steps are multiples of its resolution since the epoch, as Prometheus has them.
 */
export class PromCondition {
  private readonly value: Value;
  private readonly beyond: (value: number) => boolean;
  private readonly stepMs: number;
  private readonly steps: number;
  private readonly wanted: number;

  constructor(query: string) {
    const found = /^count_over_time\(\((.+) (>=?|<=?) ([\d.e+-]+)\)\[(\d+)s:(\d+)s\]\) >= (\d+)$/.exec(query);
    if (found === null) throw new RangeError(`no query that is known here: ${query}`);
    const [, inner, sign, limit, range, step, wanted] = found;
    this.value = expressionOf(inner!);
    this.beyond = (value) => COMPARED[sign!]!(value, Number(limit));
    this.stepMs = Number(step) * 1000;
    this.steps = Number(range) / Number(step);
    this.wanted = Number(wanted);
  }

  met(all: Series, now: number): Met {
    // An instant that has no point yet is not a step.
    const isNew = this.value(all, { from: now - 1, to: now }) !== undefined;
    const last = Math.floor((isNew ? now : now - 1) / this.stepMs) * this.stepMs;
    const values = Array.from({ length: this.steps }, (_, back) => {
      const to = last - back * this.stepMs;
      return this.value(all, { from: to - this.stepMs, to });
    });
    // An expression without a result is an alert that is not there.
    return values.filter((value) => value !== undefined && this.beyond(value)).length >= this.wanted;
  }
}
