import { googleEnvSchema } from '../../src/contract/google';
import { MlPlatform } from '../../src/google';
import { endedExecutionOf } from '../../src/runtime/adapters/google/ended-execution';
import type { VertexJobs } from '../../src/runtime/adapters/google/vertex-jobs';
import { googlePorts } from '../../src/runtime/entrypoints/google/ports';
import { stoppedReleases, stoppedRuns } from '../../src/runtime/entrypoints/google/stopped';
import { readRetraining } from '../../src/runtime/usecases';
import { FakeGoogle } from './fake/fake-google';
import { SCALE } from './support/examples';
import { type Attributes, all, resourcesOf, stackOf } from './support/synth-stack';

const stack = stackOf('prod');
new MlPlatform(stack, 'Platform', { definition: SCALE });
const resources = resourcesOf(stack);

describe.each(['release', 'pipeline'])('executions of the %s that end', (kind) => {
  const { name } = all(resources, 'google_workflows_workflow').find(
    (one) => one['description'] === `${kind} of demand`,
  ) as Attributes;
  const [sinkId, sink] = Object.entries(resources['google_logging_project_sink']!).find(([, one]) =>
    String(one['filter']).includes(`"${String(name)}"`),
  )!;

  test('in failure or by somebody are told from the log of executions, of this workflow alone', () => {
    expect(sink['filter']).toBe(
      [
        'log_id("workflows.googleapis.com/executions_system")',
        'resource.type = "workflows.googleapis.com/Workflow"',
        `resource.labels.workflow_id = "${String(name)}"`,
        'resource.labels.location = "europe-west3"',
        'jsonPayload.state = ("FAILED" OR "CANCELLED")',
      ].join(' AND '),
    );
  });

  test('come to the handler of the workflow, by a topic on which the sink alone may publish', () => {
    const topic = /google_pubsub_topic\.(\w+)\.id/.exec(String(sink['destination']))![1]!;
    const publishers = all(resources, 'google_pubsub_topic_iam_member').filter((one) =>
      String(one['topic']).includes(`${topic}.`),
    );
    expect(publishers.map(({ member, role }) => [member, role])).toEqual([
      [`\${google_logging_project_sink.${sinkId}.writer_identity}`, 'roles/pubsub.publisher'],
    ]);
    const part = kind === 'release' ? 'Endpoint' : 'Pipeline';
    const pushed = all(resources, 'google_pubsub_subscription').filter((one) =>
      String(one['topic']).includes(`${topic}.`),
    );
    expect(pushed).toMatchObject([
      {
        push_config: { push_endpoint: expect.stringMatching(new RegExp(`${part}_Handler.*/stopped$`)) },
        message_retention_duration: '604800s',
      },
    ]);
  });
});

