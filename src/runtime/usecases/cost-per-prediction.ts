import type { TaskEvent } from '../../contract/events';
import type { MetricPoint, ServedTime } from '../ports';
import type { Ports } from './ports';
import { at } from './read-event';

const NOT_TOLD: ServedTime = { seconds: 0, instanceSeconds: 0 };

/**
 * Cost of what served in the window by its requests; nothing without a price, or without requests. Instances that autoscaling has
 * added count where the target tells of them; the rest of the time counts with the least number, so that the cost is at least this.
 *
 * Arguments: `cost.pricePerInstanceHour`, and `cost.instances`, the least number.
 */
export async function costPoints(
  { telemetry }: { readonly telemetry: Pick<Ports['telemetry'], 'arm' | 'served'> },
  { arguments: fixed }: Pick<TaskEvent, 'arguments'>,
  version: number,
  { fromSeconds, toSeconds }: { readonly fromSeconds: number; readonly toSeconds: number },
): Promise<MetricPoint[]> {
  const price = at(fixed, 'cost.pricePerInstanceHour');
  const instances = at(fixed, 'cost.instances');
  if (typeof price !== 'number' || typeof instances !== 'number') return [];
  const { requests } = await telemetry.arm(version, fromSeconds, toSeconds);
  if (requests === 0) return [];
  const served = (await telemetry.served?.(version, fromSeconds, toSeconds)) ?? NOT_TOLD;
  // What has answered was up: no endpoint of a cloud has fewer instances than one, whatever was asked for.
  const rest = Math.max(0, toSeconds - fromSeconds - served.seconds) * Math.max(1, instances);
  const hours = (served.instanceSeconds + rest) / 3600;
  return [{ name: 'CostPerPrediction', value: (price * hours) / requests, dimensions: {} }];
}
