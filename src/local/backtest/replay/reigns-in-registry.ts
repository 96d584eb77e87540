import type { Ports } from '../../../runtime/usecases';
import { readRegistry } from '../../../runtime/usecases';
import { applyToRegistry } from '../../../runtime/usecases/registry-document';
import { RELEASE_POLICY } from '../../../runtime/usecases/release-policy';
import { digestOf } from './champion-record';

const BY = 'recording';

/**
 * Makes a registered version the champion, because the recording says that it was: promoted, or by rolling back to it where it
 * was champion before.
 * @param id makes the events of this change unlike those of another one
 */
export async function reignsFrom(ports: Ports, version: number, id: string): Promise<void> {
  const name = String(version);
  const digest = digestOf(version);
  for (;;) {
    const { aliases, earlierChampions, versions } = await readRegistry(ports);
    const { champion } = aliases;
    if (champion === name) return;
    const before = [aliases.previous, ...earlierChampions];
    const event =
      champion !== null && before.includes(name)
        ? {
            kind: 'rollback' as const,
            id: `rollback:${id}:${champion}`,
            version: champion,
            by: BY,
            reason: 'the recording goes back',
            observedDigest: digestOf(Number(aliases.previous)),
          }
        : versions[name]?.state === 'rolledBack'
          ? { kind: 'approve' as const, id: `approve:${id}`, version: name, by: 'a person', automatic: false }
          : {
              kind: 'promote' as const,
              id: `promote:${id}`,
              version: name,
              by: BY,
              observedDigest: digest,
              replaces: champion,
            };
    await applyToRegistry(ports, () => [event], RELEASE_POLICY, { commit: null, dataDigest: digest });
  }
}
