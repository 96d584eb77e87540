import { answer } from './answer';
import { noteDeployment } from './deployment-log';
import type { UseCaseFunction } from './ports';
import { at, optionalText, stateNumber } from './read-event';
import { applyToRegistry, readRegistry } from './registry-document';
import { assertLive } from './release-deployment';
import { freeReleaseLock } from './release-lock';
import { RELEASE_POLICY } from './release-policy';

/**
 * Gives the champion all live traffic again, reads that back, and only then says so: in the registry, the ledger and to
 * people. Without a champion (a first version that failed) the version is taken out and nothing serves.
 */
export const rollBack: UseCaseFunction<
  'platform' | 'model' | 'state' | 'ledger' | 'serving' | 'metrics' | 'notifier' | 'clock'
> = async (event, ports) => {
  const version = stateNumber(event, 'verified.version');
  const champion = at(event.state, 'verified.champion');
  const reason =
    optionalText(event, 'error.message') ??
    optionalText(event, 'analysis.reason.text') ??
    optionalText(event, 'shadowAnalysis.reason.text') ??
    'the release was stopped';
  const now = ports.clock.now();
  await noteDeployment(ports, event.run, { failedAtSeconds: now });
  const { serving } = ports;
  const found = await serving.read();
  const deployed = version in found.live || version in found.mirrored;
  if (typeof champion === 'number') {
    if (deployed) {
      await serving.mirror(version, 0);
      await serving.setTraffic(version, 0);
    }
    assertLive(await serving.read(), champion, 100);
  }
  if (deployed) await serving.remove(version);
  const { aliases } = await readRegistry(ports);
  if (aliases.challenger === String(version)) {
    const id = `rollback:${event.run}`;
    await applyToRegistry(
      ports,
      () => [{ kind: 'rollback', id, version: String(version), by: 'release', reason, observedDigest: null }],
      RELEASE_POLICY,
      { commit: null, dataDigest: null },
    );
  }
  await noteDeployment(ports, event.run, { restoredAtSeconds: ports.clock.now() });
  await ports.metrics.emit([{ name: 'ReleaseRolledBack', value: 1, dimensions: {} }], now);
  await ports.notifier.notify({
    severity: 'ticket',
    kind: 'releaseRolledBack',
    subject: `${ports.model}: version ${version} was taken back`,
    text: typeof champion === 'number' ? `${reason}; version ${champion} has all live traffic` : reason,
    runbook: null,
  });
  await freeReleaseLock(ports, event.run);
  const live = (await serving.read()).live;
  return answer({ version, champion: typeof champion === 'number' ? champion : null, reason, live });
};
