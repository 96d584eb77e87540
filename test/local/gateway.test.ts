import type { Json } from '../../src/kernel/json';
import { GatewayServingTarget } from '../../src/runtime/adapters/local/gateway-serving-target';
import type { Invocation, ModelArm } from '../../src/runtime/adapters/local/model-arm';
import { TrafficLog } from '../../src/runtime/adapters/local/traffic-log';
import { VirtualClock } from '../../src/runtime/adapters/local/virtual-clock';
import { MemoryStateStore } from '../../src/runtime/adapters/memory/memory-state-store';
import type { StateStore } from '../../src/runtime/ports';
import { deployment, gatewayOf, ProcessWorld, switchUnderLoad, until } from './support/gateway-world';

type Instance = Readonly<Record<string, Json>>;

/** An arm that answers when it is told to, with the ids that it was sent. */
class HeldArm implements ModelArm {
  readonly executed: string[] = [];
  readonly pending: { readonly ids: string[]; readonly end: (invocation: Partial<Invocation>) => void }[] = [];
  stopped = false;
  lateCalls = 0;
  cut = 0;

  invoke(instances: readonly Instance[]): Promise<Invocation> {
    const ids = instances.map(({ id }) => String(id));
    this.executed.push(...ids);
    if (this.stopped) this.lateCalls += 1;
    return new Promise((resolve) => {
      const end = (invocation: Partial<Invocation>): void => {
        this.pending.splice(this.pending.indexOf(one), 1);
        resolve({ predictions: ids, latencyMs: 1, error: null, ...invocation });
      };
      const one = { ids, end };
      this.pending.push(one);
    });
  }

  async stop(): Promise<void> {
    if (!this.stopped) this.cut += this.pending.length;
    this.stopped = true;
  }

  /** Answers what it has, and what it gets from now on. */
  flow(): void {
    for (const { end } of [...this.pending]) end({});
    this.invoke = async (instances) => {
      this.executed.push(...instances.map(({ id }) => String(id)));
      return { predictions: instances.map(({ id }) => id ?? null), latencyMs: 1, error: null };
    };
  }
}

const BROKEN = { predictions: null, error: 'socket hang up' };

async function world(state: StateStore = new MemoryStateStore(), timeoutSeconds = 30) {
  const arms: Record<number, HeldArm> = {};
  const log = new TrafficLog();
  const target = await GatewayServingTarget.open({
    model: 'm',
    state,
    clock: new VirtualClock(0),
    log,
    start: async ({ version }) => {
      arms[version] = new HeldArm();
      return arms[version];
    },
  });
  await target.deploy(deployment(1, true, timeoutSeconds));
  await target.deploy(deployment(2, false, timeoutSeconds));
  const live = (id: string, key?: string) =>
    target.answerLive({ at: 0, instances: [{ id }], watch: String, ...(key !== undefined && { key }) });
  const replayed = (id: string) => target.answer({ key: id, at: 0, instance: { id }, watch: String });
  return { target, arms, log, live, replayed };
}

const counts = async (log: TrafficLog, version: number) => {
  const { requests, errors } = await log.arm(version, 0, 1);
  return { requests, errors };
};

