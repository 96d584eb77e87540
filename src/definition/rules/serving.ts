import { asMap, asNumber } from '../raw';
import { problem, type SectionRule } from './context';

/** Rules within `serving`. */
export const servingRules: SectionRule = (serving, path) => {
  const instances = asMap(serving['instances']);
  const [min, max] = [asNumber(instances?.['min']), asNumber(instances?.['max'])];
  return min !== undefined && max !== undefined && min > max
    ? [
        problem(
          'emptyRange',
          [...path, 'instances', 'min'],
          min,
          `a number up to max (${max})`,
          'lower min or raise max',
        ),
      ]
    : [];
};
