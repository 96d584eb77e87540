import assert from 'node:assert/strict';
import type { Manner } from '../account';
import { type Case, CHAMPION_STAYS, expectMatch, PROMOTED, smokeTemplate, template, withChampion } from '../case';
import type { Execution } from '../executions';
import { PipelineWorld } from '../pipeline-world';
import type { World } from '../world';

/** Deliveries of a message until it is answered well. */
const DELIVERIES = 5;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What Workflows writes of an execution that has ended, delivered until it is answered well. @returns the last answer */
async function say(world: World, execution: Execution, role: 'release' | 'pipeline', state = execution.state) {
  const [, project, , location, , workflow, , id] = execution.name.split('/');
  const entry = {
    insertId: `${id}-${state}`,
    logName: `projects/${project}/logs/workflows.googleapis.com%2Fexecutions_system`,
    resource: {
      type: 'workflows.googleapis.com/Workflow',
      labels: { resource_container: project, location, workflow_id: workflow },
    },
    labels: { 'workflows.googleapis.com/execution_id': id, 'workflows.googleapis.com/revision_id': '000001-0a1' },
    severity: state === 'FAILED' ? 'ERROR' : 'INFO',
    jsonPayload: {
      '@type': 'type.googleapis.com/google.cloud.workflows.type.ExecutionsSystemLog',
      activityTime: new Date(world.time.now()).toISOString(),
      state,
    },
  };
  const data = Buffer.from(JSON.stringify(entry)).toString('base64');
  const deliver = async () => {
    world.time.began();
    const address = `${world.host.address}/handlers/${role}/stopped`;
    const reply = await fetch(address, { method: 'POST', body: JSON.stringify({ message: { data } }) });
    const answer = { status: reply.status, text: await reply.text() };
    world.time.ended();
    return answer;
  };
  let answer = { status: 0, text: '' };
  for (let delivery = 0; delivery < DELIVERIES && answer.status !== 200; delivery++) {
    if (delivery > 0) await world.time.until(world.time.sleep(MINUTE_MS));
    answer = await world.time.until(deliver());
  }
  return answer;
}

/** Starts a run that a person cancels while the handler of a step is called; what that call has begun, it ends. */
async function stoppedAt(world: World, step: string, start: () => Promise<unknown>): Promise<Execution> {
  const { executions } = world.account;
  const stopped = new Promise<Execution>((resolve) => {
    world.host.onStep = (one) => {
      if (one !== step) return;
      world.host.onStep = () => undefined;
      const execution = executions.all.filter(({ state }) => state === 'ACTIVE').at(-1)!;
      executions.cancel(execution.name);
      resolve(execution);
    };
  });
  return world.time.until(start().then(() => stopped));
}

const stopRelease = (world: World, step: string): Promise<Execution> =>
  stoppedAt(world, step, () => world.ports.workflows.start('release', 'v2', { version: 2, requestedBy: 'tests' }));

/** Recoveries that were started, as executions of the release workflow. */
const recoveries = (world: World): Execution[] =>
  world.account.executions.all.filter(({ argument }) => argument.includes('"recovers"'));

const release = (row: string, title: string, run: (world: World) => Promise<void>): Case =>
  withChampion('canary', { row: `stopped: a release ${row}`, title }, run);

/** Calls that the message itself makes. */
const OPERATIONS = [
  'storage.objects.get',
  'storage.objects.insert',
  'workflowexecutions.executions.create',
  'workflowexecutions.executions.get',
] as const;

