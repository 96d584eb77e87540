import { GoogleApi } from '../../../src/runtime/adapters/google/google-api';
import { VertexSmokeEndpoint } from '../../../src/runtime/adapters/google/vertex-smoke-endpoint';
import { SCALE } from '../support/examples';
import { TOKEN } from './account';
import type { Engine } from './engine';
import { type Deployed, deployedBy } from './template';
import { World } from './world';

/** Nothing is executed: what is tested is between the adapter and Vertex AI. */
const engine: Engine = { execute: () => new Promise(() => undefined) };
const ROWS = Array.from({ length: 20 }, (_, temp) => ({ temp }));

let deployed: Deployed;
let world: World;
let latencyMs: (row: number) => number;
beforeAll(async () => {
  deployed = await deployedBy({ strategy: 'allAtOnce', finalHold: '15m' });
});
beforeEach(async () => {
  world = await World.open(deployed, engine);
  world.account.endpoints.predict = (_model, instances) => instances.map(() => ({ prediction: 1 }));
  latencyMs = () => 30;
});
afterEach(() => world.close());

function smokeEndpoint(): VertexSmokeEndpoint {
  const { time, account } = world;
  const api = new GoogleApi({
    ...SCALE.environments[0].google,
    sleep: (ms) => time.sleep(ms),
    send: async ({ method, url, headers, body }) => {
      const [row] = body && url.endsWith(':predict') ? JSON.parse(Buffer.from(body).toString('utf8')).instances : [];
      if (row) await time.sleep(latencyMs(row.temp));
      const authorised = { ...headers, authorization: `Bearer ${TOKEN}` };
      const reply = await account.fetch(url, { method, headers: authorised, ...(body && { body }) });
      return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
    },
  });
  return new VertexSmokeEndpoint(api, {
    id: 'smoke-1',
    labels: { model: 'demand' },
    serviceAccount: 'trainer@p',
    machine: { machineType: 'n2-standard-2' },
    kmsKeyName: '',
    now: () => time.now(),
  });
}
const CANDIDATE = { artifactUri: 'gs://a/runs/1/model/', image: 'server@sha256:s' };
const measured = () => world.time.until(smokeEndpoint().measure(CANDIDATE, ROWS));
const left = () => [...world.account.endpoints.all.keys(), ...world.account.models.all.keys()];

test('measures by nearest rank, leaves the first answer out, and goes without a trace', async () => {
  let first = true;
  latencyMs = (row) => {
    if (first) {
      first = false;
      return 9000;
    }
    return row === 7 ? 180 : 30;
  };
  expect(await measured()).toEqual({ loaded: true, rowsQueried: 20, failures: 0, latencyP99Ms: 180 });
  expect(left()).toHaveLength(3);
  await world.time.until(smokeEndpoint().remove());
  expect(left()).toEqual([deployed.endpoint]);
  // What is gone may be taken away again.
  await world.time.until(smokeEndpoint().remove());
});

test('an answer that never comes is a failure, one that comes at the second try is none', async () => {
  let asked = 0;
  world.account.endpoints.predict = (_model, instances) => {
    asked += 1;
    return Number(instances[0]!['temp']) === 3 || asked === 5 ? [] : [{ prediction: 1 }];
  };
  expect(await measured()).toMatchObject({ loaded: true, rowsQueried: 20, failures: 1, latencyP99Ms: 30 });
});

test('a candidate whose server does not come up is not loaded; a lack of machines is no word on it', async () => {
  const { endpoints } = world.account;
  endpoints.failingDeployments = 2;
  endpoints.deploymentError = { code: 9, message: 'never ready' };
  expect(await measured()).toEqual({ loaded: false, rowsQueried: 0, failures: 0, latencyP99Ms: null });
  endpoints.deploymentError = { code: 8, message: 'quota is exceeded' };
  await expect(measured()).rejects.toThrow(/smokeNotDeployed.*quota is exceeded/s);
  // Nothing stays that would have to be paid for.
  expect(left()).toEqual([deployed.endpoint]);
});

test('a second call goes on where the first one was given up', async () => {
  world.account.endpoints.deployMs = 40 * 60_000;
  const first = smokeEndpoint().measure(CANDIDATE, ROWS);
  const second = world.time.sleep(30 * 60_000).then(() => smokeEndpoint().measure(CANDIDATE, ROWS));
  expect(await world.time.until(Promise.all([first, second]))).toMatchObject([{ loaded: true }, { loaded: true }]);
  const made = world.account.calls.filter((name) => name === 'aiplatform.endpoints.deployModel');
  expect(made).toHaveLength(1);
});
