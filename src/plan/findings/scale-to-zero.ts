import { type FindingRule, perModel, targetsOf } from './rule';

export const scaleToZero: FindingRule = {
  id: 'scale-to-zero',
  severity: 'error',
  about: 'no managed endpoint of the clouds in use scales to zero',
  check: perModel(({ platform, model, path }) =>
    targetsOf(platform).length === 0
      ? 'notApplicable'
      : model.serving.instances.min === 0
        ? [
            {
              path: `${path}.serving.instances.min`,
              message: `neither SageMaker endpoints with variants nor Vertex endpoints scale to zero (${targetsOf(platform).join(', ')})`,
              fix: 'set instances.min to 1, or drop the cloud from the environments',
            },
          ]
        : [],
  ),
};
