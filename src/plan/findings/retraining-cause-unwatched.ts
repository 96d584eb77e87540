import type { RetrainingCause } from '../../definition/retraining';
import { type FindingRule, perModel } from './rule';

export const retrainingCauseUnwatched: FindingRule = {
  id: 'retraining-cause-unwatched',
  severity: 'warning',
  about: 'retraining waits for a cause that nothing notices',
  check: perModel(({ model, path }) => {
    if (model.retraining === undefined) return 'notApplicable';
    const { drift, quality, freshness } = model.monitoring;
    const watchesQuality = drift !== undefined && quality !== undefined;
    const lacking: Record<RetrainingCause, string | undefined> = {
      drift: drift ? undefined : 'monitoring.drift',
      conceptDrift: watchesQuality ? undefined : 'monitoring.drift and monitoring.quality',
      quality: watchesQuality ? undefined : 'monitoring.drift and monitoring.quality',
      newData: model.retraining.schedule ? undefined : 'retraining.schedule, whose decision counts them',
      freshness:
        drift && (freshness ?? model.data.freshness) !== undefined ? undefined : 'monitoring.drift and a freshness',
    };
    return model.retraining.on.flatMap((cause, index) => {
      const needs = lacking[cause];
      return needs === undefined
        ? []
        : [
            {
              path: `${path}.retraining.on.${index}`,
              message: `nothing notices ${cause} without ${needs}: it never starts a run`,
              fix: `add ${needs}, or remove ${cause}`,
            },
          ];
    });
  }),
};
