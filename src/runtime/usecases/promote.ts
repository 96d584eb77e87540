import { toJson } from '../../kernel/json';
import { answer } from './answer';
import { modelDigest } from './artifact-digest';
import { changeDocument } from './compare-and-swap';
import { noteDeployment } from './deployment-log';
import { stateKeys } from './keys';
import { type MonitoringDocument, NOTHING_SEEN } from './monitoring-document';
import type { UseCaseFunction } from './ports';
import { argumentNumber, at, stateNumber } from './read-event';
import { applyToRegistry } from './registry-document';
import { assertLive } from './release-deployment';
import { freeReleaseLock } from './release-lock';
import { RELEASE_POLICY } from './release-policy';
import { readVersion } from './version-record';

/**
 * Makes the version the champion, once it is read back that it has all live traffic. Versions beyond `keepPrevious` are
 * put away, the one before is taken out of serving, and the release lock is free.
 */
export const promote: UseCaseFunction<
  'platform' | 'model' | 'artifacts' | 'state' | 'ledger' | 'catalogue' | 'serving' | 'metrics' | 'clock'
> = async (event, ports) => {
  const version = stateNumber(event, 'verified.version');
  const before = at(event.state, 'verified.champion');
  const replaces = typeof before === 'number' ? String(before) : null;
  assertLive(await ports.serving.read(), version, 100);
  const record = await readVersion(ports.artifacts, String(version));
  const observedDigest = await modelDigest(ports.artifacts, record.run);
  const promotion = { id: `promote:${event.run}`, version: String(version), by: 'release' };
  const context = { commit: record.commit, dataDigest: record.data.digest };
  let registry = await applyToRegistry(
    ports,
    () => [{ ...promotion, kind: 'promote', observedDigest, replaces }],
    RELEASE_POLICY,
    context,
  );
  const earlier = registry.earlierChampions;
  const tooOld = earlier.slice(0, Math.max(0, earlier.length + 1 - argumentNumber(event, 'keepPrevious')));
  const archive = tooOld.filter((old) => registry.versions[old]?.state === 'released');
  if (archive.length > 0) {
    registry = await applyToRegistry(
      ports,
      () => archive.map((old) => ({ kind: 'archive', id: `archive:${event.run}:${old}`, version: old, by: 'release' })),
      RELEASE_POLICY,
      context,
    );
  }
  const now = ports.clock.now();
  if (replaces !== null) {
    await ports.serving.remove(Number(replaces));
    const old = await readVersion(ports.artifacts, replaces);
    await ports.catalogue.label(old.externalId, { approved: true, aliases: ['previous'] });
  }
  await ports.catalogue.label(record.externalId, { approved: true, aliases: ['champion'] });
  await noteDeployment(ports, event.run, { completedAtSeconds: now });
  const alarmAt = await alarmAnswered();
  if (alarmAt !== null) await ports.metrics.emit([{ name: 'TimeToFix', value: now - alarmAt, dimensions: {} }], now);
  await freeReleaseLock(ports, event.run);
  return answer({ champion: version, previous: registry.aliases.previous, archived: archive });

  /** When the quality alarm began that this champion answers; null for none. */
  async function alarmAnswered(): Promise<number | null> {
    return changeDocument<number | null>(ports.state, stateKeys.monitoring(ports.model), (value) => {
      const seen = (value ?? NOTHING_SEEN) as unknown as MonitoringDocument;
      if (seen.faultySince === null) return { write: undefined, answer: null };
      return { write: toJson({ ...seen, faultySince: null }), answer: seen.faultySince };
    });
  }
};
