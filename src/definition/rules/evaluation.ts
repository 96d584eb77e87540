import { asList, asMap, asText } from '../raw';
import { noSuchColumn, problem, type SectionRule } from './context';
import { customDirections, metricName, metricRules } from './metrics';

const BOUNDS = { bounds: ['min', 'max', 'vsChampion'], customNeedsDirection: true };

/** Rules within `evaluation`: legal metrics, bounds in their direction, columns that exist. */
export const evaluationRules: SectionRule = (evaluation, path, context) => {
  const metrics = asMap(evaluation['metrics']);
  const directions = customDirections(metrics);
  const primary = asText(evaluation['primary']);
  return [
    ...metricRules(metrics, [...path, 'metrics'], context, BOUNDS),
    ...(primary !== undefined && metrics !== undefined && !Object.hasOwn(metrics, primary)
      ? [
          problem(
            'unknownPrimary',
            [...path, 'primary'],
            primary,
            `one of the metrics: ${Object.keys(metrics).join(', ')}`,
            'name one of them',
          ),
        ]
      : []),
    ...(asList(evaluation['slices']) ?? []).flatMap((raw, index) => {
      const slice = asMap(raw);
      const at = [...path, 'slices', index];
      return [
        ...noSuchColumn(slice?.['column'], [...at, 'column'], context.columns),
        ...metricRules(asMap(slice?.['metrics']), [...at, 'metrics'], context, { ...BOUNDS, directions }),
      ];
    }),
    ...(asList(evaluation['fairness']) ?? []).flatMap((raw, index) => {
      const fairness = asMap(raw);
      const at = [...path, 'fairness', index];
      return [
        ...noSuchColumn(fairness?.['column'], [...at, 'column'], context.columns),
        ...metricName(fairness?.['metric'], [...at, 'metric'], context),
      ];
    }),
  ];
};