const releaseCases: readonly Case[] = [
  ...['verify', 'deploy', 'shift1', 'look1', 'shift2', 'look2'].map((step) =>
    release('that a person cancels, at each task', `${step}: the champion has all of the traffic`, async (world) => {
      const execution = await stopRelease(world, step);
      assert.equal((await say(world, execution, 'release')).status, 200);
      const ended = await world.last();
      expectMatch(await world.state(), CHAMPION_STAYS, ended);
      assert.equal(recoveries(world).length, 1);
    }),
  ),
  release('that a person cancels', 'at promote: what is promoted stays, and is whole', async (world) => {
    const execution = await stopRelease(world, 'promote');
    assert.equal((await say(world, execution, 'release')).status, 200);
    await world.last();
    expectMatch(await world.state(), PROMOTED);
  }),
  release('that a person cancels', 'it is told twice: it is taken back once, and told once', async (world) => {
    const execution = await stopRelease(world, 'look1');
    for (let time = 0; time < 2; time++) assert.equal((await say(world, execution, 'release')).status, 200);
    await world.last();
    expectMatch(await world.state(), CHAMPION_STAYS);
    assert.equal(recoveries(world).length, 1);
    assert.equal(world.account.published.filter(({ topic }) => topic.includes('ticket')).length, 1);
  }),
  release('that a person cancels', 'nobody hears of it: the next one takes it back first', async (world) => {
    await stopRelease(world, 'look1');
    await world.register(3);
    assert.equal((await world.release(3)).end, 'released');
    expectMatch(await world.state(), {
      live: { 3: 100 },
      aliases: { champion: '3', challenger: null, previous: '1' },
      lockedBy: null,
      chainHolds: true,
      twice: [],
    });
  }),
  ...(['unavailable', 'lost'] as readonly Manner[]).flatMap((manner) =>
    OPERATIONS.map((operation) =>
      release(`that a person cancels, each call fails once: ${manner}`, operation, async (world) => {
        const execution = await stopRelease(world, 'look1');
        world.account.fail({ operation, times: 1, manner });
        assert.equal((await say(world, execution, 'release')).status, 200);
        const ended = await world.last();
        expectMatch(await world.state(), CHAMPION_STAYS, ended);
        assert.equal(recoveries(world).length, 1);
      }),
    ),
  ),
  release('that failed by itself', 'is not taken back twice', async (world) => {
    const ended = await world.release(2, {
      steps: [{ step: 'shift1', times: Number.POSITIVE_INFINITY, manner: 'error' }],
    });
    assert.equal(ended.succeeded, false);
    const before = await world.state();
    const told = world.account.published.length;
    world.host.path.length = 0;
    const [failed] = world.account.executions.all.filter(({ state }) => state === 'FAILED');
    assert.equal((await say(world, failed!, 'release')).status, 200);
    assert.equal((await world.last()).succeeded, true);
    assert.deepEqual(
      world.host.path.filter((step) => !step.endsWith('/stopped')),
      ['verify'],
    );
    expectMatch(await world.state(), before);
    expectMatch(before, CHAMPION_STAYS);
    assert.equal(world.account.published.length, told);
  }),
  release('of another workflow', 'is nothing to do with it', async (world) => {
    const execution = await stopRelease(world, 'look1');
    const other = { ...execution, name: execution.name.replace(/workflows\/[^/]+/, 'workflows/another') };
    assert.deepEqual(await say(world, other, 'release'), { status: 200, text: '{"ignored":true}' });
    assert.equal(recoveries(world).length, 0);
  }),
];

const pipeline = (
  row: string,
  title: string,
  run: (world: PipelineWorld) => Promise<void>,
  deployed: () => ReturnType<typeof smokeTemplate> = () => template('allAtOnce'),
): Case => ({
  row: `stopped: a run of the pipeline ${row}`,
  title,
  run: async (engine) => {
    const world = await PipelineWorld.served(await deployed(), engine);
    await run(world).finally(() => world.close());
  },
});

const stopRun = (world: PipelineWorld, step: string): Promise<Execution> =>
  stoppedAt(world, step, () =>
    world.ports.workflows.start('pipeline', 'run-2', { startedBy: 'ann@example.com', cause: 'manual', commit: 'abc' }),
  );

/** The run has left no version, no job that runs and no endpoint of its candidate; why stands in the ledger, and was told once. */
async function expectStopped(world: PipelineWorld, reason: RegExp, versions: object = { 1: 'released' }) {
  await world.time.until(world.time.sleep(4 * HOUR_MS));
  const state = await world.pipelineState();
  expectMatch(state, { versions, champion: '1', chainHolds: true, told: ['pipelineFailure'], running: 0 }, state.last);
  expectMatch(state.last!, { action: 'pipelineFailed', actor: 'ann@example.com' });
  expectMatch(state.last!.details, { run: 'run-2' });
  assert.match(JSON.stringify(state.last), reason);
  const { account, deployed } = world;
  assert.deepEqual([...account.endpoints.all.keys()], [deployed.endpoint]);
  assert.deepEqual(
    [...account.models.all.keys()].filter((name) => name.includes('smoke')),
    [],
  );
}

