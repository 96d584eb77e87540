import { parityOf } from '../parity';
import { PARTIAL_GAPS } from '../partial-gaps';
import { type FindingRule, targetsOf } from './rule';

/** Told by a rule of its own, which names the field. */
const TOLD_ELSEWHERE = [
  'shadow',
  ...Object.entries(PARTIAL_GAPS).flatMap(([concept, gaps]) => ('google' in gaps ? [concept] : [])),
];

export const gapOnGoogle: FindingRule = {
  id: 'gap-on-google',
  severity: 'info',
  about: 'an environment is on Google Cloud, where an element of the plan is not rendered (`mlp parity`)',
  check: ({ platform, plan }) => {
    if (!targetsOf(platform).includes('google')) return 'notApplicable';
    return parityOf(plan)
      .gaps.filter(({ target, concept }) => target === 'google' && !TOLD_ELSEWHERE.includes(concept))
      .map(({ concept, elements, why }) => ({
        path: elements[0]!,
        message: `${concept}: ${why}`,
        fix: 'do not rely on it there; `mlp parity` lists what is concerned',
      }));
  },
};
