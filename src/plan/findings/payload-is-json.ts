import { type FindingRule, perModel } from './rule';

export const payloadIsJson: FindingRule = {
  id: 'payload-is-json',
  severity: 'warning',
  about: 'a server is said to take CSV, and is asked with JSON on every target',
  check: perModel(({ model, path }) =>
    model.serving.payload === 'csv'
      ? [
          {
            path: `${path}.serving.payload`,
            message:
              'jobs, releases, captures and the server contract are JSON on every target: a server that takes CSV alone fails its gate',
            fix: 'let the server take the JSON of the server contract',
          },
        ]
      : [],
  ),
};