describe('a switch of the gateway', () => {
  it('ends an arm when it has answered, and gives it nothing new meanwhile', async () => {
    const { target, arms, live } = await world();
    await target.setTraffic(2, 100);
    const [arm, champion] = [arms[2]!, arms[1]!];
    const inFlight = live('a');
    await target.setTraffic(2, 0);
    const removed = target.remove(2);
    champion.flow();
    expect(await live('b')).toMatchObject({ version: 1, invocation: { predictions: ['b'] } });
    // Traffic moves while the arm is drained.
    await target.setTraffic(1, 100);
    expect(arm.stopped).toBe(false);
    arm.pending[0]!.end({});
    expect(await inFlight).toMatchObject({ version: 2, invocation: { predictions: ['a'], error: null } });
    await removed;
    expect(arm).toMatchObject({ stopped: true, cut: 0, executed: ['a'] });
  });

  it('waits for an arm no longer than its timeout', async () => {
    const { target, arms, live, log } = await world(undefined, 0.05);
    await target.setTraffic(2, 100);
    const inFlight = live('a');
    await target.setTraffic(2, 0);
    await target.remove(2);
    expect(arms[2]).toMatchObject({ stopped: true });
    expect(await inFlight).toMatchObject({ version: 2, invocation: { error: 'no answer within 0.05 s' } });
    expect(await counts(log, 2)).toEqual({ requests: 1, errors: 1 });
  });

  it('takes a version that comes back as a new arm, and lets the old one finish', async () => {
    const { target, arms, live } = await world();
    await target.setTraffic(2, 100);
    const old = arms[2]!;
    const inFlight = live('old');
    await target.setTraffic(2, 0);
    const removed = target.remove(2);
    await target.deploy(deployment(2, false));
    await target.setTraffic(2, 100);
    expect(arms[2]).not.toBe(old);
    arms[2]!.flow();
    expect(await live('new')).toMatchObject({ version: 2, invocation: { predictions: ['new'] } });
    old.pending[0]!.end({});
    await removed;
    expect(await inFlight).toMatchObject({ invocation: { predictions: ['old'] } });
    expect(old).toMatchObject({ stopped: true, cut: 0, executed: ['old'] });
    expect(arms[2]!.stopped).toBe(false);
  });

  it('makes changes that are asked at once one after the other', async () => {
    const { target } = await world();
    await Promise.all([
      target.setTraffic(2, 30),
      target.mirror(2, 10),
      target.setTraffic(2, 60),
      target.deploy(deployment(3, false)),
    ]);
    expect(await target.read()).toMatchObject({ live: { 1: 40, 2: 60 }, mirrored: { 2: 10 } });
    await target.mirror(3, 100);
    expect(await target.read()).toMatchObject({ mirrored: { 2: 10, 3: 100 } });
  });

  it('ends an arm whose deployment could not be written down', async () => {
    const state = new MemoryStateStore();
    const { target, arms } = await world(state);
    const { compareAndSwap } = state;
    state.compareAndSwap = async () => undefined;
    await expect(target.deploy(deployment(3, false))).rejects.toThrow('servedByAnother');
    expect(arms[3]!.stopped).toBe(true);
    state.compareAndSwap = compareAndSwap;
    await expect(target.setTraffic(3, 10)).rejects.toThrow('notDeployed');
  });

  it('answers what it has before it closes', async () => {
    const { target, arms, live } = await world();
    const inFlight = live('a');
    const closed = target.close();
    await until(() => arms[2]!.stopped);
    expect(arms[1]!.stopped).toBe(false);
    arms[1]!.pending[0]!.end({});
    await closed;
    expect(await inFlight).toMatchObject({ invocation: { predictions: ['a'] } });
    expect(arms[1]).toMatchObject({ stopped: true, cut: 0 });
  });

  it('loses and doubles nothing in 100 switches with requests in flight', async () => {
    const arms: HeldArm[] = [];
    const { target, log } = await gatewayOf(new MemoryStateStore(), async () => {
      const arm = new HeldArm();
      arms.push(arm);
      const { invoke } = arm;
      // Answers a few turns of the event loop later, so that there is always something in flight.
      arm.invoke = (instances) => {
        const answered = invoke.call(arm, instances);
        const one = arm.pending.at(-1)!;
        const later = (turns: number): void => void setImmediate(() => (turns === 0 ? one.end({}) : later(turns - 1)));
        later(arm.executed.length % 7);
        return answered;
      };
      return arm;
    });
    const { answers, sent } = await switchUnderLoad(target, { switches: 100, between: 10, replaceEvery: 5 });
    expect(sent).toBeGreaterThan(1000);
    expect(answers.size).toBe(sent);
    for (const [id, { invocation }] of answers) expect(invocation).toMatchObject({ predictions: [id], error: null });
    const executed = arms.flatMap((arm) => arm.executed);
    expect(executed).toHaveLength(sent);
    expect(new Set(executed).size).toBe(sent);
    expect(arms.length).toBeGreaterThanOrEqual(22);
    for (const arm of arms) expect(arm).toMatchObject({ lateCalls: 0, cut: 0 });
    expect(await log.all(0, 1)).toMatchObject({ requests: sent, errors: 0 });
    await target.close();
  });
});

