import { OperationError } from '../../../src/kernel/problem';
import { type LedgerRecord, verifyChain } from '../../../src/runtime/core/ledger';
import type { LedgerStore } from '../../../src/runtime/ports';
import { applyToRegistry, flushOutbox, readRegistry } from '../../../src/runtime/usecases/registry-document';
import { memoryWorld, POLICY, registered } from './world';

const CONTEXT = { commit: null, dataDigest: null };
const actions = async (ledger: LedgerStore): Promise<string[]> =>
  ((await ledger.read(1)) as unknown as LedgerRecord[]).map(({ action, verdict }) => `${action} ${verdict}`);

describe('the registry and its ledger', () => {
  it('tells the ledger what a process that died before it could not tell', async () => {
    const world = memoryWorld();
    await registered(world, 1);
    const dead: LedgerStore = {
      ...world.ledger,
      head: () => Promise.reject(new Error('power cut')),
      read: async () => [],
      append: async () => false,
    };
    const promote = () => [
      { kind: 'promote' as const, id: 'p', version: '1', by: 'release', observedDigest: digest, replaces: null },
    ];
    const digest = (await readRegistry(world)).versions['1']!.artifactDigest;
    await expect(applyToRegistry({ ...world, ledger: dead }, promote, POLICY, CONTEXT)).rejects.toThrow('power cut');
    expect((await readRegistry(world)).aliases.champion).toBe('1');
    expect(await actions(world.ledger)).not.toContain('promote done');
    await flushOutbox(world);
    await flushOutbox(world);
    expect(await actions(world.ledger)).toEqual(['register done', 'gate pass', 'approve done', 'promote done']);
    expect(verifyChain(await world.ledger.read(1)).ok).toBe(true);
  });

  it('changes nothing when one of several events is refused, and records the refusal', async () => {
    const world = memoryWorld();
    await registered(world, 1);
    const before = await readRegistry(world);
    const attempt = applyToRegistry(
      world,
      () => [
        { kind: 'reject', id: 'r', version: '1', by: 'bob', reason: 'no' },
        { kind: 'promote', id: 'p', version: '1', by: 'bob', observedDigest: 'sha256:other', replaces: null },
      ],
      POLICY,
      CONTEXT,
    );
    await expect(attempt).rejects.toBeInstanceOf(OperationError);
    expect(await readRegistry(world)).toEqual(before);
    expect(await actions(world.ledger)).toContain('promote refused');
    expect(await actions(world.ledger)).not.toContain('reject done');
  });

  it('applies an event once, however many deliver it at the same time', async () => {
    const world = memoryWorld();
    await Promise.all([registered(world, 1), registered(world, 1), registered(world, 1)]);
    expect(Object.keys((await readRegistry(world)).versions)).toEqual(['1']);
    expect((await actions(world.ledger)).filter((one) => one.startsWith('register'))).toHaveLength(1);
  });
});

it('a document that others change all the time is an error with a name', async () => {
  const world = memoryWorld();
  const contended = { ...world.state, read: async () => undefined, compareAndSwap: async () => undefined };
  await expect(
    applyToRegistry(
      { ...world, state: contended },
      () => [
        {
          kind: 'register',
          id: 'x',
          version: '1',
          by: 'a',
          artifactDigest: `sha256:${'0'.repeat(64)}`,
          startedBy: 'a',
        },
      ],
      POLICY,
      CONTEXT,
    ),
  ).rejects.toThrow('stateContended');
});
