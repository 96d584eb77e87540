import type { CanaryState } from '../core/canary';
import { lookAtRelease } from './canary-look';
import type { UseCaseFunction } from './ports';
import { at } from './read-event';

/** One look at mirrored traffic. */
export const analyseShadow: UseCaseFunction<'model' | 'state' | 'telemetry' | 'metrics' | 'notifier' | 'clock'> = (
  event,
  ports,
) => {
  const before = at(event.state, 'shadowAnalysis.state') ?? at(event.state, 'shadow.state');
  return lookAtRelease(event, ports, before as unknown as CanaryState);
};
