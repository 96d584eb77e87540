import { MemoryStateStore } from '../../src/runtime/adapters/memory/memory-state-store';
import { gatewayOf, until } from './support/gateway-world';
import { counts, HeldArm, heldWorld } from './support/held-arm';

const BROKEN = { predictions: null, error: 'socket hang up' };

describe('mirrored requests of the gateway', () => {
  it('neither delay nor fail the answer of a client, and are logged', async () => {
    const { target, arms, live, log } = await heldWorld();
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
    const { target, arms, replayed, log } = await heldWorld();
    await target.mirror(2, 100);
    arms[1]!.flow();
    arms[2]!.flow();
    await replayed('a');
    expect(await log.pairs(1, 2, 0, 1, 10)).toEqual([{ champion: 'a', challenger: 'a' }]);
    expect(await counts(log, 2)).toEqual({ requests: 1, errors: 0 });
  });

  it('hold the arm that they are meant for', async () => {
    const { target, arms, replayed, log } = await heldWorld();
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
    const { target, arms, live, log } = await heldWorld();
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
    const { target, arms, live, log } = await heldWorld();
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
    const { target, arms, live, log } = await heldWorld();
    await target.setTraffic(2, 100);
    const answer = live('a');
    arms[2]!.pending[0]!.end(invocation);
    expect(await answer).toMatchObject({ version: 2, invocation });
    expect(arms[1]!.executed).toEqual([]);
    expect(await log.all(0, 1)).toMatchObject({ requests: 1, errors: 1 });
  });

  it('and so does one of the champion, and one of a challenger that has no champion any more', async () => {
    const { target, arms, live, log } = await heldWorld();
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
    const { target, arms, log } = await heldWorld();
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
    const { target, arms, live, log } = await heldWorld();
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
