import { doraReport } from '../../../src/runtime/core/dora';
import type { LedgerRecord } from '../../../src/runtime/core/ledger';
import { type Ports, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import type { DeploymentLog } from '../../../src/runtime/usecases/deployment-log';
import { stateKeys } from '../../../src/runtime/usecases/keys';
import { memoryWorld, START } from './world';

const ended = (world: object, run: string, outcome: string, hour: number, tells = true) =>
  USE_CASE_FUNCTIONS.recordDelivery(
    {
      use: 'recordDelivery',
      step: 'delivery',
      run,
      arguments: { model: 'm', tells },
      state: { outcome, at: new Date((START + hour * 3600) * 1000).toISOString() },
    },
    world as Ports,
  );

test('a delivery that came to its end is a deployment, one that failed has reached nobody and is told, each once', async () => {
  const world = memoryWorld();
  for (const again of [1, 2]) {
    expect(await ended(world, 'a', 'SUCCEEDED', 1)).toEqual({ delivery: 'delivery:a', outcome: 'SUCCEEDED' });
    if (again === 1)
      expect(await ended(world, 'b', 'FAILED', 2)).toEqual({ delivery: 'delivery:b', outcome: 'FAILED' });
  }
  const log = (await world.state.read(stateKeys.dora('tests')))!.value as unknown as DeploymentLog;
  const day = { startSeconds: START, endSeconds: START + 86_400 };
  const incident = {
    id: 'i',
    openedAtSeconds: START + 3 * 3600,
    resolvedAtSeconds: START + 4 * 3600,
    deploymentId: null,
  };
  const report = doraReport(log.deployments, [incident], day);
  // The incident comes after the delivery, and after nothing else.
  expect(report.deploymentFrequency.numerator).toBe(1);
  expect(report.changeFailRate).toMatchObject({ numerator: 1, denominator: 1 });
  const records = (await world.ledger.read(1)) as unknown as LedgerRecord[];
  expect(records.map(({ action, verdict }) => `${action} ${verdict}`)).toEqual(['deliver pass', 'deliver fail']);
  expect(world.notifier.sent).toEqual([
    expect.objectContaining({ severity: 'ticket', subject: 'tests: delivery b failed' }),
  ]);
});

test('of several models one tells people', async () => {
  const world = memoryWorld();
  await ended(world, 'a', 'FAILED', 1, false);
  expect(world.notifier.sent).toEqual([]);
  expect(await world.ledger.read(1)).toHaveLength(1);
});

test('what is no end of a delivery is refused', async () => {
  const world = memoryWorld();
  await expect(ended(world, 'a', 'STARTED', 1)).rejects.toThrow(/outcome/);
  expect(await world.ledger.read(1)).toEqual([]);
});
