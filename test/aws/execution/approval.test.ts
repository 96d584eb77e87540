import { applyToRegistry } from '../../../src/runtime/usecases/registry-document';
import { RELEASE_POLICY } from '../../../src/runtime/usecases/release-policy';
import { PipelineWorld, pipelineController } from './pipeline-world';

const controller = pipelineController({
  evaluation: { approval: 'manual' },
  governance: { approvers: ['ann@example.com', 'bob@example.com'] },
});

let world: PipelineWorld;
beforeEach(async () => {
  world = await PipelineWorld.open(controller);
  const { end } = await world.run('run-1');
  expect(end).toBe('registered');
});
afterEach(() => world.close());

const statusOf = (): string | undefined => [...world.account.endpoints.packages.values()][0]?.status;

it('a version waits for a person, who is told of it', async () => {
  expect(await world.state()).toMatchObject({ versions: { 1: 'passedGate' }, told: ['approvalNeeded'], releases: [] });
  expect(statusOf()).toBe('PendingManualApproval');
});

it('an approver lets it go on in the console: it is released once, however often SageMaker tells of it', async () => {
  expect(await world.decide(1, 'Approved', 'bob@example.com', 3)).toMatchObject({ decision: 'nothing' });
  const { last, ...after } = await world.state();
  expect(after).toMatchObject({
    versions: { 1: 'approved' },
    releases: [{ version: 1, requestedBy: 'bob@example.com' }],
    chainHolds: true,
  });
  expect(last).toMatchObject({ action: 'approve', actor: 'bob@example.com', verdict: 'done' });
  expect(statusOf()).toBe('Approved');
});

it('two events at the same time start one release', async () => {
  const [arn, found] = [...world.account.endpoints.packages][0]!;
  Object.assign(found, { status: 'Approved', by: 'arn:aws:sts::111111111111:assumed-role/Sso/bob@example.com' });
  await Promise.all([world.tell(arn, 'Approved'), world.tell(arn, 'Approved')]);
  expect((await world.state()).releases).toHaveLength(1);
});

it.each([
  ['who started the training', 'ann@example.com', 'separationOfDuties'],
  ['who is no approver', 'eve@example.com', 'notAnApprover'],
])('of a person %s it does not count: it is recorded, told, and the console says so', async (_who, by, code) => {
  expect(await world.decide(1, 'Approved', by)).toMatchObject({ decision: 'refused', reason: code });
  const { last, ...after } = await world.state();
  expect(after).toMatchObject({
    versions: { 1: 'passedGate' },
    releases: [],
    told: ['approvalNeeded', 'approvalNeeded'],
    chainHolds: true,
  });
  expect(last).toMatchObject({ action: 'approve', actor: by, verdict: 'refused' });
  expect(statusOf()).toBe('PendingManualApproval');
});

it('a no is final', async () => {
  expect(await world.decide(1, 'Rejected', 'bob@example.com')).toMatchObject({ decision: 'rejected' });
  expect(await world.state()).toMatchObject({ versions: { 1: 'rejected' }, releases: [] });
  expect(await world.decide(1, 'Approved', 'bob@example.com')).toMatchObject({ decision: 'settled' });
  expect(await world.state()).toMatchObject({ versions: { 1: 'rejected' }, releases: [] });
});

it('a version that was rolled back comes back by a person alone, with a release of its own', async () => {
  await world.decide(1, 'Approved', 'bob@example.com');
  const { artifactDigest: observedDigest } = (await world.registry()).versions['1']!;
  const base = { version: '1', by: 'release' };
  await applyToRegistry(
    world.ports,
    () => [
      { ...base, kind: 'challenge', id: 'c', observedDigest },
      { ...base, kind: 'rollback', id: 'r', reason: 'slow', observedDigest: null },
    ],
    RELEASE_POLICY,
    { commit: null, dataDigest: null },
  );
  expect(await world.decide(1, 'Approved', 'bob@example.com')).toMatchObject({ decision: 'approved' });
  expect((await world.state()).releases).toMatchObject([{ version: 1 }, { version: 1 }]);
  expect(new Set(world.account.started.map(({ name }) => name)).size).toBe(2);
});

it('packages of others in the group are left alone', async () => {
  const arn = 'arn:aws:sagemaker:eu-central-1:111111111111:model-package/churn/9';
  world.account.endpoints.packages.set(arn, { status: 'Approved', properties: {}, by: 'arn:aws:iam::1:user/eve' });
  expect(await world.tell(arn, 'Approved')).toMatchObject({ decision: 'nothing' });
  expect(await world.state()).toMatchObject({ versions: { 1: 'passedGate' }, releases: [] });
});
