import { type FindingRule, perModel, targetsOf } from './rule';

export const shadowNotOnGoogle: FindingRule = {
  id: 'shadow-not-on-google',
  severity: 'info',
  about: 'a shadow phase is asked for where Vertex AI cannot mirror requests',
  check: perModel(({ platform, model, path }) => {
    if (model.release?.shadow === undefined) return 'notApplicable';
    return targetsOf(platform).includes('google')
      ? [
          {
            path: `${path}.release.shadow`,
            message: 'Vertex AI endpoints mirror no requests: on Google the release starts with its first live step',
            fix: 'begin with a small first step there, or acknowledge it',
          },
        ]
      : [];
  }),
};
