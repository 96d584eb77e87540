import { release } from '../support/definition';
import type { Resource } from '../support/stacks';
import { type Controller, controllerOf, ReleaseWorld } from './release-world';

const analysis = { every: '5m', minRequests: 150 };
const canary = { ...release, strategy: 'canary', analysis };

/** As it was deployed at first: no alarm on latency yet. */
const before = controllerOf(canary, { latency: null });
/** The change that is deployed in the middle: other machines, another page alarm, another first step. */
const after = controllerOf(
  { ...canary, steps: [{ percent: 25, hold: '10m' }], finalHold: '15m' },
  { serving: { compute: { aws: 'ml.m5.xlarge' } } },
);

const alarmsOf = ({ environment }: Controller): string[] => environment['MLP_ABORT_ALARMS']!.split(',');
const newAlarms = alarmsOf(after).filter((name) => !alarmsOf(before).includes(name));

let world: ReleaseWorld;
beforeEach(async () => {
  world = await ReleaseWorld.withChampion(before);
});
afterEach(() => world.close());

/** Machines of each variant in service. */
const machines = () =>
  Object.fromEntries(
    world.account.endpoints
      .current()!
      .configuration.ProductionVariants.map((one) => [one.VariantName, one.InstanceType]),
  );
const traffic = () => Object.fromEntries(world.account.endpoints.current()!.weights);

/** What clients and SageMaker see. */
const seen = () => ({
  weights: traffic(),
  configuration: world.account.endpoints.current()!.configuration.EndpointConfigName,
  calls: world.account.calls.length,
});

/** Releases a second version; the change is deployed while it holds with its first share, at the first look there. */
async function releaseWithDeployment(then: () => void = () => undefined) {
  const moments: ReturnType<typeof seen>[] = [];
  const execution = await world.release(2, {
    onState: (state) => {
      if (state !== 'look1' || moments.length > 0) return;
      moments.push(seen());
      world.deploy(after);
      moments.push(seen());
      then();
    },
  });
  expect(moments).toHaveLength(2);
  expect(moments[0]!.weights).toEqual({ blue: 90, green: 10 });
  expect(moments[1]).toEqual(moments[0]);
  return execution;
}

it('the change is one of the handler’s environment and of the definition, and no template has an endpoint', () => {
  expect(after.environment['MLP_SERVER_INSTANCE']).not.toBe(before.environment['MLP_SERVER_INSTANCE']);
  expect(newAlarms.length).toBeGreaterThan(0);
  expect(after.definition).not.toEqual(before.definition);
  for (const { template } of [before, after]) {
    const types = Object.values((template as { Resources: Record<string, Resource> }).Resources).map(
      ({ Type }) => Type,
    );
    expect(types.filter((type) => type.startsWith('AWS::SageMaker::'))).toEqual(['AWS::SageMaker::ModelPackageGroup']);
    expect(types.filter((type) => type.startsWith('AWS::ApplicationAutoScaling::'))).toEqual([]);
  }
});

it('the release goes on as it was begun, and the next one is the new platform’s', async () => {
  const { end, path } = await releaseWithDeployment();
  expect(end).toBe('released');
  expect(path.filter((state) => state.startsWith('shift'))).toHaveLength(2);
  expect(await world.state()).toMatchObject({
    status: 'ready',
    live: { 2: 100 },
    aliases: { champion: '2', challenger: null, previous: '1' },
    challengerState: 'released',
    lockedBy: null,
    chainHolds: true,
  });
  // What serves keeps its machine until there is a new version.
  expect(machines()).toEqual({ green: 'ml.m5.large' });
  expect(world.account.traffic.unanswered).toBe(0);

  await world.register(3);
  const shares: unknown[] = [];
  const next = await world.release(3, { onState: (state) => state === 'look1' && shares.push(traffic()) });
  expect(next.end).toBe('released');
  expect(shares[0]).toEqual({ green: 75, blue: 25 });
  expect(machines()).toEqual({ blue: 'ml.m5.xlarge' });
  expect(await world.state()).toMatchObject({
    live: { 3: 100 },
    aliases: { champion: '3', previous: '2' },
    lockedBy: null,
  });
  expect(world.account.traffic.unanswered).toBe(0);
});

it('an alarm that came with the change takes the release back that was begun before it', async () => {
  const { end } = await releaseWithDeployment(() => {
    world.account.figures.firing = [newAlarms[0]!];
  });
  expect(end).toBe('rolledBack');
  expect(await world.state()).toMatchObject({
    status: 'ready',
    live: { 1: 100 },
    aliases: { champion: '1', challenger: null, previous: null },
    challengerState: 'rolledBack',
    lockedBy: null,
    chainHolds: true,
  });
  expect(machines()).toEqual({ blue: 'ml.m5.large' });
  expect(world.account.traffic.unanswered).toBe(0);
});
