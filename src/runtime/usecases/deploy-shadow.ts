import { enterStage } from '../core/canary';
import { answer } from './answer';
import type { UseCaseFunction } from './ports';
import { argumentNumber } from './read-event';
import { deploymentOf } from './release-deployment';
import { assertHoldsRelease } from './release-lock';

/** Deploys the challenger without live traffic and mirrors a percent of requests to it. */
export const deployShadow: UseCaseFunction<'model' | 'state' | 'serving' | 'clock'> = async (event, ports) => {
  const deployment = deploymentOf(event, ports.model, false);
  const percent = argumentNumber(event, 'percent');
  await assertHoldsRelease(ports, event.run);
  await ports.serving.deploy({ ...deployment, asShadow: true });
  await ports.serving.mirror(deployment.version, percent);
  const holdSeconds = argumentNumber(event, 'holdSeconds');
  const stage = { phase: 'shadow' as const, percent, holdSeconds, last: false };
  return answer({ version: deployment.version, percent, state: enterStage(null, stage, ports.clock.now()) });
};
