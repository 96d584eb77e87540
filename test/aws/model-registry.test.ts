import { Match } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { CanaryEndpoint, ModelRegistry } from '../../src/aws';
import { release, serving } from './support/definition';
import { newStack, registryIn, resourceCounts, resourcesOf, templateOf } from './support/stacks';

test('stands alone: two buckets, a table, a group, a key', () => {
  const stack = newStack();
  registryIn(stack);
  expect(resourceCounts(templateOf(stack))).toEqual([
    'AWS::DynamoDB::Table 1',
    'AWS::KMS::Key 1',
    'AWS::S3::Bucket 2',
    'AWS::S3::BucketPolicy 2',
    'AWS::SageMaker::ModelPackageGroup 1',
  ]);
});

test('the ledger is write-once for the governed time, and everything is encrypted, private and kept', () => {
  const stack = newStack();
  new ModelRegistry(stack, 'Registry', { model: 'churn', governance: { auditRetention: '400d' } });
  const template = templateOf(stack);
  template.hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'Retain',
    Properties: {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } } },
      VersioningConfiguration: { Status: 'Enabled' },
    },
  });
  for (const { Properties } of Object.values(resourcesOf(template)).filter(({ Type }) => Type === 'AWS::S3::Bucket')) {
    expect(Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
      },
    });
  }
  template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    BillingMode: 'PAY_PER_REQUEST',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    DeletionProtectionEnabled: true,
  });
  template.allResourcesProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    },
  });
});

test('managed encryption has no key; without protection goes with the stack what a service lets go', () => {
  const stack = newStack();
  const security = { encryption: 'managed', deletionProtection: false } as const;
  new ModelRegistry(stack, 'Registry', { model: 'churn', security });
  const template = templateOf(stack);
  template.resourceCountIs('AWS::KMS::Key', 0);
  const resources = Object.entries(resourcesOf(template));
  const policies = [
    'AWS::S3::Bucket',
    'AWS::S3::BucketPolicy',
    'AWS::DynamoDB::Table',
    'AWS::SageMaker::ModelPackageGroup',
  ].map((type) =>
    resources.filter(([, one]) => one.Type === type).map(([id, one]) => `${id.slice(0, 13)} ${one.DeletionPolicy}`),
  );
  expect(policies).toEqual([
    ['RegistryArtif Delete', 'RegistryLedge Retain'],
    ['RegistryArtif Delete', 'RegistryLedge Retain'],
    ['RegistryState Delete'],
    ['RegistryModel Retain'],
  ]);
  // S3 deletes no bucket in which something is: CDK's function takes away what is in it before.
  const [emptied] = Object.values(template.findResources('Custom::S3AutoDeleteObjects'));
  expect(emptied!['Properties'].BucketName).toEqual({ Ref: expect.stringMatching(/^RegistryArtifacts/) });
  template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  template.hasResourceProperties('AWS::S3::Bucket', {
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE' } } },
  });
});

test('errors name the path of the construct and the field, all at once', () => {
  const stack = newStack();
  const make = () =>
    new ModelRegistry(stack, 'Registry', {
      model: 'Churn!',
      governance: { auditRetention: '10 years' as never },
      security: { network: 'open' as never },
    });
  expect(make).toThrow(/Shop\/Registry\.model/);
  expect(
    () => new ModelRegistry(stack, 'Other', { model: 'churn', governance: { auditRetention: 1 as never } }),
  ).toThrow(/Shop\/Other\.governance\.auditRetention: got 1, expected a duration/);
  try {
    new ModelRegistry(stack, 'Third', {
      model: 'Churn!',
      governance: { auditRetention: 'x' as never },
      security: { network: 'open' as never },
    });
  } catch (error) {
    for (const field of ['model', 'governance.auditRetention', 'security.network']) {
      expect((error as Error).message).toContain(`Shop/Third.${field}`);
    }
  }
  expect.assertions(5);
});

test('a field that the library does not know goes through defaultChild', () => {
  const stack = newStack();
  const group = registryIn(stack).node.defaultChild as CfnModelPackageGroup;
  group.addPropertyOverride('ModelPackageGroupPolicy', { Version: '2012-10-17' });
  templateOf(stack).hasResourceProperties('AWS::SageMaker::ModelPackageGroup', {
    ModelPackageGroupName: 'shop-churn',
    ModelPackageGroupPolicy: { Version: '2012-10-17' },
  });
});

test('an imported registry makes nothing and serves the other constructs', () => {
  const stack = newStack();
  const registry = ModelRegistry.fromModelRegistryAttributes(stack, 'Registry', {
    model: 'churn',
    platform: 'acme',
    artifactBucketName: 'artifacts',
    ledgerBucketName: 'ledger',
    stateTableName: 'state',
  });
  expect(resourceCounts(templateOf(stack))).toEqual([]);
  const other = newStack('Other');
  const imported = ModelRegistry.fromModelRegistryAttributes(other, 'Registry', {
    model: 'churn',
    platform: 'acme',
    artifactBucketName: 'artifacts',
    ledgerBucketName: 'ledger',
    stateTableName: 'state',
  });
  const endpoint = new CanaryEndpoint(other, 'Endpoint', {
    model: 'churn',
    task: 'binaryClassification',
    serving,
    release,
    registry: imported,
  });
  expect(endpoint.endpointName).toBe('acme-churn');
  expect(registry.modelPackageGroupName).toBe('acme-churn');
  templateOf(other).resourceCountIs('AWS::S3::Bucket', 0);
});

test('read access is of this registry alone', () => {
  const stack = newStack();
  const role = new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  registryIn(stack).grants.read(role);
  const [policy] = Object.values(templateOf(stack).findResources('AWS::IAM::Policy'));
  const text = JSON.stringify(policy);
  expect(text).toContain('sagemaker:ListModelPackages');
  expect(text).not.toContain('PutObject');
});

test('each record of the ledger is an event, so that others hear of every change', () => {
  const stack = newStack();
  registryIn(stack);
  const buckets = Object.entries(templateOf(stack).findResources('AWS::S3::Bucket'));
  const told = buckets.filter(([, { Properties }]) => Properties.NotificationConfiguration !== undefined);
  expect(told.map(([id]) => id)).toEqual([expect.stringContaining('Ledger')]);
  expect(told[0]![1]['Properties'].NotificationConfiguration).toEqual({
    EventBridgeConfiguration: { EventBridgeEnabled: true },
  });
});
