import {
  isBuiltInMetric,
  isCustomMetric,
  METRIC_DIRECTIONS,
  METRICS_BY_TASK,
  type MetricDirection,
} from '../../kernel/metric-catalogue';
import type { Problem } from '../../kernel/problem';
import { asMap, asText, type RawMap } from '../raw';
import { nearest } from '../schema-keys';
import { problem, type RuleContext } from './context';

interface Options {
  /** Which keys of a bound count as a bound. */
  readonly bounds: readonly string[];
  /** A custom metric says its direction here (evaluation), or it is known from elsewhere (quality). */
  readonly customNeedsDirection: boolean;
  /** Directions of custom metrics that are stated elsewhere. */
  readonly directions?: Readonly<Record<string, MetricDirection>>;
}

/** Rules of a map metric → bounds: the metric is legal for the task, its bounds fit its direction, at least one is there. */
export function metricRules(
  metrics: RawMap | undefined,
  path: readonly PropertyKey[],
  context: RuleContext,
  options: Options,
): Problem[] {
  return Object.entries(metrics ?? {}).flatMap(([metric, raw]) => {
    const at = [...path, metric];
    const illegal = metricName(metric, at, context);
    if (illegal.length > 0) return illegal;
    const bound = asMap(raw);
    return bound === undefined ? [] : boundRules(metric, bound, at, options);
  });
}

/** Which way each custom metric of `evaluation.metrics` improves; silent about one that does not say it. */
export function customDirections(metrics: RawMap | undefined): Record<string, MetricDirection> {
  return Object.fromEntries(
    Object.entries(metrics ?? {}).flatMap(([metric, bound]) => {
      const stated = asMap(bound)?.['direction'];
      return isCustomMetric(metric) && (stated === 'higherIsBetter' || stated === 'lowerIsBetter')
        ? [[metric, stated] as const]
        : [];
    }),
  );
}

/** The problem of a metric that the task does not have. */
export function metricName(metric: unknown, path: readonly PropertyKey[], context: RuleContext): Problem[] {
  // A task that is none is reported by itself; which metrics it would have is then unknown.
  if (typeof metric !== 'string' || context.task === undefined || isCustomMetric(metric)) return [];
  if (!Object.hasOwn(METRICS_BY_TASK, context.task)) return [];
  const legal: readonly string[] = METRICS_BY_TASK[context.task];
  if (legal.includes(metric)) return [];
  const suggestion = nearest(metric, legal);
  return [
    problem(
      'metricNotOfTask',
      path,
      metric,
      `a metric of ${context.task}: ${legal.join(', ')} or custom.<name>`,
      suggestion === undefined ? 'use one of them' : `did you mean ${suggestion}?`,
    ),
  ];
}

function boundRules(metric: string, bound: RawMap, path: readonly PropertyKey[], options: Options): Problem[] {
  const stated = asText(bound['direction']) as MetricDirection | undefined;
  const builtIn = isBuiltInMetric(metric) ? METRIC_DIRECTIONS[metric] : undefined;
  const direction = builtIn ?? stated ?? options.directions?.[metric];
  const problems: Problem[] = [];
  if (direction === undefined && options.customNeedsDirection) {
    problems.push(
      problem(
        'directionNeeded',
        [...path, 'direction'],
        undefined,
        'higherIsBetter or lowerIsBetter',
        `say which way ${metric} improves`,
      ),
    );
  }
  if (builtIn !== undefined && stated !== undefined && stated !== builtIn) {
    problems.push(
      problem(
        'wrongDirection',
        [...path, 'direction'],
        stated,
        `${builtIn}, which ${metric} always is`,
        'remove direction',
      ),
    );
  }
  const wrong = direction === 'higherIsBetter' ? 'max' : direction === 'lowerIsBetter' ? 'min' : undefined;
  if (wrong !== undefined && bound[wrong] !== undefined) {
    const right = wrong === 'max' ? 'min' : 'max';
    problems.push(
      problem(
        'againstDirection',
        [...path, wrong],
        bound[wrong],
        `${right}, because for ${metric} ${direction === 'lowerIsBetter' ? 'lower is better' : 'higher is better'}`,
        `use ${right} instead of ${wrong}`,
      ),
    );
  }
  if (direction === undefined && bound['min'] !== undefined && bound['max'] !== undefined) {
    problems.push(
      problem('twoBounds', path, bound, 'min or max, since a metric has one bad direction', 'keep one of them'),
    );
  }
  if (!options.bounds.some((key) => bound[key] !== undefined)) {
    problems.push(
      problem(
        'noBound',
        path,
        bound,
        `at least one of ${options.bounds.join(', ')}`,
        'add a bound: without one nothing is decided',
      ),
    );
  }
  return problems;
}
