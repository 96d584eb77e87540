import { type FindingRule, type Hit, perModel, targetsOf } from './rule';

const gap = (path: string, target: string, what: string): Hit => ({
  path,
  message: `an environment is on ${target}, but ${what}`,
  fix: `add ${path.split('.').at(-2)}.${target}`,
});

export const targetGap: FindingRule = {
  id: 'target-gap',
  severity: 'error',
  about: 'a target of an environment is not served by the definition',
  check: perModel(({ platform, model, path }) =>
    targetsOf(platform).flatMap((target) => [
      ...(model.data.source[target] === undefined
        ? [gap(`${path}.data.source.${target}`, target, 'the data have no location there')]
        : []),
      ...(model.data.label.source !== undefined && model.data.label.source[target] === undefined
        ? [gap(`${path}.data.label.source.${target}`, target, 'the labels have no location there')]
        : []),
      ...(['training', 'serving'] as const).flatMap((section) => {
        const { compute, image } = model[section];
        return [
          ...(typeof compute !== 'string' && compute[target] === undefined
            ? [gap(`${path}.${section}.compute.${target}`, target, 'no machine type is named')]
            : []),
          ...(!('build' in image) && image[target] === undefined
            ? [gap(`${path}.${section}.image.${target}`, target, 'no image is named')]
            : []),
        ];
      }),
    ]),
  ),
};
