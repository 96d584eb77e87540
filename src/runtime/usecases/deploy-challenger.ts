import { answer } from './answer';
import { noteDeployment } from './deployment-log';
import type { UseCaseFunction } from './ports';
import { argumentText, stateText } from './read-event';
import { applyToRegistry } from './registry-document';
import { assertLive, deploymentOf } from './release-deployment';
import { RELEASE_POLICY } from './release-policy';

/** Makes a version ready beside the champion, without live traffic; or, as the first version, with all of it. */
export const deployChallenger: UseCaseFunction<
  'platform' | 'model' | 'state' | 'ledger' | 'serving' | 'clock'
> = async (event, ports) => {
  const first = argumentText<'none' | 'all'>(event, 'traffic') === 'all';
  const deployment = deploymentOf(event, ports.model, first);
  const { version } = deployment;
  if (!first) {
    const challenge = {
      kind: 'challenge' as const,
      id: `challenge:${event.run}`,
      version: String(version),
      by: 'release',
      observedDigest: stateText(event, 'verified.artifactDigest'),
    };
    await applyToRegistry(ports, () => [challenge], RELEASE_POLICY, { commit: null, dataDigest: null });
  }
  await ports.serving.deploy(deployment);
  const traffic = await ports.serving.read();
  assertLive(traffic, version, first ? 100 : 0);
  if (first) await noteDeployment(ports, event.run, { firstLiveAtSeconds: ports.clock.now() });
  return answer({ version, live: traffic.live, configuration: traffic.configuration });
};
