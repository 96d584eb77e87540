import type { FindingRule } from './rule';

export const environmentWithoutTarget: FindingRule = {
  id: 'environment-without-target',
  severity: 'info',
  about: 'an environment is bound to no account or project',
  check: ({ platform }) =>
    platform.environments.flatMap(({ name, aws, google }, index) =>
      aws === undefined && google === undefined
        ? [
            {
              path: `environments.${index}`,
              message: `${name} names neither an AWS account nor a Google project: it is synthesised for whichever is current at deployment`,
              fix: 'add aws or google to it',
            },
          ]
        : [],
    ),
};
