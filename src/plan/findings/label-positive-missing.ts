import { type FindingRule, perModel } from './rule';

export const labelPositiveMissing: FindingRule = {
  id: 'label-positive-missing',
  severity: 'error',
  about: 'a binary label does not say which value is positive',
  check: perModel(({ model, path }) => {
    const { label, columns } = model.data;
    const type = columns[label.column]?.type;
    if (model.task !== 'binaryClassification' || type === undefined) return 'notApplicable';
    return label.positive === undefined && (type === 'category' || type === 'string')
      ? [
          {
            path: `${path}.data.label.positive`,
            message: `${label.column} is a ${type}: without the positive value precision, recall and f1 have no meaning`,
            fix: 'add data.label.positive',
          },
        ]
      : [];
  }),
};
