import { toJson } from '../../kernel/json';
import { changeDocument } from './compare-and-swap';
import { noteDeployment } from './deployment-log';
import { stateKeys } from './keys';
import { type MonitoringDocument, NOTHING_SEEN } from './monitoring-document';
import type { Ports } from './ports';
import { readRegistry } from './registry-document';
import { assertNotLive } from './release-deployment';
import { freeReleaseLock } from './release-lock';
import { readVersion, type VersionRecord } from './version-record';

/**
 * What follows once the registry names a version as the champion: the one before is taken out of serving, labels and records
 * say so, what is kept of old versions goes, and the lock is free. Each part may be done already.
 * @param replaces the champion of before; null for a first version
 * @returns `done`, or why what is kept of old versions could not be deleted
 */
export async function completePromotion(
  ports: Pick<
    Ports,
    'platform' | 'model' | 'artifacts' | 'state' | 'catalogue' | 'serving' | 'metrics' | 'announcer' | 'clock'
  >,
  run: string,
  record: VersionRecord,
  replaces: string | null,
): Promise<string> {
  const now = ports.clock.now();
  if (replaces !== null) {
    // What clients get answers from is never taken out, whatever the registry says.
    assertNotLive(await ports.serving.read(), Number(replaces));
    await ports.serving.remove(Number(replaces));
    const old = await readVersion(ports.artifacts, replaces);
    await ports.catalogue.label(old.externalId, { approved: true, aliases: ['previous'] });
  }
  await ports.catalogue.label(record.externalId, { approved: true, aliases: ['champion'] });
  await noteDeployment(ports, run, { completedAtSeconds: now });
  const { version, artifactDigest } = record;
  await ports.announcer?.promoted({ version, artifactDigest, replaces });
  const alarmAt = await alarmAnswered(ports);
  if (alarmAt !== null) await ports.metrics.emit([{ name: 'TimeToFix', value: now - alarmAt, dimensions: {} }], now);
  // While the lock is held: the next release makes what it needs afterwards.
  const cleanUp = await forgetOldVersions(ports);
  await freeReleaseLock(ports, run);
  return cleanUp;
}

/** Nobody has to wait for it, and a promotion does not fail by it: what is left goes with the next one. */
async function forgetOldVersions(ports: Pick<Ports, 'state' | 'model' | 'serving'>): Promise<string> {
  const { versions } = await readRegistry(ports);
  const kept = Object.values(versions).flatMap(({ version, state }) => (state === 'released' ? [Number(version)] : []));
  try {
    await ports.serving.forget?.(kept);
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** When the quality alarm began that this champion answers; null for none. */
async function alarmAnswered({ state, model }: Pick<Ports, 'state' | 'model'>): Promise<number | null> {
  return changeDocument<number | null>(state, stateKeys.monitoring(model), (value) => {
    const seen = (value ?? NOTHING_SEEN) as unknown as MonitoringDocument;
    if (seen.faultySince === null) return { write: undefined, answer: null };
    return { write: toJson({ ...seen, faultySince: null }), answer: seen.faultySince };
  });
}
