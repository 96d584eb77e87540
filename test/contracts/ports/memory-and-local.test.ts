import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_FILES, type RunFiles, RunStore, runFiles } from '../../../src/local/engine/run-store';
import { FileArtifactStore } from '../../../src/runtime/adapters/local/file-artifact-store';
import { FileLedgerStore } from '../../../src/runtime/adapters/local/file-ledger-store';
import { FileStateStore } from '../../../src/runtime/adapters/local/file-state-store';
import { GatewayServingTarget } from '../../../src/runtime/adapters/local/gateway-serving-target';
import { ModelServer } from '../../../src/runtime/adapters/local/model-server';
import { TrafficLog } from '../../../src/runtime/adapters/local/traffic-log';
import { VirtualClock } from '../../../src/runtime/adapters/local/virtual-clock';
import { MemoryArtifactStore } from '../../../src/runtime/adapters/memory/memory-artifact-store';
import { MemoryIncidentTracker } from '../../../src/runtime/adapters/memory/memory-incident-tracker';
import { MemoryLedgerStore } from '../../../src/runtime/adapters/memory/memory-ledger-store';
import { MemoryServingTarget } from '../../../src/runtime/adapters/memory/memory-serving-target';
import { MemoryStateStore } from '../../../src/runtime/adapters/memory/memory-state-store';
import { MemoryWorkflowStarter } from '../../../src/runtime/adapters/memory/memory-workflow-starter';
import type { Deployment } from '../../../src/runtime/ports';
import { artifactStoreContract } from './artifact-store';
import { incidentTrackerContract } from './incident-tracker';
import { ledgerStoreContract } from './ledger-store';
import { servingTargetContract } from './serving-target';
import { stateStoreContract } from './state-store';
import { workflowStarterContract } from './workflow-starter';

const root = mkdtempSync(join(tmpdir(), 'mlp-ports-'));
let made = 0;
const folder = (): string => join(root, String(made++));
afterAll(() => rmSync(root, { recursive: true, force: true }));

artifactStoreContract('memory', async () => new MemoryArtifactStore());
artifactStoreContract('files', async () => new FileArtifactStore(folder()));
stateStoreContract('memory', async () => new MemoryStateStore());
stateStoreContract('files', async () => new FileStateStore(folder()));
ledgerStoreContract('memory', async () => new MemoryLedgerStore());
ledgerStoreContract('files', async () => new FileLedgerStore(folder()));
incidentTrackerContract('memory', async () => {
  const tracker = new MemoryIncidentTracker();
  const say = (status: 'taken' | 'resolved') => (id: string) => {
    tracker.entries.get(id)!.status = status;
  };
  return { tracker, take: say('taken'), close: say('resolved') };
});
workflowStarterContract('memory', async () => new MemoryWorkflowStarter());
const runStore = (files: RunFiles) => new RunStore({ files, startAt: { pipeline: 'a', release: 'b' }, now: () => 0 });
workflowStarterContract('files', async () => runStore(runFiles(folder())));
workflowStarterContract('a rehearsal', async () => runStore(NO_FILES));

const SERVER = `
import { createServer } from 'node:http';
createServer((request, response) => {
  if (request.url === '/ping') return response.end();
  request.resume().on('end', () => response.end(JSON.stringify({ predictions: [process.env.MLP_MODEL_DIR] })));
}).listen(Number(process.env.PORT), process.env.HOST);
`;

const deployment = (version: number, first: boolean): Deployment => ({
  model: 'm',
  version,
  artifactUri: `model-${version}`,
  externalId: '',
  first,
  serving: { instances: { min: 1, max: 1 }, capturePercent: 100, targetRequestsPerInstance: 600, timeoutSeconds: 5 },
});

async function processes() {
  const cwd = folder();
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'server.mjs'), SERVER);
  const log = new TrafficLog();
  const state = new FileStateStore(join(cwd, 'state'));
  const open = () =>
    GatewayServingTarget.open({
      model: 'm',
      state,
      clock: new VirtualClock(0),
      log,
      start: (version) => ModelServer.start({ command: ['node', 'server.mjs'], cwd, ...version }),
    });
  return { target: await open(), log, open, deployment };
}

servingTargetContract('memory', async () => ({
  target: new MemoryServingTarget(),
  deployment,
  close: async () => undefined,
}));
servingTargetContract('processes', async () => {
  const { target } = await processes();
  return { target, deployment, close: () => target.close() };
});

describe('the gateway before the processes', () => {
  const request = (key: string) => ({ key, at: 0, instance: {}, watch: (answer: unknown) => String(answer) });

  it('splits by percent, the same key always to the same version, and takes up what was served', async () => {
    const { target, log, open } = await processes();
    await target.deploy(deployment(1, true));
    await target.deploy(deployment(2, false));
    await target.setTraffic(2, 25);
    const versions = new Map<string, number>();
    for (let i = 0; i < 400; i++) versions.set(`key-${i}`, (await target.answer(request(`key-${i}`)))!.version);
    const challenger = [...versions.values()].filter((version) => version === 2).length;
    expect(challenger).toBeGreaterThan(70);
    expect(challenger).toBeLessThan(130);
    await target.close();
    const again = await open();
    expect(await again.read()).toMatchObject({ live: { 1: 75, 2: 25 } });
    for (const key of ['key-1', 'key-7', 'key-99']) {
      expect((await again.answer(request(key)))!.version).toBe(versions.get(key));
    }
    expect((await log.arm(2, 0, 1)).requests).toBeGreaterThanOrEqual(challenger);
    await again.close();
  }, 30_000);

  it('mirrors without changing the answer, and counts a server that has gone as errors', async () => {
    const { target, log } = await processes();
    await target.deploy(deployment(1, true));
    await target.deploy(deployment(2, false));
    await target.mirror(2, 100);
    const answered = await target.answer(request('a'));
    expect(answered).toMatchObject({ version: 1, invocation: { predictions: ['model-1'] } });
    expect(await log.pairs(1, 2, 0, 1, 10)).toEqual([{ champion: 'model-1', challenger: 'model-2' }]);
    await target.close();
    const after = await target.answer(request('b'));
    expect(after!.invocation.error).not.toBeNull();
    expect(await log.arm(1, 0, 1)).toMatchObject({ requests: 2, errors: 1 });
  }, 30_000);
});
