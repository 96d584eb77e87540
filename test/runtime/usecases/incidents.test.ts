import { NO_FILES, type RunDocument, RunStore } from '../../../src/local/engine/run-store';
import { StepRunner } from '../../../src/local/engine/step-runner';
import { incidentGraph } from '../../../src/plan/incident-graph';
import { graphFaults } from '../../../src/plan/step-graph';
import { MemoryIncidentTracker } from '../../../src/runtime/adapters/memory/memory-incident-tracker';
import { verifyChain } from '../../../src/runtime/core/ledger';
import { type Ports, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import { noteDeployment } from '../../../src/runtime/usecases/deployment-log';
import { memoryWorld, START } from './world';

const ESCALATE_AFTER = 900;
const graph = incidentGraph('m', { escalateAfterSeconds: ESCALATE_AFTER, postmortemWithinSeconds: 5 * 86_400 });
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

function worldWithTracker() {
  const world = { ...memoryWorld(), incidents: new MemoryIncidentTracker() };
  const ports = world as unknown as Ports;
  /** What the alarm's own name is, and what its page alarm starts. */
  const alarmFires = async (
    alarm = 'm-endpoint-errors',
    run = 'event-1',
    { at = world.clock.now(), group = null as string | null } = {},
  ) => {
    const store = new RunStore({
      files: NO_FILES,
      startAt: { pipeline: graph.startAt, release: graph.startAt },
      now: () => world.clock.now(),
    });
    const runner = new StepRunner({
      graphs: { pipeline: graph, release: graph },
      store,
      callTask: (event) => USE_CASE_FUNCTIONS[event.use](event, ports),
      runJob: () => Promise.reject(new Error('an incident has no jobs')),
      jobSeconds: () => 0,
      now: () => world.clock.now(),
    });
    const input = {
      kind: 'endpointErrors',
      severity: 'page',
      runbook: 'r',
      text: 'it fails',
      alarm,
      at: iso(at),
      group,
    };
    await store.start('release', run, input);
    let document = await runner.advance(store.read('release', run)!);
    /** Lets time pass until somebody would be told again. */
    const later = async (): Promise<RunDocument> => {
      world.clock.advanceTo(Math.max(world.clock.now(), document.wakeAt));
      document = await runner.advance(document);
      return document;
    };
    return { later, document: () => document };
  };
  const alarmIsOver = (alarm = 'm-endpoint-errors', at = world.clock.now()) =>
    USE_CASE_FUNCTIONS.resolveIncident(
      {
        use: 'resolveIncident',
        step: 'alarm',
        run: `over-${at}`,
        arguments: { model: 'm' },
        state: { alarm, at: iso(at) },
      },
      ports,
    );
  const report = () =>
    USE_CASE_FUNCTIONS.reportDora(
      { use: 'reportDora', step: 'dora', run: 'r', arguments: { model: 'm', windowSeconds: 30 * 86_400 }, state: {} },
      ports,
    );
  const actions = async () =>
    (await world.ledger.read(1)).map((record) => (record as unknown as { action: string }).action);
  return { world, ports, alarmFires, alarmIsOver, report, actions };
}

test('the graph of an incident is sound', () => {
  expect(graphFaults(graph)).toEqual([]);
});

test('a page alarm opens an entry with its runbook and the day of the postmortem, and tells nobody twice', async () => {
  const { world, alarmFires, actions } = worldWithTracker();
  await alarmFires();
  expect([...world.incidents.entries.values()]).toEqual([
    expect.objectContaining({
      key: 'm-endpoint-errors',
      kind: 'endpointErrors',
      severity: 'page',
      runbook: 'r',
      postmortemDueAtSeconds: START + 5 * 86_400,
      status: 'open',
    }),
  ]);
  // The alarm's own message has told them.
  expect(world.notifier.sent).toEqual([]);
  expect(await actions()).toEqual(['incident']);
});

test('an alarm that fires again, and an event that comes twice, are the same incident', async () => {
  const { world, alarmFires, actions } = worldWithTracker();
  const first = await alarmFires();
  for (const run of ['event-1-again', 'event-2']) {
    const { document } = await alarmFires('m-endpoint-errors', run);
    expect(document()).toMatchObject({ outcome: 'succeeded', state: { incident: { isNew: false } } });
  }
  expect(world.incidents.entries.size).toBe(1);
  expect(await actions()).toEqual(['incident']);
  await alarmFires('m-endpoint-latency-p99', 'event-3');
  expect(world.incidents.entries.size).toBe(2);
  expect(first.document()).toMatchObject({ outcome: 'running', next: 'escalate' });
});

test('what nobody takes is told again, three times, and stays open in the records', async () => {
  const { world, alarmFires, actions } = worldWithTracker();
  const { later, document } = await alarmFires();
  while (document().outcome === 'running') await later();
  expect(world.notifier.sent.map(({ severity, subject }) => [severity, subject])).toEqual([
    ['page', 'm: endpointErrors, and nobody has taken it for 15 min'],
    ['page', 'm: endpointErrors, and nobody has taken it for 30 min'],
    ['page', 'm: endpointErrors, and nobody has taken it for 45 min'],
  ]);
  expect(world.notifier.sent[0]!.text).toContain('incident-1');
  expect(await actions()).toEqual(['incident', ...Array(3).fill('incidentEscalated')]);
  expect([...world.incidents.entries.values()][0]!.status).toBe('open');
  expect(verifyChain(await world.ledger.read(1)).ok).toBe(true);
});

test.each(['taken', 'resolved'] as const)('an incident that a person has %s is not told again', async (status) => {
  const { world, alarmFires, actions } = worldWithTracker();
  const { later } = await alarmFires();
  world.incidents.entries.get('incident-1')!.status = status;
  expect(await later()).toMatchObject({ outcome: 'succeeded', next: 'over' });
  expect(world.notifier.sent).toEqual([]);
  expect(await actions()).toEqual(status === 'taken' ? ['incident'] : ['incident', 'incidentResolved']);
});

describe('alarms of a group', () => {
  const OUTAGE = ['m-endpoint-errors', 'm-endpoint-latency-p99', 'm-availability-burn-1h'] as const;
  const outage = async () => {
    const all = worldWithTracker();
    const runs = [];
    for (const [place, alarm] of OUTAGE.entries()) {
      all.world.clock.advanceTo(START + 60 * place);
      runs.push(await all.alarmFires(alarm, `event-${place}`, { group: 'service' }));
    }
    return { ...all, runs };
  };
  const untilOver = async (runs: readonly { later: () => Promise<RunDocument>; document: () => RunDocument }[]) => {
    for (;;) {
      const [next] = runs
        .filter(({ document }) => document().outcome === 'running')
        .sort((a, b) => a.document().wakeAt - b.document().wakeAt);
      if (next === undefined) return;
      await next.later();
    }
  };

  test('have a record each, and are told again as one', async () => {
    const { world, runs, actions } = await outage();
    expect(await actions()).toEqual(['incident', 'incident', 'incident']);
    expect(world.notifier.sent).toEqual([]);
    await untilOver(runs);
    expect(world.notifier.sent.map(({ text }) => text.includes('(incident-1)'))).toEqual([true, true, true]);
    expect(runs.map(({ document }) => document().outcome)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  test('are all taken by who takes the first one', async () => {
    const { world, runs } = await outage();
    world.incidents.entries.get('incident-1')!.status = 'taken';
    await untilOver(runs);
    expect(world.notifier.sent).toEqual([]);
  });

  test('are told of by the next one once the first is over', async () => {
    const { world, runs, alarmIsOver } = await outage();
    world.clock.advanceTo(START + 300);
    await alarmIsOver('m-endpoint-errors');
    await runs[0]!.later();
    await runs[1]!.later();
    expect(world.notifier.sent).toMatchObject([{ text: expect.stringContaining('(incident-2)') }]);
  });

  test('are told of by the next one when what looked after the first has died, or never began', async () => {
    const { world, runs } = await outage();
    world.incidents.entries.get('incident-1')!.status = 'abandoned';
    await runs[1]!.later();
    expect(world.notifier.sent).toMatchObject([{ text: expect.stringContaining('(incident-2)') }]);
    // The third one is silent, as the second is looked after.
    await runs[2]!.later();
    expect(world.notifier.sent).toHaveLength(1);
  });

  test('page anew when one fires long after the others: the page of the group was not about it', async () => {
    const { world, alarmFires } = await outage();
    world.incidents.entries.get('incident-1')!.status = 'taken';
    world.clock.advanceTo(START + 2 * ESCALATE_AFTER);
    await alarmFires('m-quality-auc', 'event-8', { group: 'quality' });
    expect(world.notifier.sent).toEqual([]);
    await alarmFires('m-availability-burn-6h', 'event-9', { group: 'service' });
    expect(world.notifier.sent).toMatchObject([{ severity: 'page', subject: 'm: endpointErrors' }]);
  });
});

test('an alarm that is over ends its incident, and the next one is another', async () => {
  const { world, alarmFires, alarmIsOver } = worldWithTracker();
  const { later } = await alarmFires();
  world.clock.advanceTo(START + 300);
  expect(await alarmIsOver()).toEqual({ resolved: 'record:event-1' });
  expect(await alarmIsOver()).toEqual({ resolved: null });
  expect(world.incidents.entries.get('incident-1')!.status).toBe('resolved');
  expect(await later()).toMatchObject({ outcome: 'succeeded', next: 'over' });
  expect(world.notifier.sent).toEqual([]);
  await alarmFires('m-endpoint-errors', 'event-2');
  expect([...world.incidents.entries.values()].map(({ status }) => status)).toEqual(['resolved', 'open']);
});

test('a report that comes late does not end what has begun again since', async () => {
  const { world, alarmFires, alarmIsOver } = worldWithTracker();
  await alarmFires();
  world.clock.advanceTo(START + 600);
  await alarmFires('m-endpoint-errors', 'event-2');
  expect(await alarmIsOver('m-endpoint-errors', START + 300)).toEqual({ resolved: null });
  expect(world.incidents.entries.get('incident-1')!.status).toBe('open');
});

describe('reports that come in the wrong order', () => {
  test('an alarm that was over before it was reported to fire has a record, and nobody looks after it', async () => {
    const { world, alarmFires, alarmIsOver, actions, report } = worldWithTracker();
    world.clock.advanceTo(START + 300);
    expect(await alarmIsOver('m-endpoint-errors', START + 240)).toEqual({ resolved: null });
    const { document } = await alarmFires('m-endpoint-errors', 'event-1', { at: START });
    expect(document()).toMatchObject({ outcome: 'succeeded', next: 'over', state: { incident: { isNew: false } } });
    expect([...world.incidents.entries.values()].map(({ status }) => status)).toEqual(['resolved']);
    expect(await actions()).toEqual(['incident', 'incidentResolved']);
    expect(world.notifier.sent).toEqual([]);
    await report();
    // What fires after that is another one.
    const next = await alarmFires('m-endpoint-errors', 'event-2', { at: START + 300 });
    expect(next.document()).toMatchObject({ outcome: 'running', state: { incident: { isNew: true } } });
  });

  test('a record that is made again after the alarm was over stays closed', async () => {
    const { world, alarmFires, alarmIsOver, actions } = worldWithTracker();
    await alarmFires('m-endpoint-errors', 'event-1', { at: START });
    await alarmIsOver('m-endpoint-errors', START + 60);
    const again = await alarmFires('m-endpoint-errors', 'event-1', { at: START });
    expect(again.document()).toMatchObject({ outcome: 'succeeded', next: 'over' });
    expect(await actions()).toEqual(['incident', 'incidentResolved']);
    expect([...world.incidents.entries.values()].every(({ status }) => status === 'resolved')).toBe(true);
  });
});

test('a step that fails in between is made again without a second record', async () => {
  const { world, alarmFires, actions } = worldWithTracker();
  const { open } = world.incidents;
  world.incidents.open = () => Promise.reject(new Error('throttled'));
  expect((await alarmFires()).document()).toMatchObject({ outcome: 'failed', next: 'notRecorded' });
  world.incidents.open = open.bind(world.incidents);
  const { document } = await alarmFires();
  expect(document()).toMatchObject({ outcome: 'running', state: { incident: { isNew: true, ticket: 'incident-1' } } });
  expect(await actions()).toEqual(['incident']);
});

test('incidents of alarms count against the last deployment of their own model, with the time until they are over', async () => {
  const { world, ports, alarmFires, alarmIsOver, report } = worldWithTracker();
  const day = 86_400;
  for (let release = 1; release <= 5; release++) {
    const live = START + release * day;
    world.clock.advanceTo(live);
    const facts = {
      changes: [{ id: `commit-${release}`, startedAtSeconds: live - 3600 }],
      firstLiveAtSeconds: live,
      completedAtSeconds: live + 60,
    };
    await noteDeployment(world, `release-${release}`, facts);
    await noteDeployment({ ...world, model: 'other' }, `other-${release}`, facts);
    if (release > 3) continue;
    world.clock.advanceTo(live + 3600);
    await alarmFires('m-endpoint-errors', `event-${release}`);
    world.clock.advanceTo(live + 3600 + 1200);
    await alarmIsOver();
  }
  world.clock.advanceTo(START + 6 * day);
  expect(await report()).toMatchObject({
    changeFailRate: { value: 60 },
    failedDeploymentRecoveryTime: { value: 1200 },
  });
  const ofOther = await USE_CASE_FUNCTIONS.reportDora(
    { use: 'reportDora', step: 'dora', run: 'r', arguments: { model: 'other', windowSeconds: 30 * day }, state: {} },
    { ...ports, model: 'other' },
  );
  expect(ofOther).toMatchObject({ changeFailRate: { value: 0 } });
});

test('without a tracker the records and the messages are all there is', async () => {
  const world = memoryWorld();
  const event = {
    use: 'recordIncident' as const,
    step: 'reportRollBack',
    run: 'release-1',
    arguments: { model: 'm', kind: 'releaseRolledBack', severity: 'page' },
    state: { error: { message: 'no answer' } },
  };
  const answer = await USE_CASE_FUNCTIONS.recordIncident(event, world as unknown as Ports);
  expect(answer).toMatchObject({ id: 'reportRollBack:release-1', isNew: true, ticket: null });
  expect(world.notifier.sent).toMatchObject([{ severity: 'page', kind: 'releaseRolledBack', text: 'no answer' }]);
});
