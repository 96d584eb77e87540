import { MemoryStateStore } from '../../src/runtime/adapters/memory/memory-state-store';
import { deployment, gatewayOf, ProcessWorld, switchUnderLoad, until } from './support/gateway-world';
import { counts, HeldArm, heldWorld } from './support/held-arm';

describe('a switch of the gateway', () => {
  it('ends an arm when it has answered, and gives it nothing new meanwhile', async () => {
    const { target, arms, live } = await heldWorld();
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
    const { target, arms, live, log } = await heldWorld(undefined, 0.05);
    await target.setTraffic(2, 100);
    const inFlight = live('a');
    await target.setTraffic(2, 0);
    await target.remove(2);
    expect(arms[2]).toMatchObject({ stopped: true });
    expect(await inFlight).toMatchObject({ version: 2, invocation: { error: 'no answer within 0.05 s' } });
    expect(await counts(log, 2)).toEqual({ requests: 1, errors: 1 });
  });

  it('takes a version that comes back as a new arm, and lets the old one finish', async () => {
    const { target, arms, live } = await heldWorld();
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
    const { target } = await heldWorld();
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
    const { target, arms } = await heldWorld(state);
    const { compareAndSwap } = state;
    state.compareAndSwap = async () => undefined;
    await expect(target.deploy(deployment(3, false))).rejects.toThrow('servedByAnother');
    expect(arms[3]!.stopped).toBe(true);
    state.compareAndSwap = compareAndSwap;
    await expect(target.setTraffic(3, 10)).rejects.toThrow('notDeployed');
  });

  it('answers what it has before it closes', async () => {
    const { target, arms, live } = await heldWorld();
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
