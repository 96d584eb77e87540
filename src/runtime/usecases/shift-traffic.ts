import { OperationError } from '../../kernel/problem';
import { type CanaryState, enterStage } from '../core/canary';
import { answer } from './answer';
import { noteDeployment } from './deployment-log';
import type { UseCaseFunction } from './ports';
import { argumentNumber, at, stateNumber } from './read-event';
import { assertLive } from './release-deployment';
import { assertHoldsRelease } from './release-lock';

/** Error of a serving target that has gone back by itself. */
const WENT_BACK = 'servingTargetWentBack';

/** Gives the challenger a percent of live traffic, reads it back, and begins the stage. */
export const shiftTraffic: UseCaseFunction<'platform' | 'model' | 'state' | 'serving' | 'clock'> = async (
  event,
  ports,
) => {
  const version = stateNumber(event, 'verified.version');
  const percent = argumentNumber(event, 'percent');
  await assertHoldsRelease(ports, event.run);
  await ports.serving.mirror(version, 0);
  const bakeSeconds = event.arguments['bakeSeconds'];
  const guard = typeof bakeSeconds === 'number' ? { bakeSeconds } : undefined;
  const noteLive = async (): Promise<void> => {
    if (argumentNumber(event, 'step') === 1) {
      await noteDeployment(ports, event.run, { firstLiveAtSeconds: ports.clock.now() });
    }
  };
  try {
    await ports.serving.setTraffic(version, percent, guard);
  } catch (error) {
    // What the target's guardrails have taken back was live until then: a change that failed, not one that never was.
    if (guard && error instanceof OperationError && error.title === WENT_BACK) await noteLive();
    throw error;
  }
  const traffic = await ports.serving.read();
  assertLive(traffic, version, percent);
  await noteLive();
  const now = ports.clock.now();
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
