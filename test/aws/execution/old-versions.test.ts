import { release as canary } from '../support/definition';
import { controllerOf, ReleaseWorld } from './release-world';

const controller = controllerOf({
  strategy: 'allAtOnce',
  finalHold: '10m',
  keepPrevious: 2,
  analysis: { every: '5m', minRequests: 150 },
});

let world: ReleaseWorld;
afterEach(() => {
  expect(world.account.endpoints.orphaned).toEqual([]);
  world.close();
});

const models = () => [...world.account.endpoints.models].sort();
/** Versions of which a configuration is there, by configuration. */
const configured = () =>
  [...world.account.endpoints.configurations.values()].flatMap(({ ProductionVariants }) =>
    ProductionVariants.map(({ ModelName }) => ModelName),
  );

async function releaseNext(version: number): Promise<void> {
  await world.register(version);
  expect((await world.release(version)).end).toBe('released');
}

it('models and configurations of versions that were put away are deleted; those to which one may go back stay', async () => {
  expect(canary).not.toHaveProperty('keepPrevious');
  world = await ReleaseWorld.withChampion(controller);
  // Names that begin like ours, and are another model's.
  world.account.endpoints.models.add('shop-churn-eu-v1').add('shop-churn-v1-t');
  const foreign = { EndpointConfigName: 'shop-churn-eu-0123456789abcdef', ProductionVariants: [] as never[] };
  world.account.endpoints.configurations.set(foreign.EndpointConfigName, {
    ...foreign,
    ProductionVariants: [{ VariantName: 'blue', ModelName: 'shop-churn-eu-v1' }] as never,
  });
  expect((await world.release(2)).end).toBe('released');
  expect(models()).toEqual(['shop-churn-eu-v1', 'shop-churn-v1', 'shop-churn-v1-t', 'shop-churn-v2']);
  for (const version of [3, 4, 5, 6]) await releaseNext(version);
  expect(models()).toEqual(['shop-churn-eu-v1', 'shop-churn-v1-t', 'shop-churn-v4', 'shop-churn-v5', 'shop-churn-v6']);
  expect([...new Set(configured())].sort()).toEqual([
    'shop-churn-eu-v1',
    'shop-churn-v4',
    'shop-churn-v5',
    'shop-churn-v6',
  ]);
  expect(await world.state()).toMatchObject({ status: 'ready', live: { 6: 100 }, aliases: { champion: '6' } });
});

it('a promotion does not fail by it, and the next one does what it has left', async () => {
  world = await ReleaseWorld.withChampion(controller);
  for (const version of [2, 3]) await releaseNext(version);
  await world.register(4);
  const release = await world.release(4, { operations: { 'SageMaker.DeleteModel': Number.POSITIVE_INFINITY } });
  expect(release.end).toBe('released');
  expect(release.output).toMatchObject({ promotion: { cleanUp: expect.stringContaining('SageMaker.DeleteModel') } });
  expect(models()).toContain('shop-churn-v1');
  expect(await world.state()).toMatchObject({ live: { 4: 100 }, lockedBy: null });
  await releaseNext(5);
  expect(models()).toEqual(['shop-churn-v3', 'shop-churn-v4', 'shop-churn-v5']);
});
