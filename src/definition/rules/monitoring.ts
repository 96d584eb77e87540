import { breachesSchema } from '../monitoring';
import { asList, asMap, parsed } from '../raw';
import { noSuchColumn, problem, type SectionRule } from './context';
import { metricRules } from './metrics';

/** Rules within `monitoring.drift`. */
export const driftRules: SectionRule = (drift, path) => {
  // With the defaults filled in: a half that is not written counts as well.
  const breaches = parsed(breachesSchema, drift['breaches']);
  const [windows, of] = [breaches?.windows, breaches?.of];
  return windows !== undefined && of !== undefined && windows > of
    ? [
        problem(
          'moreThanAll',
          [...path, 'breaches', 'windows'],
          windows,
          `at most \`of\` (${of})`,
          'lower windows or raise of',
        ),
      ]
    : [];
};

/** Rules within `monitoring.quality`: legal metrics, bounds in the bad direction, slices by columns that exist. */
export const qualityRules: SectionRule = (quality, path, context) => [
  ...metricRules(asMap(quality['metrics']), [...path, 'metrics'], context, {
    bounds: ['min', 'max', 'maxWorseThanRelease'],
    customNeedsDirection: false,
    ...(context.directions && { directions: context.directions }),
  }),
  ...(asList(quality['slices']) ?? []).flatMap((slice, index) => {
    const column = asMap(slice)?.['column'] ?? slice;
    const at = [...path, 'slices', index, ...(asMap(slice) ? ['column'] : [])];
    return noSuchColumn(column, at, context.columns);
  }),
];

/** Rules within `monitoring`. */
export const monitoringRules: SectionRule = (monitoring, path, context) => {
  const [drift, quality] = [asMap(monitoring['drift']), asMap(monitoring['quality'])];
  return [
    ...(drift ? driftRules(drift, [...path, 'drift'], context) : []),
    ...(quality ? qualityRules(quality, [...path, 'quality'], context) : []),
  ];
};
