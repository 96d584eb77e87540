import type { DeploymentLog } from '../../../src/runtime/usecases/deployment-log';
import { stateKeys } from '../../../src/runtime/usecases/keys';
import { release as canary } from '../support/definition';
import { type Answers, type Controller, controllerOf, HEALTHY, ReleaseWorld } from './release-world';

const analysis = { every: '5m', minRequests: 150 };
const strategies = {
  canary: { ...canary, strategy: 'canary', analysis },
  linear: { strategy: 'linear', linear: { stepPercent: 50, hold: '10m' }, analysis },
  blueGreen: { strategy: 'blueGreen', finalHold: '15m', analysis },
  allAtOnce: { strategy: 'allAtOnce', finalHold: '15m', analysis },
  shadow: { ...canary, shadow: { duration: '1h', maxDisagreementPercent: 5 }, analysis },
} as const;
type Strategy = keyof typeof strategies;
const NAMES = Object.keys(strategies) as Strategy[];

const controllers = new Map<Strategy, Controller>();
const controller = (strategy: Strategy): Controller => {
  const found = controllers.get(strategy) ?? controllerOf(strategies[strategy]);
  controllers.set(strategy, found);
  return found;
};

let world: ReleaseWorld | undefined;
afterEach(() => {
  // The configuration in force was never deleted.
  expect(world?.account.endpoints.orphaned ?? []).toEqual([]);
  world?.close();
  world = undefined;
});

/** Steps to all of the live traffic. */
const SHIFTS: Record<Strategy, number> = { canary: 2, linear: 2, blueGreen: 1, allAtOnce: 1, shadow: 2 };

const OTHERS = ['deployFirst', 'reportRollBack', 'rollBackAgain', 'reject'];

/** Tasks that a release of a second version goes through, with those of a roll-back. */
const tasksOf = (strategy: Strategy): string[] =>
  Object.entries(controller(strategy).definition.States)
    .filter(([name, { Type }]) => Type === 'Task' && !OTHERS.includes(name))
    .map(([name]) => name);

/** A challenger that fails one request of seven. */
const FAILING: Answers = (version, request) => ({
  ...HEALTHY(version, request),
  ...(version === 2 && request % 7 === 0 && { failed: true }),
});

const ALWAYS = Number.POSITIVE_INFINITY;

const CHAMPION_STAYS = {
  status: 'ready',
  live: { 1: 100 },
  mirrored: {},
  aliases: { champion: '1', challenger: null, previous: null },
  lockedBy: null,
  chainHolds: true,
};
const PROMOTED = {
  ...CHAMPION_STAYS,
  live: { 2: 100 },
  aliases: { champion: '2', challenger: null, previous: '1' },
  challengerState: 'released',
};

describe.each(NAMES)('a release by %s', (strategy) => {
  it('goes through its steps, and the challenger becomes the champion', async () => {
    world = await ReleaseWorld.withChampion(controller(strategy));
    const { end, path } = await world.release(2);
    expect(await world.state()).toMatchObject(PROMOTED);
    expect(end).toBe('released');
    expect(path.filter((state) => state.startsWith('shift'))).toHaveLength(SHIFTS[strategy]);
    // Nobody was left without an answer.
    expect(world.account.traffic.unanswered).toBe(0);
  });

  it('takes a challenger back that fails requests', async () => {
    world = await ReleaseWorld.withChampion(controller(strategy), FAILING);
    const { end } = await world.release(2);
    expect(end).toBe('rolledBack');
    expect(await world.state()).toMatchObject({
      ...CHAMPION_STAYS,
      // Who never had live traffic is not said to have lost it.
      challengerState: strategy === 'shadow' ? 'approved' : 'rolledBack',
    });
    expect(world.account.published.map(({ kind }) => kind)).toContain('releaseRolledBack');
  });

  it('is taken back by a page alarm', async () => {
    world = await ReleaseWorld.withChampion(controller(strategy));
    const [alarm] = controller(strategy).environment['MLP_ABORT_ALARMS']!.split(',');
    world.account.figures.firing = [alarm!];
    expect((await world.release(2)).end).toBe('rolledBack');
    expect(await world.state()).toMatchObject(CHAMPION_STAYS);
  });

  it('is taken back when SageMaker goes back to the old configuration in silence', async () => {
    world = await ReleaseWorld.withChampion(controller(strategy));
    // Each try of the deployment, and none of the roll-back.
    const { end, path } = await world.release(2, { silentRollbacks: 4 });
    expect(path.some((state) => state.startsWith('shift'))).toBe(false);
    expect(end).toBe('rolledBack');
    expect(await world.state()).toMatchObject(CHAMPION_STAYS);
  });

  it.each(tasksOf(strategy))('with %s failing for good leaves the champion all of the live traffic', async (state) => {
    // A later try of the roll-back is another state: an outage that ends.
    const answers = state === 'rollBack' ? FAILING : HEALTHY;
    world = await ReleaseWorld.withChampion(controller(strategy), answers);
    const { end, path } = await world.release(2, { states: { [state]: ALWAYS } });
    expect(path).toContain(state);
    expect(['rejected', 'rolledBack']).toContain(end);
    expect(await world.state()).toMatchObject(CHAMPION_STAYS);
  });
});

