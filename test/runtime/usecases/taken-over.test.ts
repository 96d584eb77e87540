import { planPlatform } from '../../../src/plan/plan-platform';
import { verifyChain } from '../../../src/runtime/core/ledger';
import { type Ports, readRegistry, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import { tinyDefinition } from '../../local/support/tiny-platform';
import { type MemoryWorld, memoryWorld, registered } from './world';

/** Stopping an execution does not stop the call that it has made: that goes on while another run takes back what it has left. */

const graph = planPlatform(tinyDefinition()).models['line']!.endpoint.graph;
type State = Record<string, unknown>;

/** Calls the task of a step of the plan's release graph. */
async function call(ports: Ports, step: string, run: string, state: State): Promise<State> {
  const found = graph.steps.find(({ id }) => id === step);
  if (found?.kind !== 'task') throw new RangeError(`no task ${step}`);
  const { use, output } = found;
  const event = { use, step, run, arguments: found.arguments, state } as never;
  return { ...state, [output]: await USE_CASE_FUNCTIONS[use](event, ports) };
}

const shifts = graph.steps.map(({ id }) => id).filter((id) => /^shift\d+$/.test(id));
const TASKS = ['deploy', ...shifts, 'promote'];

/** Champion 1 serves; the release of version 2 has come to a task. */
async function releasing(upTo: string): Promise<{ world: MemoryWorld; state: State }> {
  const world = memoryWorld();
  const ports = world as unknown as Ports;
  await registered(world, 1);
  let first: State = { version: 1, requestedBy: 'test' };
  await world.workflows.start('release', 'release-1', {});
  for (const step of ['verify', 'deployFirst', 'promote']) first = await call(ports, step, 'release-1', first);
  world.workflows.end('release', 'release-1', 'succeeded');
  await registered(world, 2);
  await world.workflows.start('release', 'release-2', {});
  let state: State = { version: 2, requestedBy: 'test' };
  for (const step of ['verify', ...TASKS.slice(0, TASKS.indexOf(upTo))]) {
    state = await call(ports, step, 'release-2', state);
  }
  return { world, state };
}

/** What the controller does when it is told that a release was stopped, with its tries. */
async function recover(world: MemoryWorld, ports = world as unknown as Ports): Promise<void> {
  world.workflows.end('release', 'release-2', 'failed');
  await world.workflows.start('release', 'recovery', {});
  const state = await call(ports, 'verify', 'recovery', { recovers: 'release-2' });
  if ((state['verified'] as State)['recovery'] === 'nothing') return;
  await call(ports, 'rollBack', 'recovery', state).catch(() => call(ports, 'rollBack', 'recovery', state));
}

/** The same ports; before the nth call of one of them something else happens. */
function interrupted(world: MemoryWorld, nth: number, then: () => Promise<void>) {
  let calls = 0;
  const watched = (port: object): object =>
    new Proxy(port, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          calls += 1;
          if (calls === nth) await then();
          return member.apply(target, args);
        };
      },
    });
  const ports = Object.fromEntries(
    Object.entries(world).map(([name, port]) => [
      name,
      ['artifacts', 'state', 'serving', 'ledger', 'catalogue'].includes(name) ? watched(port as object) : port,
    ]),
  );
  return { ports: ports as unknown as Ports, wasInterrupted: () => calls >= nth };
}

describe.each(TASKS)('a call of %s that goes on', (task) => {
  it('leaves one version that serves, whenever the roll-back comes', async () => {
    const ends = new Set<string>();
    for (let nth = 1; ; nth++) {
      const { world, state } = await releasing(task);
      const { ports, wasInterrupted } = interrupted(world, nth, () => recover(world));
      await call(ports, task, 'release-2', state).catch(() => undefined);
      if (!wasInterrupted()) break;
      const { live } = await world.serving.read();
      const { aliases } = await readRegistry(world);
      expect([task, nth, live]).toEqual([task, nth, { [aliases.champion!]: 100 }]);
      expect(aliases.challenger).toBeNull();
      expect(verifyChain(await world.ledger.read(1)).ok).toBe(true);
      ends.add(aliases.champion!);
    }
    expect([...ends]).toContain('1');
  });

  it('leaves one version that serves, whenever it comes into the roll-back', async () => {
    for (let nth = 1; ; nth++) {
      const { world, state } = await releasing(task);
      const goesOn = async (): Promise<void> => {
        await call(world as unknown as Ports, task, 'release-2', state).catch(() => undefined);
      };
      const { ports, wasInterrupted } = interrupted(world, nth, goesOn);
      await recover(world, ports);
      if (!wasInterrupted()) break;
      const { live } = await world.serving.read();
      const { aliases } = await readRegistry(world);
      expect([task, nth, live]).toEqual([task, nth, { [aliases.champion!]: 100 }]);
      expect(verifyChain(await world.ledger.read(1)).ok).toBe(true);
    }
  });
});

it('a promotion held at any call, and let go at any call of the roll-back, takes nothing out that serves', async () => {
  for (let held = 1; ; held++) {
    let isHeld = true;
    for (let letGo = 1; ; letGo++) {
      const { world, state } = await releasing('promote');
      let goOn: () => void = () => undefined;
      const mayGoOn = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let recovery: Promise<void> = Promise.resolve();
      let within = { ports: world as unknown as Ports, wasInterrupted: () => false };
      const promotion = interrupted(world, held, async () => {
        within = interrupted(world, letGo, async () => {
          goOn();
          await done;
        });
        recovery = recover(world, within.ports);
        await Promise.race([mayGoOn, recovery]);
      });
      const done: Promise<unknown> = call(promotion.ports, 'promote', 'release-2', state).catch(() => undefined);
      await done;
      await recovery;
      isHeld = promotion.wasInterrupted();
      const { live } = await world.serving.read();
      const { aliases } = await readRegistry(world);
      expect([held, letGo, live]).toEqual([held, letGo, { [aliases.champion!]: 100 }]);
      if (!within.wasInterrupted()) break;
    }
    if (!isHeld) break;
  }
});
