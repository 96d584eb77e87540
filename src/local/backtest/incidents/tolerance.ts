import type { ModelDefinition } from '../../../definition/platform';
import { durationSeconds } from '../../../kernel/duration';
import type { ModelPlan } from '../../../plan/plan';
import type { Episode } from '../replay/alarm-log';

/**
 * How late an alarm of this kind may come by its own making: the window of its drift or quality job, with the label's delay
 * for quality; for other alarms the periods that it counts. Seconds.
 */
export function ownTolerance(episode: Episode, { data, monitoring }: ModelDefinition, plan: ModelPlan): number {
  const { drift, quality } = monitoring;
  switch (episode.kind) {
    case 'dataDrift':
    case 'predictionDrift':
      return drift === undefined ? 0 : durationSeconds(drift.window);
    case 'qualityDecay':
    case 'conceptDrift':
      return quality === undefined ? 0 : durationSeconds(quality.window) + durationSeconds(data.label.delay);
    default: {
      const alarms = [
        ...plan.endpoint.alarms,
        ...plan.pipeline.alarms,
        ...(plan.drift?.alarms ?? []),
        ...(plan.retraining?.alarms ?? []),
      ];
      const alarm = alarms.find(({ id }) => id === episode.id);
      return alarm === undefined ? 0 : alarm.periodSeconds * alarm.datapoints.of;
    }
  }
}
