import type { LedgerRecord } from '../../src/runtime/core/ledger';
import { verifyChain } from '../../src/runtime/core/ledger';
import { artifactKeys, readRegistry } from '../../src/runtime/usecases';
import type { Engine } from '../google/execution/engine';
import { decidedOf, judgedWindows, taken, trainedVersion } from './artifacts';
import { COMMIT, START } from './definition';
import type { Sabotage } from './google/deployed';
import { GooglePlatform } from './google/platform';
import { csvRows, jsonRows } from './rows';
import type { ConceptTarget, Story } from './target';

const instant = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Google Cloud: the template's workflows, schedules, policies and pushes on the bundled handlers; DuckDB for BigQuery. */
export async function googleTarget(definition: unknown, engine: Engine, sabotage?: Sabotage): Promise<ConceptTarget> {
  const platform = await GooglePlatform.open(definition, engine, sabotage);
  return {
    releaseFirst: async () => {
      const input = {
        startedBy: 'ann@example.com',
        cause: 'initial',
        commit: COMMIT,
        committedAt: START,
        decisionId: null,
      };
      await platform.train('initial', input);
    },
    advanceTo: (when) => platform.advanceTo(Date.parse(when)),
    story: () => platform.parts.time.until(storyOf(platform)),
    close: () => platform.close(),
  };
}

async function storyOf(platform: GooglePlatform): Promise<Story> {
  const ports = platform.parts.handlers.ports('release');
  const { artifacts, ledger } = ports;
  const read = (key: string) => artifacts.get(key);
  const text = async (key: string) => new TextDecoder().decode(await read(key));
  const records = (await ledger.read(1)) as unknown as readonly LedgerRecord[];
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
    alarms: platform.begun.map(({ alarm, at }) => ({ id: alarm, at: instant(at) })),
    windows: await judgedWindows(await artifacts.list('monitoring/'), read),
    versions,
    releases: platform.runs
      .filter(({ kind }) => kind === 'release')
      .map(({ name, ended, taken: steps }) => ({
        version: Number(/^v(\d+)-/.exec(name)![1]),
        outcome: ended === null ? null : endOf(ended),
        steps: taken(steps),
      })),
    champion: registry.aliases.champion,
  };
}

/** End of the graph: an execution that fails names it. */
const endOf = ({ succeeded, error }: { readonly succeeded: boolean; readonly error?: string }): string =>
  succeeded ? 'released' : (/^(\w+): /.exec(error ?? '')?.[1] ?? String(error));
