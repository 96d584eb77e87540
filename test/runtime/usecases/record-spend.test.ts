import { toJson } from '../../../src/kernel/json';
import type { LedgerRecord } from '../../../src/runtime/core/ledger';
import { type Ports, readTrainingBlock, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import { type MemoryWorld, memoryWorld, START } from './world';

const DAY = 86_400;

function spent(world: object, cost: number, day: number, budget = 900) {
  const spend = { periodStartSeconds: START, cost, budget, currency: 'EUR', saidAtSeconds: START + day * DAY };
  return USE_CASE_FUNCTIONS.recordSpend(
    { use: 'recordSpend', step: 'budget', run: `budget-${day}`, arguments: {}, state: toJson({ spend }) as never },
    world as Ports,
  );
}
const verdicts = async (world: MemoryWorld) =>
  ((await world.ledger.read(1)) as unknown as LedgerRecord[]).map(({ action, verdict }) => `${action} ${verdict}`);

test('a budget that is used up blocks training, which is recorded and told once', async () => {
  const world = memoryWorld();
  expect(await spent(world, 500, 1)).toEqual({ blocked: false, untilSeconds: null });
  expect(await verdicts(world)).toEqual([]);
  const blocked = { blocked: true, untilSeconds: START + 31 * DAY };
  expect(await spent(world, 905, 2)).toEqual(blocked);
  expect(await spent(world, 905, 2)).toEqual(blocked);
  expect(await spent(world, 940, 3)).toEqual(blocked);
  expect(await verdicts(world)).toEqual(['trainingBlock blocked']);
  expect(world.notifier.sent).toEqual([
    expect.objectContaining({
      severity: 'ticket',
      kind: 'modelBudgetExceeded',
      text: expect.stringContaining('905 of 900 EUR'),
    }),
  ]);
  expect(await readTrainingBlock(world, START + 30 * DAY)).toMatchObject({ cost: 905 });
  expect(await readTrainingBlock(world, START + 31 * DAY)).toBeNull();
});

test('two newer messages that overlap are one record and one ticket', async () => {
  const world = memoryWorld();
  const { notifier } = world;
  let isSecond = false;
  const overlapped = {
    ...world,
    notifier: {
      notify: async (notification: Parameters<typeof notifier.notify>[0]) => {
        if (!isSecond) {
          isSecond = true;
          await spent(world, 940, 3);
        }
        await notifier.notify(notification);
      },
    },
  };
  await spent(overlapped, 905, 2);
  await spent(world, 950, 4);
  expect(isSecond).toBe(true);
  expect(await verdicts(world)).toEqual(['trainingBlock blocked']);
  expect(notifier.sent).toHaveLength(1);
});

test('a raised budget lifts it, which is recorded as well', async () => {
  const world = memoryWorld();
  await spent(world, 905, 2);
  expect(await spent(world, 910, 3, 2000)).toEqual({ blocked: false, untilSeconds: null });
  expect(await verdicts(world)).toEqual(['trainingBlock blocked', 'trainingBlock lifted']);
  expect(world.notifier.sent.map(({ severity }) => severity)).toEqual(['ticket', 'info']);
});

test.each(['ledger', 'notifier'] as const)('what dies at the %s is said by the next delivery', async (port) => {
  const world = memoryWorld();
  const dead = new Proxy(world[port], { get: () => () => Promise.reject(new Error('power cut')) });
  await expect(spent({ ...world, [port]: dead }, 905, 2)).rejects.toThrow('power cut');
  expect(await readTrainingBlock(world, START + 3 * DAY)).not.toBeNull();
  await spent(world, 905, 2);
  expect(await verdicts(world)).toEqual(['trainingBlock blocked']);
  expect(world.notifier.sent).toHaveLength(1);
});
