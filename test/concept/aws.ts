import { gunzipSync } from 'node:zlib';
import { awsEnvSchema } from '../../src/contract/aws';
import type { TaskEvent } from '../../src/contract/events';
import { type LedgerRecord, verifyChain } from '../../src/runtime/core/ledger';
import { awsPorts } from '../../src/runtime/entrypoints/aws/ports';
import { artifactKeys, readRegistry } from '../../src/runtime/usecases';
import { decidedOf, judgedWindows, taken, trainedVersion } from './artifacts';
import type { Sabotage } from './aws/deployed';
import { AwsPlatform } from './aws/platform';
import { unpacked } from './aws/tar';
import type { Trino } from './aws/trino';
import { COMMIT, START } from './definition';
import { csvRows, jsonRows } from './rows';
import type { ConceptTarget, Story } from './target';

const PREFIX = 'bike-share-demand-';
const instant = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** AWS: the template's state machines, schedules, rules and alarms on the bundled handlers, with Athena's SQL run by Trino. */
export async function awsTarget(definition: unknown, trino: Trino, sabotage?: Sabotage): Promise<ConceptTarget> {
  const platform = await AwsPlatform.open(definition, trino, sabotage);
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
    story: () => storyOf(platform),
    close: () => platform.close(),
  };
}

async function storyOf(platform: AwsPlatform): Promise<Story> {
  const environment = Object.fromEntries(
    Object.keys(awsEnvSchema.shape).map((name) => [name, platform.variable(name)]),
  );
  const ports = awsPorts(awsEnvSchema.parse(environment), { arguments: {} } as TaskEvent);
  const { artifacts, ledger } = ports;
  const read = (key: string) => artifacts.get(key);
  const text = async (key: string) => new TextDecoder().decode(await read(key));
  const records = (await ledger.read(1)) as unknown as readonly LedgerRecord[];
  const registry = await readRegistry(ports);
  const rows = async (run: string) => {
    const parts = await artifacts.list(`${artifactKeys.test(run)}/`);
    const test: Readonly<Record<string, unknown>>[] = [];
    for (const key of parts) test.push(...jsonRows(gunzipSync((await read(key))!).toString('utf8')));
    return { train: csvRows(await text(artifactKeys.train(run, 'csv'))), test };
  };
  const files = async (run: string) => unpacked((await read(artifactKeys.modelArchive(run)))!);
  const versions = [];
  for (const name of Object.keys(registry.versions)) {
    const version = await trainedVersion(Number(name), read, rows, files);
    if (version !== undefined) versions.push(version);
  }
  return {
    records: decidedOf(records),
    chainHolds: verifyChain(records).ok,
    alarms: platform.begun.map(({ name, at }) => ({ id: name.replace(PREFIX, ''), at: instant(at) })),
    windows: await judgedWindows(await artifacts.list('monitoring/'), read),
    versions,
    releases: platform.runs
      .filter(({ machine }) => machine.endsWith('-release'))
      .map(({ name, ended, taken: steps }) => ({
        version: Number(/^v(\d+)-/.exec(name)![1]),
        outcome: ended?.end ?? null,
        steps: taken(steps),
      })),
    champion: registry.aliases.champion,
  };
}
