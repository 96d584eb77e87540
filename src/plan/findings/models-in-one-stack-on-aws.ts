import { type FindingRule, targetsOf } from './rule';

/** Resources of a model and of what models share, at most, as bike-share of stage scale has them (`test/aws/several-models.test.ts`). */
export const RESOURCES_OF_MODEL = 140;
export const RESOURCES_SHARED = 110;
/** AWS's limit for a stack. */
export const RESOURCES_OF_STACK = 500;

export const modelsInOneStackOnAws: FindingRule = {
  id: 'models-in-one-stack-on-aws',
  severity: 'info',
  about: 'a platform of several models comes near the 500 resources that a stack has on AWS',
  check: ({ platform }) => {
    const count = Object.keys(platform.models).length;
    if (count < 2 || !targetsOf(platform).includes('aws')) return 'notApplicable';
    const most = RESOURCES_SHARED + count * RESOURCES_OF_MODEL;
    return [
      {
        path: 'models',
        message: `${count} models may come to ${most} of the ${RESOURCES_OF_STACK} resources that a stack on AWS has, and what was deployed cannot be moved to another stack by an update`,
        fix: 'before the first deployment give each model a nested stack (nestModels, mlp synth --nest-models), or acknowledge it',
      },
    ];
  },
};