/** Calls that the message of a run makes. */
const RUN_OPERATIONS = [
  'aiplatform.batchPredictionJobs.list',
  'aiplatform.customJobs.cancel',
  'aiplatform.customJobs.list',
  'monitoring.timeSeries.create',
  'storage.objects.get',
  'storage.objects.insert',
  'storage.objects.list',
  'workflowexecutions.executions.get',
] as const;
const CANCELLED = /somebody has stopped the run \(CANCELLED\)/;

const pipelineCases: readonly Case[] = [
  ...['validate', 'train.start', 'train.finish', 'scoreCandidate.start', 'scoreChampion.finish', 'gate'].map((step) =>
    pipeline('that a person cancels, at each task', `${step}: it is recorded, and no job goes on`, async (world) => {
      const execution = await stopRun(world, step);
      assert.equal((await say(world, execution, 'pipeline')).status, 200);
      await expectStopped(world, CANCELLED);
    }),
  ),
  pipeline('that a person cancels', 'while a job runs: the job is cancelled', async (world) => {
    world.jobs.endings['customJobs'] = 'never';
    const execution = await stopRun(world, 'train.start');
    await world.time.until(world.time.sleep(30 * MINUTE_MS));
    assert.equal((await world.pipelineState()).running, 1);
    assert.equal((await say(world, execution, 'pipeline')).status, 200);
    await expectStopped(world, CANCELLED);
  }),
  pipeline('that a person cancels', 'at register: the version is there, and nobody releases it', async (world) => {
    const execution = await stopRun(world, 'register');
    assert.equal((await say(world, execution, 'pipeline')).status, 200);
    await expectStopped(world, CANCELLED, { 1: 'released', 2: 'approved' });
    assert.equal((await world.pipelineState()).releases, 1);
  }),
  ...['scoreCandidate.finish', 'scoreChampion.start'].map((step) =>
    pipeline(
      'that a person cancels',
      `at ${step} of a gate with a bound of latency: no endpoint stays`,
      async (world) => {
        const execution = await stopRun(world, step);
        // The call that asks the candidate goes on meanwhile.
        await world.time.until(world.time.sleep(2 * MINUTE_MS));
        assert.equal(world.account.endpoints.all.size, step === 'scoreCandidate.finish' ? 2 : 1);
        assert.equal((await say(world, execution, 'pipeline')).status, 200);
        await expectStopped(world, CANCELLED);
      },
      smokeTemplate,
    ),
  ),
  ...(['unavailable', 'lost'] as readonly Manner[]).flatMap((manner) =>
    RUN_OPERATIONS.map((operation) =>
      pipeline(`that a person cancels, each call fails once: ${manner}`, operation, async (world) => {
        world.jobs.endings['customJobs'] = 'never';
        const execution = await stopRun(world, 'train.start');
        await world.time.until(world.time.sleep(30 * MINUTE_MS));
        world.account.fail({ operation, times: 1, manner });
        assert.equal((await say(world, execution, 'pipeline')).status, 200);
        await expectStopped(world, CANCELLED);
      }),
    ),
  ),
  pipeline('that a person cancels', 'it is told twice: it is recorded and told once', async (world) => {
    const execution = await stopRun(world, 'train.start');
    for (let time = 0; time < 2; time++) assert.equal((await say(world, execution, 'pipeline')).status, 200);
    await expectStopped(world, CANCELLED);
  }),
  pipeline('that broke before it could say why', 'its end is recorded later', async (world) => {
    const ended = await world.train('run-2', {
      steps: [
        { step: 'train.start', times: Number.POSITIVE_INFINITY, manner: 'error' },
        { step: 'recordFailure', times: Number.POSITIVE_INFINITY, manner: 'error' },
      ],
    });
    assert.equal(ended.succeeded, false);
    world.host.heal();
    const execution = world.account.executions.all.at(-1)!;
    assert.equal((await say(world, execution, 'pipeline')).status, 200);
    await expectStopped(world, /the run broke \(FAILED\)/);
  }),
  pipeline('that failed by itself', 'is not recorded twice', async (world) => {
    await world.train('run-2', { steps: [{ step: 'gate', times: Number.POSITIVE_INFINITY, manner: 'error' }] });
    world.host.heal();
    const execution = world.account.executions.all.at(-1)!;
    assert.equal((await say(world, execution, 'pipeline')).status, 200);
    await expectStopped(world, /gate was made to fail/);
  }),
];

/** An execution that somebody stops runs no step any more: what it has left is taken away by who hears of it. */
export const stoppedCases: readonly Case[] = [...releaseCases, ...pipelineCases];