describe('a release by blueGreen', () => {
  const MINUTE = 60_000;
  const alarms = () => controller('blueGreen').environment['MLP_ABORT_ALARMS']!.split(',');
  /** Changes of the endpoint since a moment. */
  const changes = (from: number) => world!.account.endpoints.log.slice(from) as { DeploymentConfig?: object }[];

  it('switches under SageMaker’s own guardrails: at once, with a time to bake, and the page alarms', async () => {
    world = await ReleaseWorld.withChampion(controller('blueGreen'));
    const before = world.account.endpoints.log.length;
    expect((await world.release(2)).end).toBe('released');
    const guarded = changes(before).filter((one) => one.DeploymentConfig !== undefined);
    expect(alarms().length).toBeGreaterThan(0);
    expect(guarded).toMatchObject([
      {
        DeploymentConfig: {
          BlueGreenUpdatePolicy: {
            TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE' },
            TerminationWaitInSeconds: 300,
          },
          AutoRollbackConfiguration: { Alarms: alarms().map((AlarmName) => ({ AlarmName })) },
        },
      },
    ]);
  });

  it('is taken back by SageMaker itself when a page alarm fires while it bakes, and is not tried again', async () => {
    world = await ReleaseWorld.withChampion(controller('blueGreen'));
    const { figures, endpoints } = world.account;
    let shift: number | undefined;
    // For one minute: whoever looked later would find nothing.
    const isFiring = (): boolean =>
      shift !== undefined && Date.now() >= shift + 10 * MINUTE && Date.now() < shift + 11 * MINUTE;
    Object.defineProperty(figures, 'firing', { get: () => (isFiring() ? [alarms()[0]!] : []) });
    const before = endpoints.log.length;
    const { end, path } = await world.release(2, {
      onState: (state) => {
        if (state === 'shift1') shift ??= Date.now();
      },
    });
    expect(endpoints.takenBack).toBe(1);
    expect(changes(before).filter((one) => one.DeploymentConfig !== undefined)).toHaveLength(1);
    expect(path).not.toContain('look1');
    expect(end).toBe('rolledBack');
    expect(await world.state()).toMatchObject(CHAMPION_STAYS);
    // It was live while it baked: a change that failed, by DORA.
    const { ports } = world;
    const log = (await ports.state.read(stateKeys.dora(ports.platform)))!.value as unknown as DeploymentLog;
    const [failed, ...others] = log.deployments.filter(({ failedAtSeconds }) => failedAtSeconds !== null);
    expect(others).toEqual([]);
    expect(failed!.firstLiveAtSeconds).not.toBeNull();
    // The next version is not held back by it.
    shift = undefined;
    await world.register(3);
    expect((await world.release(3)).end).toBe('released');
    expect((await world.state()).live).toEqual({ 3: 100 });
  });
});

