import { googleEnvSchema } from '../../src/contract/google';
import { CanaryEndpoint, EvalGatePipeline, ModelRegistry } from '../../src/google';
import { googlePorts } from '../../src/runtime/entrypoints/google/ports';
import { approvals } from '../../src/runtime/entrypoints/google/tasks';
import { readRegistry } from '../../src/runtime/usecases';
import { writeJson } from '../../src/runtime/usecases/json-artifact';
import { artifactKeys } from '../../src/runtime/usecases/keys';
import { applyToRegistry } from '../../src/runtime/usecases/registry-document';
import { FakeGoogle } from './fake/fake-google';
import { SCALE } from './support/examples';
import { type Attributes, all, resourcesOf, stackOf } from './support/synth-stack';

const { data, training, evaluation, serving, release } = SCALE.models.demand;

function resources() {
  const stack = stackOf();
  const registry = new ModelRegistry(stack, 'Registry', {
    model: 'demand',
    security: { encryption: 'managed' },
    governance: { approvers: ['ann@example.com', 'bob@example.com'] },
  });
  const model = { model: 'demand', task: 'regression', registry } as const;
  new EvalGatePipeline(stack, 'Pipeline', { ...model, data, training, evaluation });
  new CanaryEndpoint(stack, 'Endpoint', { ...model, serving, release });
  return resourcesOf(stack);
}
const TEMPLATE = resources();

test('a sink of audit logs, and nothing but it, publishes decisions, which are pushed to the pipeline as itself', () => {
  const sink = all(TEMPLATE, 'google_logging_project_sink').find(({ description }) =>
    String(description).startsWith('Decisions of people'),
  ) as Attributes;
  expect(sink['filter']).toContain('protoPayload.request.versionAliases = ("approve" OR "reject")');
  expect(sink['filter']).toMatch(
    /protoPayload\.request\.name =~ "\^projects\/\[\^\/\]\+\/locations\/[^"]+\/models\/[^"]+-demand@"/,
  );
  const push = all(TEMPLATE, 'google_pubsub_subscription').map(
    (one) => (one['push_config'] as Attributes | undefined)?.['push_endpoint'],
  );
  expect(push.filter((one) => String(one).endsWith('/approvals'))).toHaveLength(1);
  const publishers = all(TEMPLATE, 'google_pubsub_topic_iam_member').filter((one) =>
    String(one['topic']).includes('Approvals_Topic'),
  );
  expect(publishers.map((one) => one['member'])).toEqual([expect.stringContaining('Approvals_Sink')]);
});

describe('a decision in the registry of Vertex AI', () => {
  let google: FakeGoogle;
  let name: string;
  let decide: (alias: string, by: string, id?: string) => Promise<unknown>;
  let state: () => Promise<{ version: string; aliases: unknown; releases: number; ledger: object }>;
  const before = { ...process.env };

  beforeEach(async () => {
    google = new FakeGoogle();
    const api = await google.start();
    const handler = all(TEMPLATE, 'google_cloudfunctions2_function')
      .map((one) => (one['service_config'] as Attributes)['environment_variables'] as Record<string, string>)
      .find((one) => one['MLP_APPROVALS'] !== undefined)!;
    Object.assign(process.env, handler, { MLP_STATE: 's', MLP_LEDGER: 'l', MLP_ARTIFACTS: 'a', MLP_DATA: '' });
    google.put('s/wiring/demand/release.json', '{"workflow":"projects/p/locations/r/workflows/w"}');
    const wire = (env: Parameters<typeof googlePorts>[0]) => googlePorts(env, null, api);
    const ports = wire(googleEnvSchema.parse(process.env));
    await applyToRegistry(
      ports,
      () => [
        {
          kind: 'register',
          id: 'r',
          version: '1',
          by: 'pipeline',
          artifactDigest: `sha256:${'0'.repeat(64)}`,
          startedBy: 'ann@example.com',
        },
        { kind: 'gate', id: 'g', version: '1', by: 'pipeline', verdict: 'pass' },
      ],
      { approval: 'manual', approvers: [], separationOfDuties: true, modelIntegrity: true },
      { commit: null, dataDigest: null },
    );
    const digest = `sha256:${'0'.repeat(64)}`;
    const facts = {
      model: 'demand',
      version: 1,
      artifactUri: 'gs://a/m',
      artifactDigest: digest,
      image: 'i',
      facts: {},
    };
    name = await ports.catalogue.publish(facts);
    await writeJson(ports.artifacts, artifactKeys.version(1), {
      format: 1,
      version: 1,
      run: 'run-1',
      externalId: name,
      commit: null,
      data: { digest },
    });
    const route = approvals(wire, () => api);
    decide = async (alias, by, id = 'entry') => {
      await api.call('POST', 'aiplatform', `${name}:mergeVersionAliases`, { versionAliases: [alias] });
      const protoPayload = {
        serviceName: 'aiplatform.googleapis.com',
        methodName: 'google.cloud.aiplatform.v1.ModelService.MergeVersionAliases',
        authenticationInfo: { principalEmail: by },
        resourceName: name,
        request: { name, versionAliases: [alias] },
      };
      const text = JSON.stringify({ insertId: id, protoPayload });
      return route({ message: { data: Buffer.from(text).toString('base64') } }).catch((error) => error);
    };
    state = async () => ({
      version: (await readRegistry(ports)).versions['1']!.state,
      aliases: (await api.call('GET', 'aiplatform', name))['versionAliases'],
      releases: google.executions.length,
      ledger: (await ports.ledger.head()) as object,
    });
  });
  afterEach(async () => {
    process.env = { ...before };
    await google.stop();
  });

  it('by an approver releases the version once; the alias is taken off again', async () => {
    expect(await decide('approve', 'bob@example.com')).toMatchObject({ decision: 'approved' });
    expect(await state()).toMatchObject({ version: 'approved', aliases: ['v1'], releases: 1 });
    expect(await decide('approve', 'bob@example.com', 'again')).toMatchObject({ decision: 'approved' });
    expect(await state()).toMatchObject({ version: 'approved', aliases: ['v1'], releases: 1 });
  });

  it.each([
    ['ann@example.com', 'separationOfDuties'],
    ['eve@example.com', 'notAnApprover'],
  ])('by %s does not count, and is recorded', async (by, code) => {
    expect(await decide('approve', by)).toMatchObject({ decision: 'refused', reason: code });
    expect(await state()).toMatchObject({
      version: 'passedGate',
      aliases: ['v1'],
      releases: 0,
      ledger: { action: 'approve', actor: by, verdict: 'refused' },
    });
  });

  it('may be a no, which is final', async () => {
    expect(await decide('reject', 'bob@example.com')).toMatchObject({ decision: 'rejected' });
    await decide('approve', 'bob@example.com', 'later');
    expect(await state()).toMatchObject({ version: 'rejected', releases: 0 });
  });

  it('is nothing when the alias is another one', async () => {
    expect(await decide('nightly', 'bob@example.com')).toEqual({ decision: 'nothing' });
    expect(await state()).toMatchObject({ version: 'passedGate', releases: 0 });
  });
});
