import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalEvent, LocalPlatform } from '../../src/local';
import { type LedgerRecord, verifyChain } from '../../src/runtime/core/ledger';
import { artifactKeys, readRegistry } from '../../src/runtime/usecases';
import { decidedOf, judgedWindows, taken, trainedVersion } from './artifacts';
import { END, EXAMPLE, START } from './definition';
import { csvRows, jsonRows } from './rows';
import type { ConceptTarget, Story } from './target';

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** The local engine: its own clock, schedules, alarms, gateway and processes. */
export async function localTarget(definition: unknown): Promise<ConceptTarget> {
  const dir = mkdtempSync(join(tmpdir(), 'mlp-concept-'));
  const events: LocalEvent[] = [];
  const platform = await LocalPlatform.open({
    definition,
    baseDir: EXAMPLE,
    dir,
    start: START,
    end: END,
    onEvent: (event) => events.push(event),
  });
  const { artifacts, ports } = platform.model('demand');
  const read = (key: string) => artifacts.get(key);
  const text = async (key: string) => new TextDecoder().decode(await read(key));
  return {
    releaseFirst: () => platform.advanceTo(START),
    advanceTo: (when) => platform.advanceTo(when),
    story: async (): Promise<Story> => {
      const records = (await ports.ledger.read(1)) as unknown as readonly LedgerRecord[];
      const registry = await readRegistry(ports);
      const rows = async (run: string) => ({
        train: csvRows(await text(artifactKeys.train(run, 'csv'))),
        test: jsonRows(await text(artifactKeys.test(run))),
      });
      const files = async (run: string) => {
        const prefix = artifactKeys.model(run);
        const found: [string, Uint8Array][] = [];
        for (const key of await artifacts.list(prefix)) found.push([key.slice(prefix.length), (await read(key))!]);
        return Object.fromEntries(found);
      };
      const versions = [];
      for (const name of Object.keys(registry.versions)) {
        const version = await trainedVersion(Number(name), read, rows, files);
        if (version !== undefined) versions.push(version);
      }
      return {
        records: decidedOf(records),
        chainHolds: verifyChain(records).ok,
        alarms: events.flatMap((event) =>
          event.kind === 'alarm' && event.firing ? [{ id: event.id, at: instant(event.at) }] : [],
        ),
        windows: await judgedWindows(await artifacts.list('monitoring/'), read),
        versions,
        releases: platform
          .model('demand')
          .runs.all()
          .filter(({ workflow }) => workflow === 'release')
          .map(({ name, next, outcome }) => ({
            version: Number(/^v(\d+)-/.exec(name)![1]),
            outcome: outcome === 'running' ? null : next,
            steps: taken(
              events.flatMap((event) =>
                event.kind === 'step' && event.run === name && event.what === 'ends' ? [event.step] : [],
              ),
            ),
          })),
        champion: registry.aliases.champion,
      };
    },
    close: async () => {
      await platform.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
