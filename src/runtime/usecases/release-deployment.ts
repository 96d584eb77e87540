import type { TaskEvent } from '../../contract/events';
import { OperationError } from '../../kernel/problem';
import type { Deployment, TrafficState } from '../ports';
import { argumentNumber, optionalText, stateNumber, stateText } from './read-event';

/** What the serving target is asked to make ready, from the verified version and the plan's policy. */
export function deploymentOf(event: TaskEvent, model: string, first: boolean): Deployment {
  const image = optionalText(event, 'verified.serverImage');
  return {
    model,
    version: stateNumber(event, 'verified.version'),
    artifactUri: stateText(event, 'verified.artifactUri'),
    externalId: optionalText(event, 'verified.externalId') ?? '',
    first,
    ...(image !== null && { image }),
    serving: {
      instances: {
        min: argumentNumber(event, 'serving.instances.min'),
        max: argumentNumber(event, 'serving.instances.max'),
      },
      capturePercent: argumentNumber(event, 'serving.capturePercent'),
      targetRequestsPerInstance: argumentNumber(event, 'serving.targetRequestsPerInstance'),
      timeoutSeconds: argumentNumber(event, 'serving.timeoutSeconds'),
    },
  };
}

/**
 * Checks what was read back: the version has this percent of live traffic.
 * @throws OperationError `trafficNotInForce`: what was asked for is not so, whatever the target has answered
 */
export function assertLive(traffic: TrafficState, version: number, percent: number): void {
  const live = traffic.live[version] ?? 0;
  if (traffic.status === 'ready' && live === percent) return;
  throw new OperationError({
    code: 'trafficNotInForce',
    path: `serving.live.${version}`,
    got: `${live} % (${traffic.status})`,
    expected: `${percent} % (ready)`,
    fix: 'look at the events of the endpoint; the release goes back to the champion',
  });
}

/** @throws OperationError `stillLive`: the version has live traffic */
export function assertNotLive({ live }: TrafficState, version: number): void {
  const percent = live[version] ?? 0;
  if (percent === 0) return;
  throw new OperationError({
    code: 'stillLive',
    path: `serving.live.${version}`,
    got: `${percent} %`,
    expected: '0 %, since another version is the champion',
    fix: 'nothing: the release goes back to what is live',
  });
}
