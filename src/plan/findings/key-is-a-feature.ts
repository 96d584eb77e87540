import { type FindingRule, perModel } from './rule';

export const keyIsAFeature: FindingRule = {
  id: 'key-is-a-feature',
  severity: 'warning',
  about: 'the key or a unique column is an input of the model',
  check: perModel(({ model, path }) => {
    const { key, columns } = model.data;
    return Object.entries(columns).flatMap(([name, column]) =>
      (name === key || column.unique) && column.feature
        ? [
            {
              path: `${path}.data.columns.${name}.feature`,
              message: `${name} identifies rows: a model that sees it learns the rows by heart`,
              fix: `set feature: false for ${name}`,
            },
          ]
        : [],
    );
  }),
};
