import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStateStore } from '../../src/runtime/adapters/local/file-state-store';
import { GatewayServingTarget } from '../../src/runtime/adapters/local/gateway-serving-target';
import { ModelServer } from '../../src/runtime/adapters/local/model-server';
import { TrafficLog } from '../../src/runtime/adapters/local/traffic-log';
import { VirtualClock } from '../../src/runtime/adapters/local/virtual-clock';
import type { Deployment } from '../../src/runtime/ports';

/** Answers with the version, after `delayMs`; says where it listens, and which ids it has executed. */
const SERVER = `
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const { MLP_MODEL_DIR: dir, PORT, HOST, EXECUTED } = process.env;
const version = Number(dir.split('-').at(-1));
createServer((request, response) => {
  if (request.url === '/ping') return response.end('{}');
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { instances } = JSON.parse(Buffer.concat(chunks).toString());
    const { id, delayMs } = instances[0];
    const answer = () => response.end(JSON.stringify({ predictions: instances.map(() => version) }));
    if (id !== undefined) appendFileSync(EXECUTED, version + ' ' + id + '\\n');
    if (delayMs === undefined) answer();
    else setTimeout(answer, delayMs);
  });
}).listen(Number(PORT), HOST, () => writeFileSync(dir + '.port', PORT));
`;

/** Versions of a model as processes behind a gateway, in a folder of their own. */
export class ModelServers {
  readonly log = new TrafficLog();

  private constructor(
    private readonly folder: string,
    readonly gateway: GatewayServingTarget,
  ) {}

  static async open(): Promise<ModelServers> {
    const folder = mkdtempSync(join(tmpdir(), 'mlp-gateway-'));
    const executed = join(folder, 'executed');
    writeFileSync(executed, '');
    writeFileSync(join(folder, 'server.mjs'), SERVER);
    mkdirSync(join(folder, 'models'));
    const log = new TrafficLog();
    const gateway = await GatewayServingTarget.open({
      model: 'line',
      state: new FileStateStore(join(folder, 'state')),
      clock: new VirtualClock(0),
      log,
      start: (version) =>
        ModelServer.start({ command: ['env', `EXECUTED=${executed}`, 'node', 'server.mjs'], cwd: folder, ...version }),
    });
    return new ModelServers(folder, gateway);
  }

  deploy(version: number, first = false): Promise<void> {
    const deployment: Deployment = {
      model: 'line',
      version,
      artifactUri: this.model(version),
      externalId: '',
      first,
      serving: { instances: { min: 1, max: 1 }, capturePercent: 0, targetRequestsPerInstance: 1, timeoutSeconds: 10 },
    };
    return this.gateway.deploy(deployment);
  }

  /** Where a version listens itself. */
  address(version: number): string {
    return `http://127.0.0.1:${readFileSync(`${this.model(version)}.port`, 'utf8')}/invocations`;
  }

  /** Ids that were executed, as often as they were. */
  executed(): string[] {
    const lines = readFileSync(join(this.folder, 'executed'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => line.slice(line.indexOf(' ') + 1));
  }

  async close(): Promise<void> {
    await this.gateway.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private model(version: number): string {
    return join(this.folder, 'models', `model-${version}`);
  }
}
