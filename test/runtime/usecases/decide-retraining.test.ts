import { retrainingSchema } from '../../../src/definition/retraining';
import { toJson } from '../../../src/kernel/json';
import type { LedgerRecord } from '../../../src/runtime/core/ledger';
import type { SqlEngine } from '../../../src/runtime/ports';
import { duckdb } from '../../../src/runtime/sql/dialects/duckdb';
import { type Ports, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import { finishRetraining } from '../../../src/runtime/usecases/finish-retraining';
import { applyToRegistry } from '../../../src/runtime/usecases/registry-document';
import { type MemoryWorld, memoryWorld, POLICY, registered, START } from './world';

/** A champion, and so many labels since it was trained. */
async function worldWith(labels: number): Promise<MemoryWorld & Pick<Ports, 'sql' | 'dialect' | 'data'>> {
  const world = memoryWorld();
  const { artifactDigest } = await registered(world, 1);
  await applyToRegistry(
    world,
    () => [{ kind: 'promote', id: 'p', version: '1', by: 'release', observedDigest: artifactDigest, replaces: null }],
    POLICY,
    { commit: null, dataDigest: null },
  );
  const sql: SqlEngine = {
    query: async () => [{ label_count: BigInt(labels), newest_ms: BigInt(START * 1000) }],
    close: async () => undefined,
  };
  const data = { table: async () => ['t'], labels: async () => undefined } as unknown as Ports['data'];
  return { ...world, sql, dialect: duckdb, data };
}

const POLICY_JSON = toJson(retrainingSchema.parse({ on: ['quality'], minNewLabels: 100, cooldown: '7d' }));

const decide = (world: object, state: object, run = 'r') =>
  USE_CASE_FUNCTIONS.decideRetraining(
    {
      use: 'decideRetraining',
      step: 's',
      run,
      arguments: { model: 'm', retraining: POLICY_JSON, budget: null },
      state: toJson(state) as { readonly [key: string]: never },
    },
    world as Ports,
  );

/** A port whose method dies when it is called. */
const cutAt = <T extends object>(port: T, method: keyof T): T =>
  new Proxy(port, {
    get: (target, name) => {
      if (name === method) return () => Promise.reject(new Error('power cut'));
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const asked = { cause: 'quality', windowEndSeconds: START, text: 'mae 80, limit 70' };

describe('the budget of the month', () => {
  const NOW = START + 10 * 86_400;
  const RUN = {
    id: 'x',
    key: 'k',
    trigger: { kind: 'quality', windowEndSeconds: NOW - 200, text: 'mae' },
    endedAtSeconds: NOW - 100,
    outcome: 'succeeded',
  };

  async function decideWith(startedAtSeconds: number, estimatedRunCost: number | null) {
    const world = await worldWith(500);
    world.clock.advanceTo(NOW);
    const before = { runs: [{ ...RUN, startedAtSeconds }], failuresInARow: 0, pending: null, told: [] };
    await world.state.compareAndSwap('retraining/m', null, toJson({ state: before, outbox: [], latest: null }));
    const retraining = toJson(retrainingSchema.parse({ on: ['quality'], minNewLabels: 100, cooldown: '1m' }));
    const budget = { monthly: 50, onExceeded: 'blockTraining' };
    const event = {
      use: 'decideRetraining',
      step: 's',
      run: 'r',
      arguments: { model: 'm', retraining, budget, estimatedRunCost },
      state: toJson(asked),
    } as const;
    return USE_CASE_FUNCTIONS.decideRetraining(event as never, world as unknown as Ports);
  }

  it('counts the runs of this month at their estimate', async () => {
    expect(await decideWith(NOW - 150, 30)).not.toMatchObject({ action: 'retrain' });
    expect(await decideWith(NOW - 150, 20)).toMatchObject({ action: 'retrain' });
    expect(await decideWith(NOW - 40 * 86_400, 30)).toMatchObject({ action: 'retrain' });
  });

  it('does not start what it cannot price', async () => {
    expect(await decideWith(NOW - 150, null)).not.toMatchObject({ action: 'retrain' });
  });
});

describe('a budget that was really used up', () => {
  const spend = { periodStartSeconds: START, cost: 60, budget: 50, currency: 'EUR', saidAtSeconds: START + 60 };
  const decideAt = async (world: object, onExceeded: string) => {
    const budget = { monthly: 50, onExceeded };
    const event = {
      use: 'decideRetraining',
      step: 's',
      run: `r-${onExceeded}-${(world as MemoryWorld).clock.now()}`,
      arguments: { model: 'm', retraining: POLICY_JSON, budget, estimatedRunCost: 1 },
      state: toJson(asked),
    };
    return USE_CASE_FUNCTIONS.decideRetraining(event as never, world as Ports);
  };

  it.each([
    ['blockTraining', 'escalate'],
    ['alert', 'retrain'],
  ])('with onExceeded %s: %s', async (onExceeded, action) => {
    const world = await worldWith(500);
    await USE_CASE_FUNCTIONS.recordSpend(
      { use: 'recordSpend', step: 'b', run: 'b', arguments: {}, state: { spend } },
      world as unknown as Ports,
    );
    expect(await decideAt(world, onExceeded)).toMatchObject({ action });
    expect(world.workflows.started).toHaveLength(action === 'retrain' ? 1 : 0);
  });

  it('trains again with the next month', async () => {
    const world = await worldWith(500);
    await USE_CASE_FUNCTIONS.recordSpend(
      { use: 'recordSpend', step: 'b', run: 'b', arguments: {}, state: { spend } },
      world as unknown as Ports,
    );
    world.clock.advanceTo(START + 31 * 86_400);
    expect(await decideAt(world, 'blockTraining')).toMatchObject({ action: 'retrain' });
  });
});

describe('the decision to retrain', () => {
  it('starts one run, however many ask at the same time', async () => {
    const world = await worldWith(500);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((run) => decide(world, asked, run)));
    expect(answers.filter(({ action }) => action === 'retrain')).toHaveLength(1);
    expect(world.workflows.started).toHaveLength(1);
    expect(world.workflows.started[0]).toMatchObject({
      workflow: 'pipeline',
      input: { startedBy: 'retraining:quality', cause: 'quality', decisionId: world.workflows.started[0]!.name },
    });
    expect(world.metrics.points.filter(({ name }) => name === 'RetrainStarted')).toHaveLength(1);
    expect(world.metrics.points.filter(({ name }) => name === 'RetrainSuppressed')).toHaveLength(3);
  });

  it('starts the run that was decided and never started', async () => {
    const world = await worldWith(500);
    const dead = {
      ...world,
      workflows: { start: () => Promise.reject(new Error('power cut')), status: async () => 'absent' },
    };
    await expect(decide(dead, asked)).rejects.toThrow('power cut');
    expect(world.workflows.started).toEqual([]);
    const next = await decide(world, { ...asked, windowEndSeconds: START + 60 }, 'later');
    expect(next).toMatchObject({ action: 'skip', reason: { code: 'inFlight' } });
    expect(world.workflows.started).toHaveLength(1);
  });

  it('waits for labels, records every decision, and starts nothing meanwhile', async () => {
    const world = await worldWith(99);
    expect(await decide(world, asked)).toMatchObject({ action: 'defer', reason: { code: 'tooFewLabels' } });
    expect(world.workflows.started).toEqual([]);
    const records = (await world.ledger.read(1)) as unknown as LedgerRecord[];
    expect(records.at(-1)).toMatchObject({ action: 'decideRetraining', verdict: 'defer', version: '1' });
  });

  it('is free again when the run has ended, and keeps the cooldown', async () => {
    const world = await worldWith(500);
    const { id } = await decide(world, asked);
    world.workflows.end('pipeline', String(id), 'succeeded');
    await finishRetraining(world, String(id), 'succeeded');
    world.clock.advanceTo(START + 86_400);
    const soon = await decide(world, { ...asked, windowEndSeconds: START + 86_400 }, 'soon');
    expect(soon).toMatchObject({ action: 'skip', reason: { code: 'cooldown' } });
    world.clock.advanceTo(START + 8 * 86_400);
    // What had to wait is answered without being asked again.
    expect(await decide(world, {}, 'later')).toMatchObject({ action: 'retrain' });
    expect(world.workflows.started).toHaveLength(2);
  });

  it('takes the word of the workflow for a run whose end nobody has reported', async () => {
    const world = await worldWith(500);
    const { id } = await decide(world, asked);
    world.workflows.end('pipeline', String(id), 'failed');
    const next = await decide(world, { ...asked, windowEndSeconds: START + 60 }, 'later');
    expect(next).toMatchObject({ action: 'skip', reason: { code: 'backoff' } });
  });

  it.each(['ledger', 'workflows', 'notifier', 'metrics'] as const)(
    'carries out a decision that was written and then cut off at the %s, and answers the same call the same',
    async (struck) => {
      const world = await worldWith(500);
      // An escalation tells people, a start starts a run: both have to come through.
      for (const { state, action } of [
        { state: { ...asked, cause: 'drift' }, action: 'escalate' },
        { state: asked, action: 'retrain' },
      ]) {
        const broken = {
          ledger: { ledger: cutAt(world.ledger, 'append') },
          workflows: { workflows: cutAt(world.workflows, 'start') },
          notifier: { notifier: cutAt(world.notifier, 'notify') },
          metrics: { metrics: cutAt(world.metrics, 'emit') },
        }[struck];
        const isStruck =
          (struck !== 'notifier' || action === 'escalate') && (struck !== 'workflows' || action === 'retrain');
        const outcome = decide({ ...world, ...broken }, state, action);
        if (isStruck) await expect(outcome).rejects.toThrow('power cut');
        else await outcome;
        expect(await decide(world, state, action)).toMatchObject({ action });
        // Answered again, and nothing is done a second time.
        expect(await decide(world, state, action)).toMatchObject({ action });
      }
      const records = ((await world.ledger.read(1)) as unknown as LedgerRecord[]).filter(
        (record) => record.action === 'decideRetraining',
      );
      expect(records.map(({ verdict }) => verdict)).toEqual(['escalate', 'retrain']);
      expect(world.workflows.started).toHaveLength(1);
      const told = world.notifier.sent.filter(({ subject }) => subject.includes('retraining: '));
      expect(new Set(told.map(({ subject }) => subject)).size).toBe(1);
      expect(told.length).toBeGreaterThanOrEqual(1);
      expect(world.metrics.points.filter(({ name }) => name === 'RetrainStarted')).toHaveLength(1);
    },
  );

  it('carries out what another call has left behind', async () => {
    const world = await worldWith(500);
    await expect(decide({ ...world, ledger: cutAt(world.ledger, 'append') }, asked, 'dead')).rejects.toThrow(
      'power cut',
    );
    expect(world.workflows.started).toEqual([]);
    world.clock.advanceTo(START + 3600);
    await decide(world, { ...asked, windowEndSeconds: START + 3600 }, 'later');
    const records = ((await world.ledger.read(1)) as unknown as LedgerRecord[]).filter(
      (record) => record.action === 'decideRetraining',
    );
    expect(records.map(({ verdict }) => verdict)).toEqual(['retrain', 'skip']);
    expect(records[0]).toMatchObject({ at: new Date(START * 1000).toISOString() });
    expect(world.metrics.points.filter(({ name }) => name === 'RetrainStarted')).toHaveLength(1);
  });

  it('scans no data when nothing asks and nothing waits, and counts the labels when something does', async () => {
    const world = await worldWith(99);
    let scans = 0;
    const sql: SqlEngine = {
      query: (text) => {
        scans += 1;
        return world.sql.query(text);
      },
      close: async () => undefined,
    };
    expect(await decide({ ...world, sql }, {}, 'idle')).toMatchObject({ action: 'skip', reason: { code: 'noReason' } });
    expect(scans).toBe(0);
    expect(await decide({ ...world, sql }, asked, 'asked')).toMatchObject({ reason: { code: 'tooFewLabels' } });
    expect(scans).toBe(1);
    // What waits now is looked at again, with its labels.
    expect(await decide({ ...world, sql }, {}, 'recheck')).toMatchObject({ reason: { code: 'tooFewLabels' } });
    expect(scans).toBe(2);
  });
});
