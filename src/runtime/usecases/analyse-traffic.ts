import type { CanaryState } from '../core/canary';
import { lookAtRelease } from './canary-look';
import type { UseCaseFunction } from './ports';
import { at } from './read-event';

/** One look at live traffic. */
export const analyseTraffic: UseCaseFunction<'model' | 'state' | 'telemetry' | 'metrics' | 'notifier' | 'clock'> = (
  event,
  ports,
) => {
  const entered = at(event.state, 'traffic.state') as unknown as CanaryState;
  const looked = at(event.state, 'analysis.state') as unknown as CanaryState | undefined;
  // A shift of traffic begins a stage; looks before it are of the stage before.
  const current = looked?.stageStartedAtSeconds === entered.stageStartedAtSeconds ? looked : entered;
  return lookAtRelease(event, ports, current);
};
