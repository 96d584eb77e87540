import { recoveryInputSchema, releaseInputSchema } from '../../contract/events';
import { releaseSchema } from '../../definition/release';
import { toJson } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { modelDigest } from './artifact-digest';
import { noteDeployment } from './deployment-log';
import type { Ports, UseCaseFunction } from './ports';
import { section } from './read-event';
import { flushOutbox, readRegistry } from './registry-document';
import { freeReleaseLock, takeOverRelease, takeReleaseLock } from './release-lock';
import { type RollBackNeeds, rollBack } from './roll-back';
import { readVersion, type VersionRecord } from './version-record';

/** What a release before it may have to be taken back with, and whether that one still runs. */
type Needs = RollBackNeeds | 'workflows';

/**
 * Takes the release lock and verifies that the version may have traffic: approved, and its artifact is still the one that
 * was registered. When it may not, the lock is free again and nothing has changed. While another release of the model goes
 * on it is not `admitted`, and asks again later (`release.onConcurrent`).
 *
 * A release that ended without freeing its lock is taken back before. Whoever is told of one that was stopped asks for just that
 * (`recovers`): it takes the lock over, and what is left is to be rolled back (`recovery`), or nothing is to be done.
 * @throws OperationError `superseded`, `notApproved`, `artifactChanged`, `artifactMissing`
 */
export const verifyArtifact: UseCaseFunction<Needs> = async (event, ports) => {
  const recovery = recoveryInputSchema.safeParse(event.state);
  if (recovery.success) {
    const left = await takeOver(ports, event.run, recovery.data.recovers);
    return left === null ? answer({ recovery: 'nothing' }) : answer({ recovery: 'rollBack', ...left });
  }
  // Nobody may have been told of a release that was stopped, or its roll-back was stopped too: it comes first.
  const left = await takeOver(ports, event.run, null);
  if (left !== null) await rollBack({ ...event, state: { verified: toJson(left) } }, ports);
  const { version, requestedBy } = releaseInputSchema.parse(event.state);
  const { onConcurrent } = section(event, 'release', releaseSchema);
  const lock = await takeReleaseLock(ports, event.run, version, onConcurrent);
  if (!lock.taken) {
    if (lock.supersededBy !== null) throw superseded(version, lock.supersededBy);
    return answer({
      version,
      admitted: false,
      recovery: 'none',
      waitsFor: { run: lock.holder.run, version: lock.holder.version },
    });
  }
  try {
    await flushOutbox(ports);
    const { challenger, champion: serves } = (await readRegistry(ports)).aliases;
    if (challenger !== null && challenger !== String(version)) {
      // Nobody else releases: a call that went on after its release was taken over has left it.
      const champion = serves === null ? null : Number(serves);
      const verified = { recovers: `before ${event.run}`, version: Number(challenger), champion };
      await rollBack({ ...event, state: { verified } }, ports);
    }
    const { championRecord, record } = await verified(ports, version, event.run, requestedBy);
    await noteDeployment(ports, event.run, {
      changes: [{ id: record.commit ?? record.run, startedAtSeconds: changeBegan(record) }],
      unplanned: record.cause.startsWith('retraining') || /^(quality|conceptDrift|drift)$/.test(record.cause),
    });
    return answer({
      version,
      admitted: true,
      recovery: 'none',
      artifactUri: record.artifactUri,
      artifactDigest: record.artifactDigest,
      externalId: record.externalId,
      serverImage: record.serverImage ?? null,
      hasChampion: championRecord !== null,
      champion: championRecord?.version ?? null,
    });
  } catch (error) {
    await freeReleaseLock(ports, event.run);
    throw error;
  }
};

/** What a release has left that has ended with its lock, as its roll-back reads it; null for nothing. */
async function takeOver(ports: Pick<Ports, Needs>, by: string, stopped: string | null) {
  const taken = await takeOverRelease(ports, by, stopped);
  if (taken === null) return null;
  const { run, version } = taken;
  const { versions, aliases } = await readRegistry(ports);
  if (versions[String(version)] === undefined) {
    // Stopped before it could be refused.
    await freeReleaseLock(ports, run);
    return null;
  }
  // Once it is the champion itself, its promotion is completed, in the place of the one before.
  const before = aliases.champion === String(version) ? aliases.previous : aliases.champion;
  return { recovers: run, version, champion: before === null ? null : Number(before) };
}

async function verified(
  ports: Pick<Ports, Needs>,
  version: number,
  run: string,
  requestedBy: string,
): Promise<{ record: VersionRecord; championRecord: VersionRecord | null }> {
  const { artifacts } = ports;
  const { versions, aliases } = await readRegistry(ports);
  const state = versions[String(version)]?.state;
  if (state !== 'approved') {
    throw new OperationError({
      code: 'notApproved',
      path: `registry/${ports.model}/${version}`,
      got: state ?? 'no such version',
      expected: 'an approved version',
      fix: 'approve the version, or release another one',
    });
  }
  const record = await readVersion(artifacts, String(version));
  const digest = await modelDigest(artifacts, record.run);
  if (digest !== record.artifactDigest) {
    await appendToLedger(ports.ledger, {
      at: new Date(ports.clock.now() * 1000).toISOString(),
      actor: requestedBy,
      action: 'verify',
      model: ports.model,
      version: String(version),
      commit: record.commit,
      dataDigest: record.data.digest,
      verdict: 'refused',
      details: { event: `verify:${run}`, expected: record.artifactDigest, got: digest },
    });
    throw new OperationError({
      code: 'artifactChanged',
      path: record.artifactUri,
      got: digest,
      expected: record.artifactDigest,
      fix: 'find out who changed the artifact; train again',
    });
  }
  const { champion } = aliases;
  return { record, championRecord: champion === null ? null : await readVersion(artifacts, champion) };
}

/** A change begins with its commit, where that is known and no later than the version; else with the version itself. */
function changeBegan({ committedAt, registeredAt }: VersionRecord): number {
  const registered = Date.parse(registeredAt) / 1000;
  const committed = Date.parse(committedAt ?? '') / 1000;
  return committed <= registered ? committed : registered;
}

const superseded = (version: number, by: number): OperationError =>
  new OperationError({
    code: 'superseded',
    path: `version ${version}`,
    got: `version ${by}, which is newer and waits as well`,
    expected: 'the newest version that waits for a release',
    fix: 'nothing: release.onConcurrent is supersede, and the newer version is released in its place',
  });
