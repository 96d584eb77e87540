import { type Labels, type Series, type Span, statisticOf } from './series';
import type { Met } from './threshold';

interface Selector {
  readonly type: string;
  readonly labels: Labels;
}
type Value = (all: Series, span: Span, now: number) => number | undefined;

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

const valuesOf = (all: Series, { type, labels }: Selector, span: Span, now: number): number[] =>
  all.points(type, labels, span, now).flatMap((points) => points.map(({ value }) => value));
const some = (values: readonly number[], statistic: string): number | undefined =>
  values.length === 0 ? undefined : statisticOf(statistic, values);

/** The inner expressions that a template has; another one is an error. */
function expressionOf(text: string): Value {
  const share = /^100 \* sum\(increase\((.+?\})\[\d+s\]\)\) \/ sum\(increase\((.+?\})\[\d+s\]\)\)$/.exec(text);
  if (share !== null) {
    const [above, below] = [selected(share[1]!), selected(share[2]!)];
    return (all, span, now) => {
      const whole = some(valuesOf(all, below, span, now), 'sum');
      return whole === undefined ? undefined : (100 * (some(valuesOf(all, above, span, now), 'sum') ?? 0)) / whole;
    };
  }
  const quantile = /^histogram_quantile\(([\d.]+), sum by \(le\) \(increase\((.+?\})\[\d+s\]\)\)\)$/.exec(text);
  if (quantile !== null) {
    const series = selected(quantile[2]!);
    return (all, span, now) => some(valuesOf(all, series, span, now), `p${Number(quantile[1]) * 100}`);
  }
  const plain = /^(avg|max|min|sum)\(\1_over_time\((.+?\})\[\d+s\]\)\)$/.exec(text);
  if (plain === null) throw new RangeError(`no expression that is known here: ${text}`);
  const series = selected(plain[2]!);
  return (all, span, now) => some(valuesOf(all, series, span, now), OVER_TIME[plain[1]!]!);
}

interface Window {
  readonly value: Value;
  readonly isBeyond: (value: number) => boolean;
  readonly lengthMs: number;
  readonly backMs: number;
}

/** `(count(<expression> >= 1) or vector(0))`, whose selectors have all the same length and offset. */
function windowOf(text: string): Window {
  const found = /^\(count\((.+) (>=?|<=?) ([-\d.e+]+)\) or vector\(0\)\)$/.exec(text);
  const seconds = /\[(\d+)s\](?: offset (\d+)s)?/.exec(text);
  if (found === null || seconds === null) throw new RangeError(`no window that is known here: ${text}`);
  const [, inner, sign, limit] = found;
  return {
    value: expressionOf(inner!.replace(/ offset \d+s/g, '')),
    isBeyond: (value) => COMPARED[sign!]!(value, Number(limit)),
    lengthMs: Number(seconds[1]) * 1000,
    backMs: Number(seconds[2] ?? 0) * 1000,
  };
}

/** A `condition_prometheus_query_language` that counts back through windows: so many of the last ones are beyond a limit. */
export class PromCondition {
  private readonly windows: readonly Window[];
  private readonly wanted: number;

  constructor(query: string) {
    const found = /^(.+) >= (\d+)$/.exec(query);
    if (found === null) throw new RangeError(`no query that is known here: ${query}`);
    this.windows = found[1]!.split(' + ').map(windowOf);
    this.wanted = Number(found[2]);
  }

  met(all: Series, now: number): Met {
    // A minute that has no point yet does not move the windows on.
    const isNew = this.windows[0]!.value(all, { from: now - 1, to: now }, now) !== undefined;
    const end = isNew ? now : now - 1;
    const beyond = this.windows.filter(({ value, isBeyond, lengthMs, backMs }) => {
      const to = end - backMs;
      const found = value(all, { from: to - lengthMs, to }, now);
      return found !== undefined && isBeyond(found);
    });
    return beyond.length >= this.wanted;
  }
}
