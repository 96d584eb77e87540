import { asList, asMap, asNumber } from '../raw';
import { problem, type SectionRule } from './context';

/** Rules within `release`: steps rise strictly and stay below 100; linear says its step. */
export const releaseRules: SectionRule = (release, path) => {
  const percents = (asList(release['steps']) ?? []).map((step) => asNumber(asMap(step)?.['percent']));
  return [
    ...percents.flatMap((percent, index) => {
      if (percent === undefined || percent <= 0) return [];
      const at = [...path, 'steps', index, 'percent'];
      if (percent >= 100)
        return [
          problem(
            'stepNotBelow100',
            at,
            percent,
            'a percent below 100',
            '100 % follows by itself after the last step: remove the step or lower it',
          ),
        ];
      const before = index === 0 ? undefined : percents[index - 1];
      return before !== undefined && percent <= before
        ? [problem('stepNotRising', at, percent, `more than the step before (${before})`, 'order the steps by percent')]
        : [];
    }),
    ...(release['strategy'] === 'linear' && release['linear'] === undefined
      ? [
          problem(
            'missing',
            [...path, 'linear'],
            undefined,
            '{ stepPercent, hold } for the strategy linear',
            'add linear, or use another strategy',
          ),
        ]
      : []),
  ];
};