describe('mirrored requests of the gateway', () => {
  it('neither delay nor fail the answer of a client, and are logged', async () => {
    const { target, arms, live, log } = await world();
    await target.mirror(2, 100);
    arms[1]!.flow();
    expect(await live('a')).toMatchObject({ version: 1, invocation: { predictions: ['a'], error: null } });
    expect(arms[2]!.executed).toEqual(['a']);
    expect(await counts(log, 2)).toEqual({ requests: 0, errors: 0 });
    const settled = target.settled();
    arms[2]!.pending[0]!.end({ predictions: null, error: 'status 500' });
    await settled;
    expect(await counts(log, 2)).toEqual({ requests: 1, errors: 1 });
    expect(await log.pairs(1, 2, 0, 1, 10)).toEqual([{ champion: 'a', challenger: null }]);
    // What the client got is one request without an error.
    expect(await log.all(0, 1)).toMatchObject({ requests: 1, errors: 0 });
  });

  it('are over when a replayed request is answered', async () => {
    const { target, arms, replayed, log } = await world();
    await target.mirror(2, 100);
    arms[1]!.flow();
    arms[2]!.flow();
    await replayed('a');
    expect(await log.pairs(1, 2, 0, 1, 10)).toEqual([{ champion: 'a', challenger: 'a' }]);
    expect(await counts(log, 2)).toEqual({ requests: 1, errors: 0 });
  });

  it('hold the arm that they are meant for', async () => {
    const { target, arms, replayed, log } = await world();
    await target.mirror(2, 100);
    const answered = replayed('a');
    const removed = target.remove(2);
    arms[1]!.flow();
    await until(() => arms[2]!.pending.length === 1);
    arms[2]!.pending[0]!.end({});
    await answered;
    await removed;
    expect(arms[2]).toMatchObject({ stopped: true, cut: 0, lateCalls: 0 });
    expect(await log.pairs(1, 2, 0, 1, 10)).toEqual([{ champion: 'a', challenger: 'a' }]);
  });

  it('fail, and are not kept, when the challenger falls far behind', async () => {
    const { target, arms, live, log } = await world();
    await target.mirror(2, 100);
    arms[1]!.flow();
    for (let i = 0; i < 1100; i++) await live(`request-${i}`);
    expect(arms[2]!.pending).toHaveLength(1000);
    expect(await counts(log, 2)).toEqual({ requests: 100, errors: 100 });
    expect(await counts(log, 1)).toEqual({ requests: 1100, errors: 0 });
    arms[2]!.flow();
    await target.settled();
    expect(await counts(log, 2)).toEqual({ requests: 1100, errors: 100 });
  });
});

describe('a server that goes away with a request in its hands', () => {
  it('is answered for by the champion when it was the challenger, and counts as its failure', async () => {
    const { target, arms, live, log } = await world();
    await target.setTraffic(2, 100);
    arms[1]!.flow();
    const answer = live('a');
    arms[2]!.pending[0]!.end(BROKEN);
    expect(await answer).toMatchObject({ version: 1, invocation: { predictions: ['a'], error: null } });
    expect(await counts(log, 2)).toEqual({ requests: 1, errors: 1 });
    expect(await counts(log, 1)).toEqual({ requests: 1, errors: 0 });
    expect(await log.all(0, 1)).toMatchObject({ requests: 1, errors: 0 });
  });

  it.each([
    ['an error that the challenger has answered', { predictions: null, error: 'status 500: "…"' }],
    ['a timeout of the challenger', { predictions: null, error: 'no answer within 30000 ms' }],
  ])('but %s goes to the client', async (_, invocation) => {
    const { target, arms, live, log } = await world();
    await target.setTraffic(2, 100);
    const answer = live('a');
    arms[2]!.pending[0]!.end(invocation);
    expect(await answer).toMatchObject({ version: 2, invocation });
    expect(arms[1]!.executed).toEqual([]);
    expect(await log.all(0, 1)).toMatchObject({ requests: 1, errors: 1 });
  });

  it('and so does one of the champion, and one of a challenger that has no champion any more', async () => {
    const { target, arms, live, log } = await world();
    await target.setTraffic(2, 0);
    const first = live('a');
    arms[1]!.pending[0]!.end(BROKEN);
    expect(await first).toMatchObject({ version: 1, invocation: BROKEN });
    await target.setTraffic(2, 100);
    const second = live('b');
    await target.remove(1);
    arms[2]!.pending[0]!.end(BROKEN);
    expect(await second).toMatchObject({ version: 2, invocation: BROKEN });
    const third = live('c');
    arms[2]!.pending[0]!.end(BROKEN);
    expect(await third).toMatchObject({ version: 2, invocation: BROKEN });
    expect(await log.all(0, 1)).toMatchObject({ requests: 3, errors: 3 });
  });
});

