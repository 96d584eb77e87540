import { durationSeconds } from '../../kernel/duration';
import { type FindingRule, perModel } from './rule';

export const holdShorterThanLook: FindingRule = {
  id: 'hold-shorter-than-look',
  severity: 'warning',
  about: 'a step is over before it was looked at',
  check: perModel(({ model, path }) => {
    if (model.release === undefined) return 'notApplicable';
    const { steps, analysis, strategy } = model.release;
    if (strategy !== 'canary') return 'notApplicable';
    return steps.flatMap(({ hold }, index) =>
      durationSeconds(hold) < durationSeconds(analysis.every)
        ? [
            {
              path: `${path}.release.steps.${index}.hold`,
              message: `a hold of ${hold} is shorter than the time between two looks (${analysis.every})`,
              fix: 'lengthen the hold or look more often',
            },
          ]
        : [],
    );
  }),
};