describe('the handler of', () => {
  let google: FakeGoogle;
  const before = { ...process.env };
  beforeEach(() => {
    google = new FakeGoogle();
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    process.env = { ...before };
    await google.stop();
  });

  const entry = (id: string, state: string, workflow = 'w') => ({
    message: {
      data: Buffer.from(
        JSON.stringify({
          resource: { type: 'workflows.googleapis.com/Workflow', labels: { workflow_id: workflow, location: 'r' } },
          labels: { 'workflows.googleapis.com/execution_id': id },
          jsonPayload: { state },
        }),
      ).toString('base64'),
    },
  });

  async function world(kind: 'release' | 'pipeline') {
    const api = await google.start();
    const handler = all(resources, 'google_cloudfunctions2_function').find(
      (one) => one['description'] === `demand: ${kind}`,
    )!;
    const variables = (handler['service_config'] as { environment_variables: Record<string, string> })[
      'environment_variables'
    ];
    Object.assign(process.env, variables, { MLP_STATE: 's', MLP_LEDGER: 'l', MLP_ARTIFACTS: 'a' });
    google.put(`s/wiring/demand/${kind}.json`, '{"workflow":"projects/p/locations/r/workflows/w"}');
    const execution = (argument: object, state: string, more: object = {}): string => {
      const id = `e${google.executions.length + 1}`;
      google.executions.push({
        name: `projects/p/locations/r/workflows/w/executions/${id}`,
        argument: JSON.stringify(argument),
        state,
        ...more,
      });
      return id;
    };
    return { api, execution, ports: googlePorts(googleEnvSchema.parse(process.env), null, api) };
  }

  describe('releases', () => {
    test('starts one execution that takes the release back by its name, however often it is told', async () => {
      const { api, execution } = await world('release');
      const take = stoppedReleases(() => api);
      const id = execution({ version: 2, run: 'v2-run-2' }, 'CANCELLED');
      expect(await take(entry(id, 'CANCELLED'))).toEqual({ name: `recovery-${id}`, started: true });
      expect(await take(entry(id, 'CANCELLED'))).toEqual({ name: `recovery-${id}`, started: false });
      expect(google.executions.slice(1).map(({ argument }) => JSON.parse(String(argument)))).toEqual([
        { recovers: 'v2-run-2', run: `recovery-${id}` },
      ]);
    });

    test('names a release that a person has started by its own id', async () => {
      const { api, execution } = await world('release');
      const id = execution({ version: 2 }, 'FAILED');
      await stoppedReleases(() => api)(entry(id, 'FAILED'));
      expect(JSON.parse(String(google.executions[1]!['argument']))).toMatchObject({ recovers: id });
    });

    test('asks again while the execution is still shown as running', async () => {
      const { api, execution } = await world('release');
      const id = execution({ version: 2, run: 'v2' }, 'ACTIVE');
      await expect(stoppedReleases(() => api)(entry(id, 'CANCELLED'))).rejects.toThrow(/stillRunning/);
      expect(google.executions).toHaveLength(1);
    });

    test('takes and leaves alone what is of another workflow, not known, or no end', async () => {
      const { api, execution } = await world('release');
      const take = stoppedReleases(() => api);
      const id = execution({ version: 2, run: 'v2' }, 'CANCELLED');
      for (const one of [entry(id, 'CANCELLED', 'x'), entry('e9', 'CANCELLED'), entry(id, 'SUCCEEDED')]) {
        expect(await take(one)).toEqual({ ignored: true });
      }
      expect(google.executions).toHaveLength(1);
      expect(endedExecutionOf({ message: { data: Buffer.from('hello').toString('base64') } })).toBeUndefined();
    });
  });

  describe('the pipeline', () => {
    const DECISION = {
      state: {
        runs: [
          {
            id: 'd1',
            key: 'k',
            trigger: { cause: 'drift', atSeconds: 1, text: '' },
            startedAtSeconds: 1,
            endedAtSeconds: null,
            outcome: 'running',
          },
        ],
        failuresInARow: 0,
        pending: null,
        told: [],
      },
      outbox: [],
      latest: null,
    };
    const abandoned: string[] = [];
    const jobs = () => ({ abandon: async (run: string) => void abandoned.push(run) }) as unknown as VertexJobs;
    beforeEach(() => {
      abandoned.length = 0;
    });

    test('records who had started a run that was stopped, frees its decision, and ends its jobs', async () => {
      const { api, execution, ports } = await world('pipeline');
      google.put('s/state/retraining/demand.json', JSON.stringify(DECISION));
      const take = stoppedRuns(() => api, jobs);
      const id = execution(
        { startedBy: 'retraining:drift', cause: 'drift', commit: 'abc', decisionId: 'd1', run: 'd1' },
        'CANCELLED',
      );
      expect(await take(entry(id, 'CANCELLED'))).toEqual({ run: 'd1', recorded: true });
      expect(await ports.ledger.read(1)).toMatchObject([
        {
          action: 'pipelineFailed',
          actor: 'retraining:drift',
          commit: 'abc',
          details: { run: 'd1', step: 'run', reason: 'somebody has stopped the run (CANCELLED)' },
        },
      ]);
      expect((await readRetraining(ports)).runs).toMatchObject([{ id: 'd1', outcome: 'failed' }]);
      expect(google.messages).toHaveLength(1);
      // Told again it is recorded already; what is left of it is taken away again.
      expect(await take(entry(id, 'CANCELLED'))).toEqual({ run: 'd1', recorded: false });
      expect(await ports.ledger.read(1)).toHaveLength(1);
      expect(google.messages).toHaveLength(1);
      expect(abandoned).toEqual(['d1', 'd1']);
    });

    test('records a run that broke with what Workflows says of it', async () => {
      const { api, execution, ports } = await world('pipeline');
      const id = execution({}, 'FAILED', { error: { payload: 'ResourceLimitError: memory usage limit exceeded' } });
      await stoppedRuns(() => api, jobs)(entry(id, 'FAILED'));
      expect(await ports.ledger.read(1)).toMatchObject([
        {
          actor: 'unknown',
          details: { run: id, reason: expect.stringMatching(/^the run broke \(FAILED\): Resource/) },
        },
      ]);
    });
  });
});
