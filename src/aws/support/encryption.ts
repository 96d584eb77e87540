import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Stateful resources survive the deletion of their stack, unless the definition says otherwise. */
export const removalPolicy = (deletionProtection: boolean): RemovalPolicy =>
  deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

/** The same of a bucket, which S3 deletes only when it is empty: with its stack goes what is in it, all versions. */
export const bucketRemoval = (
  deletionProtection: boolean,
): { readonly removalPolicy: RemovalPolicy; readonly autoDeleteObjects: boolean } => ({
  removalPolicy: removalPolicy(deletionProtection),
  autoDeleteObjects: !deletionProtection,
});

/** A bucket's policy lives as long as the bucket: one that outlives its stack still refuses what is not encrypted in transit. */
export function policyLivesWithBucket(bucket: Bucket, policy: RemovalPolicy): void {
  bucket.policy?.applyRemovalPolicy(policy);
}

/** A customer key with yearly rotation that the services which write on their own may use: logs, alarms, budgets. */
export function platformKey(scope: Construct, id: string, description: string, deletionProtection: boolean): Key {
  const { region, account, partition } = Stack.of(scope);
  const key = new Key(scope, id, {
    description,
    enableKeyRotation: true,
    removalPolicy: removalPolicy(deletionProtection),
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:DescribeKey',
      ],
      resources: ['*'], // in a key's policy: the key itself
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
      },
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      // No rule of EventBridge writes into an encrypted topic or queue: for that it needs a grant without the condition.
      principals: ['cloudwatch', 'budgets'].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'], // in a key's policy: the key itself
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
  return key;
}
