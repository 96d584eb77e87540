import { MlPlatform } from '../../src/aws';
import { definitions } from './support/definition';
import { newStack, type Resource, resourcesOf, templateOf } from './support/stacks';

const reason = { reason: 'a throw-away environment' };
const { models, ...scale } = definitions.scale as unknown as { models: object; governance: object; security: object };
const definition = {
  ...scale,
  models,
  security: { ...scale.security, deletionProtection: false },
  governance: { ...scale.governance, acknowledge: [{ finding: 'deletion-protection-off', ...reason }] },
};

function unprotected(): Record<string, Resource> {
  const stack = newStack('Acme');
  new MlPlatform(stack, 'Platform', { definition: definition as never, environment: 'staging' });
  return resourcesOf(templateOf(stack));
}

const resources = unprotected();
const idsOf = (type: string, matches: (one: Resource) => boolean = () => true): string[] =>
  Object.entries(resources)
    .filter(([, one]) => one.Type === type && matches(one))
    .map(([id]) => id);
const goes = ({ DeletionPolicy }: Resource): boolean => DeletionPolicy !== 'Retain';

test('of a used platform without protection nothing refuses to go: what may hold something is emptied, or stays', () => {
  const emptied = idsOf('Custom::S3AutoDeleteObjects').map(
    (id) => (resources[id]!.Properties!['BucketName'] as { Ref: string }).Ref,
  );
  expect(emptied.length).toBeGreaterThan(1);
  expect(emptied.sort()).toEqual(idsOf('AWS::S3::Bucket', goes).sort());
  // What S3 keeps locked cannot be emptied.
  expect(emptied.filter((id) => resources[id]!.Properties!['ObjectLockEnabled'] === true)).toEqual([]);
  const repositories = idsOf('AWS::ECR::Repository');
  expect(repositories.length).toBeGreaterThan(1);
  for (const id of repositories)
    expect(resources[id]).toMatchObject({ DeletionPolicy: 'Delete', Properties: { EmptyOnDelete: true } });
  expect(idsOf('AWS::SageMaker::ModelPackageGroup', goes)).toEqual([]);
  for (const id of idsOf('AWS::DynamoDB::Table'))
    expect(resources[id]!.Properties!['DeletionProtectionEnabled']).toBe(false);
});

test('what empties buckets reaches no other one', () => {
  const role = idsOf('AWS::IAM::Role').find((id) => id.startsWith('CustomS3AutoDeleteObjects'))!;
  const { Policies, ManagedPolicyArns } = resources[role]!.Properties as {
    Policies?: unknown;
    ManagedPolicyArns: unknown[];
  };
  expect([Policies, ManagedPolicyArns.length]).toEqual([undefined, 1]);
  expect(JSON.stringify(ManagedPolicyArns)).toContain('service-role/AWSLambdaBasicExecutionRole');
  const policies = idsOf('AWS::IAM::Policy', (one) => JSON.stringify(one.Properties!['Roles']).includes(role));
  expect(policies).toEqual([]);
});

test('two syntheses give the same bytes', () => {
  expect(JSON.stringify(unprotected())).toBe(JSON.stringify(resources));
});
