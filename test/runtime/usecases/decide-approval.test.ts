import { readRegistry, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import { writeJson } from '../../../src/runtime/usecases/json-artifact';
import { artifactKeys } from '../../../src/runtime/usecases/keys';
import { applyToRegistry } from '../../../src/runtime/usecases/registry-document';
import { type MemoryWorld, memoryWorld, POLICY, registered } from './world';

const EVENT = {
  use: 'decideApproval',
  step: 'approval',
  run: 'event-1',
  arguments: { approvers: ['bob'], separationOfDuties: true },
  state: { version: 2, decision: 'approve', by: 'bob' },
} as const;

/** A second version that waits for a person. */
async function waiting(): Promise<MemoryWorld> {
  const world = memoryWorld();
  const record = await registered(world, 1);
  const { artifactDigest } = record;
  await applyToRegistry(
    world,
    () => [
      { kind: 'register', id: 'r2', version: '2', by: 'pipeline', artifactDigest, startedBy: 'ann' },
      { kind: 'gate', id: 'g2', version: '2', by: 'pipeline', verdict: 'pass' },
    ],
    POLICY,
    { commit: null, dataDigest: null },
  );
  await writeJson(world.artifacts, artifactKeys.version(2), { ...record, version: 2, run: 'run-2' } as never);
  return world;
}
const stateOf = async (world: MemoryWorld) => (await readRegistry(world)).versions['2']?.state;
const decide = (world: object) => USE_CASE_FUNCTIONS.decideApproval(EVENT, world as never);

test('a store that others write to is no refusal: the call fails, nobody is told, and the next one approves', async () => {
  const world = await waiting();
  const contended = { ...world.state, read: world.state.read.bind(world.state), compareAndSwap: async () => undefined };
  await expect(decide({ ...world, state: contended })).rejects.toThrow('stateContended');
  expect([await stateOf(world), world.notifier.sent]).toEqual(['passedGate', []]);
  expect(await decide(world)).toMatchObject({ decision: 'approved' });
  expect(await stateOf(world)).toBe('approved');
});
