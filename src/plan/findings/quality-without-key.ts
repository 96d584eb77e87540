import { type FindingRule, perModel } from './rule';

export const qualityWithoutKey: FindingRule = {
  id: 'quality-without-key',
  severity: 'error',
  about: 'predictions cannot be joined with their labels',
  check: perModel(({ model, path }) =>
    model.monitoring.quality === undefined
      ? 'notApplicable'
      : model.data.key === undefined
        ? [
            {
              path: `${path}.data.key`,
              message: 'quality joins predictions with labels on the key, and there is none',
              fix: 'add data.key, a column that is unique by event',
            },
          ]
        : [],
  ),
};
