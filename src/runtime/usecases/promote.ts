import { answer } from './answer';
import { modelDigest } from './artifact-digest';
import { completePromotion } from './complete-promotion';
import type { UseCaseFunction } from './ports';
import { argumentNumber, at, stateNumber } from './read-event';
import { applyToRegistry, readRegistry } from './registry-document';
import { assertLive } from './release-deployment';
import { assertHoldsRelease } from './release-lock';
import { RELEASE_POLICY } from './release-policy';
import { readVersion } from './version-record';

/**
 * Makes the version the champion, once it is read back that it has all live traffic. Versions beyond `keepPrevious` are
 * put away, the one before is taken out of serving, what the
 * cloud keeps of those that were put away is deleted, and the release lock is free.
 */
export const promote: UseCaseFunction<
  'platform' | 'model' | 'artifacts' | 'state' | 'ledger' | 'catalogue' | 'serving' | 'metrics' | 'announcer' | 'clock'
> = async (event, ports) => {
  const version = stateNumber(event, 'verified.version');
  const before = at(event.state, 'verified.champion');
  const replaces = typeof before === 'number' ? String(before) : null;
  const { aliases } = await readRegistry(ports);
  // Once it is the champion, an earlier call has seen that; the endpoint may still change, as the version before goes.
  const isFirstCall = aliases.champion !== String(version);
  if (isFirstCall) assertLive(await ports.serving.read(), version, 100);
  const record = await readVersion(ports.artifacts, String(version));
  const observedDigest = await modelDigest(ports.artifacts, record.run);
  const promotion = { id: `promote:${event.run}`, version: String(version), by: 'release' };
  const context = { commit: record.commit, dataDigest: record.data.digest };
  // The digest may have taken its time.
  if (isFirstCall) await assertHoldsRelease(ports, event.run);
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
  // Taken over in this very moment: whoever took it over sees what is live, and makes the registry say so.
  if (isFirstCall) await assertHoldsRelease(ports, event.run);
  const cleanUp = await completePromotion(ports, event.run, record, replaces);
  return answer({ champion: version, previous: registry.aliases.previous, archived: archive, cleanUp });
};
