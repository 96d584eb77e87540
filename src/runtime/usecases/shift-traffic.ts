import { type CanaryState, enterStage } from '../core/canary';
import { answer } from './answer';
import { noteDeployment } from './deployment-log';
import type { UseCaseFunction } from './ports';
import { argumentNumber, at, stateNumber } from './read-event';
import { assertLive } from './release-deployment';

/** Gives the challenger a percent of live traffic, reads it back, and begins the stage. */
export const shiftTraffic: UseCaseFunction<'platform' | 'model' | 'state' | 'serving' | 'clock'> = async (
  event,
  ports,
) => {
  const version = stateNumber(event, 'verified.version');
  const percent = argumentNumber(event, 'percent');
  await ports.serving.mirror(version, 0);
  const bakeSeconds = event.arguments['bakeSeconds'];
  await ports.serving.setTraffic(version, percent, typeof bakeSeconds === 'number' ? { bakeSeconds } : undefined);
  const traffic = await ports.serving.read();
  assertLive(traffic, version, percent);
  const now = ports.clock.now();
  if (argumentNumber(event, 'step') === 1) await noteDeployment(ports, event.run, { firstLiveAtSeconds: now });
  const looked = at(event.state, 'analysis.state') ?? at(event.state, 'shadowAnalysis.state') ?? null;
  const stage = {
    phase: 'live' as const,
    percent,
    holdSeconds: argumentNumber(event, 'holdSeconds'),
    last: percent === 100,
  };
  const state = enterStage(looked as unknown as CanaryState | null, stage, now);
  return answer({ version, percent, live: traffic.live, configuration: traffic.configuration, state });
};
