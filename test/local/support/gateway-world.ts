import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStateStore } from '../../../src/runtime/adapters/local/file-state-store';
import { GatewayServingTarget, type Served } from '../../../src/runtime/adapters/local/gateway-serving-target';
import type { StartArm } from '../../../src/runtime/adapters/local/model-arm';
import { ModelServer } from '../../../src/runtime/adapters/local/model-server';
import { TrafficLog } from '../../../src/runtime/adapters/local/traffic-log';
import { VirtualClock } from '../../../src/runtime/adapters/local/virtual-clock';
import type { Deployment, StateStore } from '../../../src/runtime/ports';

export const deployment = (version: number, first: boolean, timeoutSeconds = 10): Deployment => ({
  model: 'm',
  version,
  artifactUri: `model-${version}`,
  externalId: '',
  first,
  serving: { instances: { min: 1, max: 1 }, capturePercent: 0, targetRequestsPerInstance: 1, timeoutSeconds },
});

export async function gatewayOf(state: StateStore, start: StartArm) {
  const log = new TrafficLog();
  const target = await GatewayServingTarget.open({ model: 'm', state, clock: new VirtualClock(0), log, start });
  return { target, log };
}

/** Waits until something is so; the test's own timeout ends it when it never is. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resume) => setTimeout(resume, 1));
}

const PERCENTS = [10, 90, 50, 100, 0, 25, 75];
const CLIENTS = 8;

export interface SwitchOptions {
  readonly switches: number;
  /** Requests that are answered between two of them. */
  readonly between: number;
  /** In every so manieth switch the version that has no traffic is taken out, and deployed again. */
  readonly replaceEvery: number;
}

/** Clients that ask without a pause, while traffic moves between two versions. */
export async function switchUnderLoad(target: GatewayServingTarget, options: SwitchOptions) {
  const { switches, between, replaceEvery } = options;
  const answers = new Map<string, Served>();
  let [sent, over] = [0, false];
  await target.deploy(deployment(1, true));
  await target.deploy(deployment(2, false));
  const client = async (): Promise<void> => {
    while (!over) {
      const id = `request-${sent++}`;
      const served = await target.answerLive({ at: 0, instances: [{ id }], watch: String });
      if (served === null || answers.has(id)) throw new Error(`${id} was not answered once`);
      answers.set(id, served);
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  const more = (): Promise<void> => {
    const enough = answers.size + between;
    return until(() => answers.size >= enough);
  };
  for (let i = 1; i <= switches; i++) {
    // Each of the two is taken out in turn, with the other one in service.
    const idle = i % (2 * replaceEvery) === 0 ? 1 : 2;
    const replaces = i % replaceEvery === 0;
    await target.setTraffic(2, replaces ? (idle === 1 ? 100 : 0) : PERCENTS[i % PERCENTS.length]!);
    await more();
    if (!replaces) continue;
    await target.remove(idle);
    await more();
    await target.deploy(deployment(idle, false));
    await target.setTraffic(idle, 50);
  }
  over = true;
  await clients;
  return { answers, sent };
}

/** Answers `version id` for each row a few milliseconds later; ids that begin with `hold` are held by version 2 for ever. */
const SERVER = `
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const version = process.env.MLP_MODEL_DIR.split('-').at(-1);
writeFileSync('pid-' + version, String(process.pid));
let count = 0;
createServer((request, response) => {
  if (request.url === '/ping') return response.end('{}');
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const ids = JSON.parse(Buffer.concat(chunks).toString()).instances.map(({ id }) => id);
    appendFileSync('executed', ids.map((id) => id + '\\n').join(''));
    if (version === '2' && ids[0].startsWith('hold')) return;
    const answer = JSON.stringify({ predictions: ids.map((id) => version + ' ' + id) });
    setTimeout(() => response.end(answer), count++ % 10);
  });
}).listen(Number(process.env.PORT), process.env.HOST);
`;

/** Versions of a model as processes, in a folder of their own. */
export class ProcessWorld {
  private constructor(
    private readonly folder: string,
    readonly target: GatewayServingTarget,
    readonly log: TrafficLog,
  ) {}

  static async open(): Promise<ProcessWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'mlp-gateway-'));
    writeFileSync(join(folder, 'server.mjs'), SERVER);
    writeFileSync(join(folder, 'executed'), '');
    const { target, log } = await gatewayOf(new FileStateStore(join(folder, 'state')), (version) =>
      ModelServer.start({ command: ['node', 'server.mjs'], cwd: folder, ...version }),
    );
    return new ProcessWorld(folder, target, log);
  }

  /** Ids in the order in which servers took them, as often as they did. */
  executed(): string[] {
    return readFileSync(join(this.folder, 'executed'), 'utf8').split('\n').slice(0, -1);
  }

  pid(version: number): number {
    return Number(readFileSync(join(this.folder, `pid-${version}`), 'utf8'));
  }

  async close(): Promise<void> {
    await this.target.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
