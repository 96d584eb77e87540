import type { FindingRule } from './rule';

export const laterEnvironmentLaxer: FindingRule = {
  id: 'later-environment-laxer',
  severity: 'warning',
  about: 'a later environment is laxer than an earlier one',
  check: ({ platform }) =>
    platform.environments.flatMap(({ name, approval }, index) => {
      const stricter = platform.environments.slice(0, index).find((earlier) => earlier.approval === 'manual');
      return approval === 'automatic' && stricter
        ? [
            {
              path: `environments.${index}.approval`,
              message: `${name} needs no approval although ${stricter.name} before it does`,
              fix: `set approval: manual for ${name}`,
            },
          ]
        : [];
    }),
};
