import { NO_FILES, type RunDocument, RunStore } from '../../../src/local/engine/run-store';
import { StepRunner } from '../../../src/local/engine/step-runner';
import { planPlatform } from '../../../src/plan/plan-platform';
import { verifyChain } from '../../../src/runtime/core/ledger';
import { type Ports, readRegistry, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import { tinyDefinition } from '../../local/support/tiny-platform';
import { type MemoryWorld, memoryWorld, registered } from './world';

type Arm = (request: number) => { readonly latencyMs: number; readonly failed: boolean };
const healthy: Arm = (request) => ({ latencyMs: 10 + (request % 10), failed: request % 500 === 0 });

/** The plan's own release graph on memory ports, with traffic while it waits. */
async function release(
  world: MemoryWorld,
  version: number,
  options: {
    readonly perMinute?: number;
    readonly challenger?: Arm;
    readonly shadow?: boolean;
    readonly captured?: boolean;
    readonly onConcurrent?: 'queue' | 'supersede';
    /** Ends when the release waits for another one. */
    readonly stopsInQueue?: boolean;
    /** What happens while it waits for its next look. */
    readonly meanwhile?: (world: MemoryWorld) => Promise<void>;
  } = {},
): Promise<RunDocument> {
  const { perMinute = 600, challenger = healthy, shadow = false, captured = true, stopsInQueue, meanwhile } = options;
  const definition = structuredClone(tinyDefinition()) as {
    models: { line: { release: Record<string, unknown>; serving: Record<string, unknown> } };
  };
  if (!captured) definition.models.line.serving['capturePercent'] = 0;
  definition.models.line.release = {
    steps: [{ percent: 50, hold: '10m' }],
    finalHold: '5m',
    ...(shadow && { shadow: { duration: '10m', maxDisagreementPercent: 5 } }),
    analysis: { minRequests: 500 },
    onConcurrent: options.onConcurrent ?? 'queue',
  };
  const graph = planPlatform(definition).models['line']!.endpoint.graph;
  const store = new RunStore({
    files: NO_FILES,
    startAt: { pipeline: graph.startAt, release: graph.startAt },
    now: () => world.clock.now(),
  });
  let sent = 0;
  const wait = async (seconds: number): Promise<void> => {
    const { live, mirrored } = await world.serving.read();
    const from = world.clock.now();
    const count = Math.round((seconds * perMinute) / 60);
    for (let i = 0; i < count; i++) {
      const at = from + (i * seconds) / count;
      sent += 1;
      const arm =
        sent % 100 < (live[version] ?? 0)
          ? version
          : Number(Object.keys(live).find((one) => Number(one) !== version) ?? version);
      const behave = arm === version ? challenger : healthy;
      const prediction = captured ? (sent * 7) % 100 : null;
      world.telemetry.requests.push({ version: arm, at, prediction, ...behave(sent) });
      if ((mirrored[version] ?? 0) > 0) {
        world.telemetry.requests.push({ version, at, prediction: (sent * 7) % 100, ...challenger(sent) });
        world.telemetry.mirrored.push({
          at,
          champion: 1,
          challenger: sent % 2 === 0 || challenger === healthy ? 1 : 2,
        });
      }
    }
    world.clock.advanceTo(from + seconds);
  };
  const runner = new StepRunner({
    graphs: { pipeline: graph, release: graph },
    store,
    callTask: (event) => USE_CASE_FUNCTIONS[event.use](event, world as unknown as Ports),
    runJob: () => Promise.reject(new Error('a release has no jobs')),
    jobSeconds: () => 0,
    now: () => world.clock.now(),
  });
  const name = `release-${version}`;
  await world.workflows.start('release', name, {});
  await store.start('release', name, { version, requestedBy: 'test' });
  let run = await runner.advance(store.read('release', name)!);
  while (run.outcome === 'running' && !(run.next === 'verify' && stopsInQueue)) {
    await wait(run.wakeAt - world.clock.now());
    await meanwhile?.(world);
    run = await runner.advance(run);
  }
  return run;
}

async function withChampion(): Promise<MemoryWorld> {
  const world = memoryWorld();
  await registered(world, 1);
  expect((await release(world, 1)).next).toBe('released');
  await registered(world, 2);
  return world;
}

const lockOf = async (world: MemoryWorld) => (await world.state.read('release-lock/m'))!.value;

/** What has to be so after a release that was taken back. */
async function expectTakenBack(world: MemoryWorld): Promise<void> {
  expect(await world.serving.read()).toMatchObject({ status: 'ready', live: { 1: 100 }, mirrored: {} });
  const { aliases, versions } = await readRegistry(world);
  expect(aliases).toEqual({ champion: '1', challenger: null, previous: null });
  expect(versions['2']!.state).not.toBe('released');
  expect(await lockOf(world)).toEqual({ run: null, version: null, supersededBy: null, recoveredBy: null });
  expect(world.metrics.points.filter(({ name }) => name === 'ReleaseRolledBack')).toHaveLength(1);
  expect(verifyChain(await world.ledger.read(1)).ok).toBe(true);
}

describe('a release', () => {
  it('of the first version creates the endpoint with all traffic', async () => {
    const world = memoryWorld();
    await registered(world, 1);
    const run = await release(world, 1);
    expect(run).toMatchObject({ outcome: 'succeeded', next: 'released' });
    expect(run.finished.map(({ step }) => step)).toEqual(['verify', 'deployFirst', 'promote']);
    expect((await world.serving.read()).live).toEqual({ 1: 100 });
    expect((await readRegistry(world)).aliases.champion).toBe('1');
    expect(world.catalogue.labels.get('m/1')).toEqual({ approved: true, aliases: ['champion'] });
  });

  it('of a healthy challenger goes through its steps and makes it the champion', async () => {
    const world = await withChampion();
    const run = await release(world, 2, { shadow: true });
    expect(run).toMatchObject({ outcome: 'succeeded', next: 'released' });
    expect(run.finished.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['shadowLook', 'shift1', 'look1', 'shift2', 'promote']),
    );
    expect((await world.serving.read()).live).toEqual({ 2: 100 });
    expect((await readRegistry(world)).aliases).toEqual({ champion: '2', challenger: null, previous: '1' });
    expect(await lockOf(world)).toEqual({ run: null, version: null, supersededBy: null, recoveredBy: null });
    const actions = ((await world.ledger.read(1)) as { action: string; version: string }[]).filter(
      ({ version }) => version === '2',
    );
    expect(actions.map(({ action }) => action)).toEqual(['register', 'gate', 'approve', 'challenge', 'promote']);
  });

  it('without captured answers is judged by errors and latency', async () => {
    const world = await withChampion();
    expect(await release(world, 2, { captured: false })).toMatchObject({ outcome: 'succeeded', next: 'released' });
    expect((await world.serving.read()).live).toEqual({ 2: 100 });
    const failing = await withChampion();
    await release(failing, 2, {
      captured: false,
      challenger: (request) => ({ latencyMs: 10, failed: request % 10 === 0 }),
    });
    await expectTakenBack(failing);
  });

  it('of a challenger that fails requests is taken back, with its reason', async () => {
    const world = await withChampion();
    const run = await release(world, 2, { challenger: (request) => ({ latencyMs: 12, failed: request % 10 === 0 }) });
    expect(run).toMatchObject({ outcome: 'failed', next: 'rolledBack' });
    await expectTakenBack(world);
    expect(world.notifier.sent.at(-1)).toMatchObject({ kind: 'releaseRolledBack' });
  });

  it('is in the ledger also when the call that took it back died before it could tell', async () => {
    const world = await withChampion();
    const { ledger } = world;
    const append = ledger.append.bind(ledger);
    let deaths = 0;
    ledger.append = (number, record) =>
      (record as { readonly action?: string }).action === 'rollback' && deaths++ === 0
        ? Promise.reject(new Error('power cut'))
        : append(number, record);
    await release(world, 2, { challenger: (request) => ({ latencyMs: 12, failed: request % 10 === 0 }) });
    expect(deaths).toBe(2);
    await expectTakenBack(world);
    const records = (await ledger.read(1)) as readonly { readonly action?: string }[];
    expect(records.filter(({ action }) => action === 'rollback')).toHaveLength(1);
  });

  it('whose mirrored answers differ never gets live traffic', async () => {
    const world = await withChampion();
    const run = await release(world, 2, { shadow: true, challenger: (request) => ({ ...healthy(request) }) });
    expect(run.next).toBe('rolledBack');
    expect(run.finished.some(({ step }) => step === 'shift1')).toBe(false);
    await expectTakenBack(world);
    const records = (await world.ledger.read(1)) as readonly { readonly action?: string; readonly version?: string }[];
    expect(records.at(-1)).toMatchObject({ action: 'releaseFailed', version: '2', verdict: 'fail' });
    expect(JSON.stringify(records.at(-1))).toContain('answers differ');
  });

  it('without traffic is never promoted: it waits for a person, then the champion stays', async () => {
    const world = await withChampion();
    const before = world.clock.now();
    const run = await release(world, 2, { perMinute: 0 });
    expect(run.next).toBe('rolledBack');
    await expectTakenBack(world);
    expect(world.notifier.sent.filter(({ kind }) => kind === 'releasePaused')).toHaveLength(1);
    expect(world.clock.now() - before).toBeGreaterThan(24 * 3600);
  });

  it('is taken back by a page alarm', async () => {
    const world = await withChampion();
    world.telemetry.alarms = ['endpoint-errors'];
    const run = await release(world, 2);
    expect(run.next).toBe('rolledBack');
    await expectTakenBack(world);
  });

  it('of an artifact that was changed is refused, recorded, and changes nothing', async () => {
    const world = await withChampion();
    await world.artifacts.put('runs/run-2/model/weights.json', new TextEncoder().encode('{"v":"evil"}'));
    const run = await release(world, 2);
    expect(run).toMatchObject({ outcome: 'failed', next: 'rejected' });
    expect((run.state['error'] as { message: string }).message).toContain('artifactChanged');
    expect((await world.serving.read()).live).toEqual({ 1: 100 });
    expect((await readRegistry(world)).aliases.challenger).toBeNull();
    expect(await lockOf(world)).toEqual({ run: null, version: null, supersededBy: null, recoveredBy: null });
    const records = (await world.ledger.read(1)) as unknown as { action: string; verdict: string; details: object }[];
    expect(records.slice(-2)).toMatchObject([
      { action: 'verify', verdict: 'refused' },
      {
        action: 'releaseFailed',
        verdict: 'refused',
        version: '2',
        details: { reason: expect.stringContaining('artifactChanged') },
      },
    ]);
    expect(world.notifier.sent).toMatchObject([
      { severity: 'ticket', subject: 'm: the release of version 2 could not begin' },
    ]);
  });

  it('whose roll-back never works is tried until the time of its graph is over, and told once', async () => {
    const world = await withChampion();
    const { serving } = world;
    let isBroken = false;
    const setTraffic = serving.setTraffic.bind(serving);
    serving.setTraffic = (version, percent) =>
      isBroken && percent === 0 ? Promise.reject(new Error('the cloud is away')) : setTraffic(version, percent);
    isBroken = true;
    const began = world.clock.now();
    const run = await release(world, 2, {
      challenger: (request) => ({ latencyMs: 12, failed: request % 10 === 0 }),
      perMinute: 60,
    });
    expect(run).toMatchObject({ outcome: 'failed', next: 'rollBackAgain' });
    expect(run.finished.filter(({ step }) => step === 'rollBackAgain').length).toBeGreaterThan(10);
    expect(world.notifier.sent.filter(({ severity }) => severity === 'page')).toHaveLength(1);
    expect(world.clock.now() - began).toBeGreaterThan(6 * 3600);
  });

  it('waits while another one goes on, changes nothing meanwhile, and follows when that has ended', async () => {
    const world = await withChampion();
    await world.workflows.start('release', 'another', {});
    await holdLock(world, { run: 'another', version: 9, supersededBy: null, recoveredBy: null });
    const waiting = await release(world, 2, { stopsInQueue: true });
    expect(waiting).toMatchObject({ outcome: 'running', state: { verified: { admitted: false } } });
    expect(await lockOf(world)).toEqual({ run: 'another', version: 9, supersededBy: null, recoveredBy: null });
    expect((await world.serving.read()).live).toEqual({ 1: 100 });
    let looks = 0;
    const run = await release(world, 2, {
      meanwhile: async () => {
        looks += 1;
        if (looks === 3) world.workflows.end('release', 'another', 'failed');
      },
    });
    expect(run.next).toBe('released');
    expect((await world.serving.read()).live).toEqual({ 2: 100 });
  });

  it('that waits asks an older one to give way, where it supersedes', async () => {
    const world = await withChampion();
    await world.workflows.start('release', 'older', {});
    await holdLock(world, { run: 'older', version: 1, supersededBy: null, recoveredBy: null });
    await release(world, 2, { onConcurrent: 'supersede', stopsInQueue: true });
    expect(await lockOf(world)).toEqual({ run: 'older', version: 1, supersededBy: 2, recoveredBy: null });
    await holdLock(world, { run: 'older', version: 9, supersededBy: null, recoveredBy: null });
    await release(world, 2, { onConcurrent: 'supersede', stopsInQueue: true });
    // An older version asks nobody.
    expect(await lockOf(world)).toEqual({ run: 'older', version: 9, supersededBy: null, recoveredBy: null });
  });

  it('that is superseded goes back at its next look, and the newer one is the next that gets the lock', async () => {
    const world = await withChampion();
    let looks = 0;
    const run = await release(world, 2, {
      onConcurrent: 'supersede',
      meanwhile: async () => {
        looks += 1;
        if (looks === 3) await holdLock(world, { run: 'release-2', version: 2, supersededBy: 3 });
      },
    });
    expect(run).toMatchObject({
      outcome: 'failed',
      next: 'rolledBack',
      state: { analysis: { reason: { code: 'superseded' } } },
    });
    expect((await world.serving.read()).live).toEqual({ 1: 100 });
    expect(await lockOf(world)).toEqual({ run: null, version: null, supersededBy: 3, recoveredBy: null });
    const outdated = await release(world, 2, { onConcurrent: 'supersede' });
    expect(outdated).toMatchObject({ outcome: 'failed', next: 'rejected', state: { rejection: { told: false } } });
    await registered(world, 3);
    expect((await release(world, 3, { onConcurrent: 'supersede' })).next).toBe('released');
  });
});

async function holdLock(world: MemoryWorld, lock: object): Promise<void> {
  const found = await world.state.read('release-lock/m');
  await world.state.compareAndSwap('release-lock/m', found?.version ?? null, lock as never);
}
