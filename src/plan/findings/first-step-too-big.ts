import { type FindingRule, perModel } from './rule';

export const firstStepTooBig: FindingRule = {
  id: 'first-step-too-big',
  severity: 'warning',
  about: 'the first canary step already reaches most users',
  check: perModel(({ model, path }) => {
    if (model.release?.strategy !== 'canary') return 'notApplicable';
    const first = model.release.steps[0]!.percent;
    return first > 25
      ? [
          {
            path: `${path}.release.steps.0.percent`,
            message: `the first step sends ${first} % of users to an unproven version`,
            fix: 'start with 5 to 10 %',
          },
        ]
      : [];
  }),
};
