import type { Quality } from '../../../definition/monitoring';
import { METRIC_DIRECTIONS, type MetricDirection } from '../../../kernel/metric-catalogue';
import { normalQuantile } from '../statistics/distributions';
import { DRIFT_ALPHA } from './chance';
import { formatCount, formatNumber } from './explain';

/** A metric on matured labels, as it was computed for one window. */
export interface MeasuredMetric {
  readonly metric: string;
  readonly value: number;
  /** Of the value; null when it is not known, then the value itself is judged. */
  readonly standardError: number | null;
  /** The metric when the version was released, with its standard error; null when it is not known. */
  readonly atRelease: { readonly value: number; readonly standardError: number | null } | null;
  /** Of a custom metric; built-in ones have their own. */
  readonly direction?: MetricDirection;
}

/** What one bound of `monitoring.quality.metrics` says. */
export interface QualityCheck {
  readonly metric: string;
  readonly rule: 'min' | 'max' | 'maxWorseThanRelease';
  /** `warning`: beyond the limit, but within what chance gives with so many labels. */
  readonly verdict: 'ok' | 'warning' | 'critical' | 'insufficientData';
  readonly value: number | null;
  /** What the value is compared with. */
  readonly limit: number | null;
  /** The value must be beyond the limit by more than this. */
  readonly chanceMargin: number;
  readonly explanation: string;
}

export interface QualityVerdict {
  readonly labels: number;
  readonly verdict: QualityCheck['verdict'];
  readonly checks: readonly QualityCheck[];
}

/**
 * Judges metrics of matured labels by their bounds in the metric's bad direction. A check is critical when the value is
 * beyond its limit by more than its error allows (one-sided, 1 % over all checks together), so that few labels do not
 * page; a metric that is missing, or is no number, or has nothing to compare with is `insufficientData`, never `ok`.
 * @param measured also the business metric, by its name
 * @param labels matured rows the metrics were computed on
 */
export function qualityVerdict(
  measured: readonly MeasuredMetric[],
  labels: number,
  policy: Pick<Quality, 'minLabels' | 'metrics' | 'businessMetric'>,
): QualityVerdict {
  const business = policy.businessMetric;
  const metrics = Object.entries(policy.metrics);
  if (business !== undefined) metrics.push([business.name, { min: business.min, max: business.max }]);
  const bounds = metrics.flatMap(([metric, { min, max, maxWorseThanRelease }]) =>
    Object.entries({ min, max, maxWorseThanRelease }).flatMap(([rule, limit]) =>
      limit === undefined ? [] : [{ metric, rule: rule as QualityCheck['rule'], limit }],
    ),
  );
  const quantile = normalQuantile(1 - DRIFT_ALPHA / Math.max(bounds.length, 1));
  const checks = bounds.map(({ metric, rule, limit }) => {
    const found = measured.find((candidate) => candidate.metric === metric);
    if (labels < policy.minLabels) {
      const text = `${formatCount(labels)} labels are too few (at least ${formatCount(policy.minLabels)})`;
      return unknown(metric, rule, text);
    }
    if (found === undefined) return unknown(metric, rule, 'the metric was not computed');
    if (!Number.isFinite(found.value)) return unknown(metric, rule, 'the metric is not a finite number here');
    return check(found, rule, limit, quantile);
  });
  return { labels, verdict: worstOf(checks), checks };
}

function check(measured: MeasuredMetric, rule: QualityCheck['rule'], bound: number, quantile: number): QualityCheck {
  const { metric, value, atRelease } = measured;
  let limit = bound;
  let error = errorOf(measured.standardError);
  // Positive when the value is on the wrong side of the limit.
  let beyond = rule === 'max' ? value - bound : bound - value;
  if (rule === 'maxWorseThanRelease') {
    const direction = measured.direction ?? directionOf(metric);
    if (atRelease === null || !Number.isFinite(atRelease.value) || direction === undefined) {
      return unknown(metric, rule, 'there is no value from the release to compare with');
    }
    limit = direction === 'higherIsBetter' ? atRelease.value - bound : atRelease.value + bound;
    beyond = direction === 'higherIsBetter' ? limit - value : value - limit;
    error = Math.hypot(error, errorOf(atRelease.standardError));
  }
  const chanceMargin = quantile * error;
  const verdict = beyond <= 0 ? 'ok' : beyond > chanceMargin ? 'critical' : 'warning';
  const said = { ok: 'within', warning: 'beyond, but no further than chance from,', critical: 'beyond' }[verdict];
  const explanation = `${metric} ${formatNumber(value)} is ${said} its limit ${formatNumber(limit)} (${rule})`;
  return { metric, rule, verdict, value, limit, chanceMargin, explanation };
}

function unknown(metric: string, rule: QualityCheck['rule'], why: string): QualityCheck {
  const explanation = `${metric}: ${why}`;
  return { metric, rule, verdict: 'insufficientData', value: null, limit: null, chanceMargin: 0, explanation };
}

function worstOf(checks: readonly QualityCheck[]): QualityCheck['verdict'] {
  for (const verdict of ['critical', 'insufficientData', 'warning'] as const) {
    if (checks.some((candidate) => candidate.verdict === verdict)) return verdict;
  }
  return checks.length === 0 ? 'insufficientData' : 'ok';
}

function errorOf(standardError: number | null): number {
  return standardError !== null && standardError > 0 && Number.isFinite(standardError) ? standardError : 0;
}

function directionOf(metric: string): MetricDirection | undefined {
  return Object.hasOwn(METRIC_DIRECTIONS, metric)
    ? METRIC_DIRECTIONS[metric as keyof typeof METRIC_DIRECTIONS]
    : undefined;
}
