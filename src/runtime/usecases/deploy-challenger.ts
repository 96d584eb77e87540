import { answer } from './answer';
import { noteDeployment } from './deployment-log';
import type { UseCaseFunction } from './ports';
import { argumentText, stateText } from './read-event';
import { applyToRegistry } from './registry-document';
import { assertLive, deploymentOf } from './release-deployment';
import { assertHoldsRelease } from './release-lock';
import { RELEASE_POLICY } from './release-policy';

/** Makes a version ready beside the champion, without live traffic; or, as the first version, with all of it. */
export const deployChallenger: UseCaseFunction<
  'platform' | 'model' | 'state' | 'ledger' | 'serving' | 'clock'
> = async (event, ports) => {
  const first = argumentText<'none' | 'all'>(event, 'traffic') === 'all';
  const deployment = deploymentOf(event, ports.model, first);
  const { version } = deployment;
  await assertHoldsRelease(ports, event.run);
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
  // Taken over meanwhile: who takes back what is left may have looked before this was there.
  const undone = async (error: unknown): Promise<never> => {
    const taken = { kind: 'rollback' as const, id: `rollback:${event.run}`, version: String(version), by: 'release' };
    const rollback = { ...taken, reason: 'the release was stopped', observedDigest: null };
    await applyToRegistry(
      ports,
      ({ aliases }) => (aliases.challenger === String(version) ? [rollback] : []),
      RELEASE_POLICY,
      { commit: null, dataDigest: null },
    );
    const { live } = await ports.serving.read();
    if ((live[version] ?? 0) === 0) await ports.serving.remove(version);
    throw error;
  };
  if (!first) await assertHoldsRelease(ports, event.run).catch(undone);
  await ports.serving.deploy(deployment);
  if (!first) await assertHoldsRelease(ports, event.run).catch(undone);
  const traffic = await ports.serving.read();
  assertLive(traffic, version, first ? 100 : 0);
  if (first) await noteDeployment(ports, event.run, { firstLiveAtSeconds: ports.clock.now() });
  return answer({ version, live: traffic.live, configuration: traffic.configuration });
};