describe('a live request', () => {
  it('of several rows goes to one version, and each of its answers is watched', async () => {
    const { target, arms, log } = await world();
    await target.setTraffic(2, 50);
    arms[1]!.flow();
    arms[2]!.flow();
    const instances = Array.from({ length: 20 }, (_, row) => ({ id: `row-${row}` }));
    const served = await target.answerLive({ at: 0, instances, watch: String });
    expect(served!.invocation.predictions).toEqual(instances.map(({ id }) => id));
    expect(arms[3 - served!.version]!.executed).toEqual([]);
    expect(await log.arm(served!.version, 0, 1)).toMatchObject({ requests: 1, errors: 0 });
    expect(await log.predictions(served!.version, 0, 1, 100)).toEqual(instances.map(({ id }) => id));
  });

  it('of one key goes to one version, and without a key by the percents', async () => {
    const { target, arms, live, log } = await world();
    await target.setTraffic(2, 25);
    arms[1]!.flow();
    arms[2]!.flow();
    const versions = new Set<number>();
    for (let i = 0; i < 50; i++) versions.add((await live(`a-${i}`, 'the same'))!.version);
    expect(versions.size).toBe(1);
    const before = await counts(log, 2);
    for (let i = 0; i < 400; i++) await live(`b-${i}`);
    const challenger = (await counts(log, 2)).requests - before.requests;
    expect(challenger).toBeGreaterThan(70);
    expect(challenger).toBeLessThan(130);
  });

  it('is not answered when nothing serves', async () => {
    const { target } = await gatewayOf(new MemoryStateStore(), async () => new HeldArm());
    expect(await target.answerLive({ at: 0, instances: [{ id: 'a' }], watch: String })).toBeNull();
    expect(await target.answer({ key: 'a', at: 0, instance: { id: 'a' }, watch: String })).toBeNull();
  });
});

describe('the gateway before real processes', () => {
  let processes: ProcessWorld;
  beforeEach(async () => {
    processes = await ProcessWorld.open();
  });
  afterEach(() => processes.close());

  it('loses and doubles nothing in 100 switches with requests in flight', async () => {
    const { answers, sent } = await switchUnderLoad(processes.target, { switches: 100, between: 8, replaceEvery: 20 });
    expect(sent).toBeGreaterThan(800);
    expect(answers.size).toBe(sent);
    for (const [id, { version, invocation }] of answers) {
      expect(invocation).toMatchObject({ predictions: [`${version} ${id}`], error: null });
    }
    const executed = processes.executed();
    expect(executed).toHaveLength(sent);
    expect(new Set(executed)).toEqual(new Set(answers.keys()));
    expect(await processes.log.all(0, 1)).toMatchObject({ requests: sent, errors: 0 });
  }, 90_000);

  it('answers by the champion what a killed challenger had in its hands', async () => {
    const { target, log } = processes;
    await target.deploy(deployment(1, true));
    await target.deploy(deployment(2, false));
    await target.setTraffic(2, 100);
    const ids = ['hold-a', 'hold-b', 'hold-c'];
    const answers = ids.map((id) => target.answerLive({ at: 0, instances: [{ id }], watch: String }));
    await until(() => processes.executed().length === ids.length);
    process.kill(processes.pid(2), 'SIGKILL');
    for (const [place, answer] of (await Promise.all(answers)).entries()) {
      expect(answer).toMatchObject({ version: 1, invocation: { predictions: [`1 ${ids[place]}`], error: null } });
    }
    // It is gone for good: the next request is answered too, and counts against it as well.
    expect(await target.answerLive({ at: 0, instances: [{ id: 'd' }], watch: String })).toMatchObject({ version: 1 });
    expect(await counts(log, 2)).toEqual({ requests: 4, errors: 4 });
    expect(await log.all(0, 1)).toMatchObject({ requests: 4, errors: 0 });
  }, 30_000);
});
