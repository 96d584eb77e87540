import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { modelDigest } from './artifact-digest';
import { completePromotion } from './complete-promotion';
import { noteDeployment } from './deployment-log';
import type { UseCaseFunction } from './ports';
import { at, optionalText, stateNumber } from './read-event';
import { applyToRegistry, readRegistry } from './registry-document';
import { assertLive } from './release-deployment';
import { freeReleaseLock } from './release-lock';
import { RELEASE_POLICY } from './release-policy';
import { readVersion } from './version-record';

export type RollBackNeeds =
  | 'platform'
  | 'model'
  | 'artifacts'
  | 'state'
  | 'ledger'
  | 'catalogue'
  | 'serving'
  | 'metrics'
  | 'notifier'
  | 'announcer'
  | 'clock';

/**
 * Gives the champion all live traffic again, reads that back, and only then says so: in the registry, the ledger and to
 * people. Without a champion (a first version that failed) the version is taken out and nothing serves.
 *
 * A version that the registry names as the champion is not taken back: its promotion failed in what follows it, with perhaps
 * nobody else left to serve. That is completed (`promoted`).
 */
export const rollBack: UseCaseFunction<RollBackNeeds> = async (event, ports) => {
  const version = stateNumber(event, 'verified.version');
  const champion = at(event.state, 'verified.champion');
  const reason =
    optionalText(event, 'error.message') ??
    optionalText(event, 'analysis.reason.text') ??
    optionalText(event, 'shadowAnalysis.reason.text') ??
    'the release was stopped';
  // A release that was stopped is taken back by another run: records, deployment and lock are the release's.
  const run = optionalText(event, 'verified.recovers') ?? event.run;
  const { aliases } = await readRegistry(ports);
  const isChampion = aliases.champion === String(version);
  // A promotion that came while another run took its traffic back named a champion that does not serve: that is undone.
  const answers = async (): Promise<boolean> =>
    typeof champion !== 'number' || ((await ports.serving.read()).live[version] ?? 0) > 0;
  if (isChampion && (await answers())) {
    const record = await readVersion(ports.artifacts, aliases.champion);
    await completePromotion(ports, run, record, typeof champion === 'number' ? String(champion) : null);
    return answer({ version, champion: version, promoted: true, reason, live: (await ports.serving.read()).live });
  }
  const now = ports.clock.now();
  await noteDeployment(ports, run, { failedAtSeconds: now });
  const { serving } = ports;
  if (typeof champion === 'number') {
    // Also of a version that is not seen yet: a change may go on that brings it.
    await serving.mirror(version, 0);
    await serving.setTraffic(version, 0);
    assertLive(await serving.read(), champion, 100);
  }
  const found = await serving.read();
  const deployed = version in found.live || version in found.mirrored;
  if (deployed) await serving.remove(version);
  // Who is champion again is verified once more.
  const digestOf = async (again: string): Promise<string | null> =>
    modelDigest(ports.artifacts, (await readVersion(ports.artifacts, again)).run);
  const observedDigest = isChampion && typeof champion === 'number' ? await digestOf(String(champion)) : null;
  const taken = { kind: 'rollback' as const, version: String(version), by: 'release', reason, observedDigest };
  // Also when the registry says so already: an earlier call may have died before it could tell the ledger.
  const registry = await applyToRegistry(
    ports,
    ({ aliases }) =>
      [aliases.challenger, aliases.champion].includes(String(version)) ? [{ ...taken, id: `rollback:${run}` }] : [],
    RELEASE_POLICY,
    { commit: null, dataDigest: null },
  );
  const { externalId, commit, data } = await readVersion(ports.artifacts, String(version));
  // Without live traffic the registry has nothing to take back; the audit trail has to say how the release ended all the same.
  if (registry.versions[String(version)]?.state === 'approved') {
    await appendToLedger(ports.ledger, {
      at: new Date(now * 1000).toISOString(),
      actor: 'release',
      action: 'releaseFailed',
      model: ports.model,
      version: String(version),
      commit,
      dataDigest: data.digest,
      verdict: 'fail',
      details: { event: `releaseFailed:${run}`, run, reason },
    });
  }
  // The cloud's registry says that it waits again: a person who approves it anew is heard.
  await ports.catalogue.label(externalId, { approved: null, aliases: [] });
  await noteDeployment(ports, run, { restoredAtSeconds: ports.clock.now() });
  await ports.metrics.emit([{ name: 'ReleaseRolledBack', value: 1, dimensions: {} }], now);
  await ports.notifier.notify({
    severity: 'ticket',
    kind: 'releaseRolledBack',
    subject: `${ports.model}: version ${version} was taken back`,
    text: typeof champion === 'number' ? `${reason}; version ${champion} has all live traffic` : reason,
    runbook: null,
  });
  await freeReleaseLock(ports, run);
  const live = (await serving.read()).live;
  return answer({ version, champion: typeof champion === 'number' ? champion : null, promoted: false, reason, live });
};