// Without a champion beside it, latency is for the endpoint's alarms to judge.
describe.each(['canary', 'linear', 'shadow'] as const)('a release by %s', (strategy) => {
  it('takes a challenger back that is slow', async () => {
    world = await ReleaseWorld.withChampion(controller(strategy), (version, request) => ({
      ...HEALTHY(version, request),
      ...(version === 2 && { latencyMs: 400 }),
    }));
    expect((await world.release(2)).end).toBe('rolledBack');
    expect(await world.state()).toMatchObject(CHAMPION_STAYS);
  });
});

it('a roll-back that cannot be done is tried until it can, and told once', async () => {
  world = await ReleaseWorld.withChampion(controller('canary'), FAILING);
  // Four tries a state: three rounds of the roll-back fail, and the first report of it.
  const { end, path } = await world.release(2, { states: { rollBack: ALWAYS, rollBackAgain: 8, reportRollBack: 1 } });
  expect(path.filter((state) => state === 'rollBackAgain')).toHaveLength(3);
  expect(end).toBe('rolledBack');
  expect(await world.state()).toMatchObject(CHAMPION_STAYS);
  const pages = world.account.published.filter(({ topic }) => /page/i.test(topic));
  expect(pages).toHaveLength(1);
  expect(pages[0]!.text).toContain('rollBack was made to fail');
  expect(world.account.opsCenter.items.size).toBe(1);
});

/** Every call that the releases of a first and a second version make. */
const OPERATIONS = [
  'ApplicationAutoScaling.DeregisterScalableTarget',
  'ApplicationAutoScaling.DescribeScalableTargets',
  'ApplicationAutoScaling.DescribeScalingPolicies',
  'ApplicationAutoScaling.PutScalingPolicy',
  'ApplicationAutoScaling.RegisterScalableTarget',
  'CloudWatch.DescribeAlarms',
  'CloudWatch.GetMetricData',
  'DynamoDB.GetItem',
  'DynamoDB.PutItem',
  'EventBridge.PutEvents',
  'S3.GetObject',
  'S3.ListObjectsV2',
  'S3.PutObject',
  'SageMaker.CreateEndpoint',
  'SageMaker.CreateEndpointConfig',
  'SageMaker.CreateModel',
  'SageMaker.DescribeEndpoint',
  'SageMaker.DescribeEndpointConfig',
  'SageMaker.DescribeModel',
  'SageMaker.ListEndpointConfigs',
  'SageMaker.ListModels',
  'SageMaker.UpdateEndpoint',
  'SageMaker.UpdateEndpointWeightsAndCapacities',
  'SageMaker.UpdateModelPackage',
];

describe('a release that cannot begin', () => {
  const records = async () =>
    (await world!.ports.ledger.read(1)) as unknown as { action: string; verdict: string; details: object }[];

  it('is recorded and told, and the next one is not kept from it', async () => {
    world = await ReleaseWorld.withChampion(controller('canary'));
    expect((await world.release(2, { states: { verify: ALWAYS } })).path.slice(-3)).toEqual([
      'verifyFailed',
      'reject',
      'rejected',
    ]);
    expect((await records()).at(-1)).toMatchObject({
      action: 'releaseFailed',
      verdict: 'refused',
      details: { run: 'release-2', reason: expect.stringContaining('verify was made to fail') },
    });
    expect(world.account.published.map(({ kind }) => kind)).toEqual(['releaseRolledBack']);
    expect(await world.state()).toMatchObject({ ...CHAMPION_STAYS, challengerState: 'approved' });
    await world.register(3);
    expect((await world.release(3)).end).toBe('released');
  });

  it('ends as failed also when that cannot be recorded', async () => {
    world = await ReleaseWorld.withChampion(controller('canary'));
    const { end, succeeded } = await world.release(2, { states: { verify: ALWAYS, reject: ALWAYS } });
    expect([end, succeeded]).toEqual(['rejected', false]);
    expect(await world.state()).toMatchObject(CHAMPION_STAYS);
  });
});

describe('a call of AWS that fails', () => {
  it('is one of these', async () => {
    world = await ReleaseWorld.withChampion(controller('canary'));
    await world.release(2);
    expect([...new Set(world.account.calls)].sort()).toEqual(OPERATIONS);
  });

  it.each(OPERATIONS.filter((one) => one !== 'SageMaker.CreateEndpoint'))(
    'once, %s, changes nothing',
    async (operation) => {
      world = await ReleaseWorld.withChampion(controller('canary'));
      expect((await world.release(2, { operations: { [operation]: 1 } })).end).toBe('released');
      expect(await world.state()).toMatchObject(PROMOTED);
    },
  );

  it.each(OPERATIONS.filter((one) => one !== 'SageMaker.CreateEndpoint'))(
    'for a while, %s, leaves one version with all of the live traffic, as the registry says',
    async (operation) => {
      world = await ReleaseWorld.withChampion(controller('canary'));
      await world.release(2, { operations: { [operation]: 12 } });
      const after = await world.state();
      expect(after).toMatchObject(after.aliases.champion === '2' ? PROMOTED : CHAMPION_STAYS);
      expect(world.account.traffic.unanswered).toBe(0);
    },
  );
});

describe('an empty account', () => {
  it('gets its first version with all of the traffic, and no release before that', async () => {
    world = new ReleaseWorld(controller('canary'));
    expect((await world.ports.serving.read()).status).toBe('absent');
    await world.register(1);
    expect((await world.release(1)).end).toBe('released');
    expect(await world.state()).toMatchObject({ ...CHAMPION_STAYS, live: { 1: 100 } });
  });

  it.each(['verify', 'deployFirst'])('whose first release fails at %s is empty again', async (state) => {
    world = new ReleaseWorld(controller('canary'));
    await world.register(1);
    expect((await world.release(1, { states: { [state]: ALWAYS } })).succeeded).toBe(false);
    expect(await world.state()).toMatchObject({
      status: 'absent',
      live: {},
      aliases: { champion: null, challenger: null },
      lockedBy: null,
      chainHolds: true,
    });
    // And the next try is none the worse for it.
    await world.register(2);
    expect((await world.release(2)).end).toBe('released');
    expect((await world.state()).live).toEqual({ 2: 100 });
  });

  it('whose first promotion fails in the middle keeps the version that serves', async () => {
    world = new ReleaseWorld(controller('canary'));
    await world.register(1);
    await world.release(1, { operations: { 'SageMaker.UpdateModelPackage': 4 } });
    expect(await world.state()).toMatchObject({ live: { 1: 100 }, aliases: { champion: '1' }, lockedBy: null });
  });
});

describe('autoscaling', () => {
  it('keeps what it has decided through a release, and goes on with the new champion', async () => {
    world = await ReleaseWorld.withChampion(controller('canary'));
    world.account.endpoints.scale('blue', 4);
    const counts: number[] = [];
    const champion = () => world!.account.endpoints.current()!.counts.get('blue');
    await world.release(2, {
      onState: () => {
        const count = champion();
        if (count !== undefined) counts.push(count);
      },
    });
    expect(new Set(counts)).toEqual(new Set([4]));
    expect(Object.keys(world.account.autoscaling.byVariant())).toEqual(['green']);
    // A challenger that may get all traffic in one step has as many machines as the champion.
    expect(world.account.endpoints.current()!.counts.get('green')).toBe(4);
  });
});

describe('two releases at a time', () => {
  it('go one after the other: the second waits, and changes nothing meanwhile', async () => {
    world = await ReleaseWorld.withChampion(controller('canary'));
    await world.register(3);
    const all = await world.together([2, 3]);
    expect(all.map(({ end }) => end)).toEqual(['released', 'released']);
    expect(all[1]!.path.filter((one) => one === 'queue').length).toBeGreaterThan(2);
    expect(await world.state()).toMatchObject({
      live: { 3: 100 },
      aliases: { champion: '3', previous: '2' },
      lockedBy: null,
    });
    expect(world.account.traffic.unanswered).toBe(0);
  });
});
