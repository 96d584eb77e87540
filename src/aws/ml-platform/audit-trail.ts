import { Duration, Stack } from 'aws-cdk-lib';
import { type DataResourceType, ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bucketRemoval, policyLivesWithBucket, removalPolicy } from '../support/encryption';
import { wholeDays } from '../support/retention';

export interface AuditTrailProps {
  /** Write-once ledgers, by model. */
  readonly ledgers: Readonly<Record<string, IBucket>>;
  readonly artifacts: readonly IBucket[];
  /** Tables of registries and locks. */
  readonly tables: readonly ITable[];
  readonly retentionSeconds: number;
  /** Stage scale: every access to ledgers and artifacts, and every change of a registry, is recorded by CloudTrail too. */
  readonly recordAccess: boolean;
  readonly encryptionKey?: IKey;
  readonly deletionProtection: boolean;
}

/** The audit trail: the ledgers themselves, and a record of who touched them. */
export class AuditTrail extends Construct {
  readonly ledgers: Readonly<Record<string, IBucket>>;
  readonly trail?: Trail;
  readonly trailBucket?: Bucket;

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    this.ledgers = props.ledgers;
    if (!props.recordAccess) return;
    this.trailBucket = new Bucket(this, 'Records', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      ...bucketRemoval(props.deletionProtection),
      lifecycleRules: [{ id: 'audit-retention', expiration: Duration.days(wholeDays(props.retentionSeconds)) }],
    });
    policyLivesWithBucket(this.trailBucket, removalPolicy(props.deletionProtection));
    this.trail = new Trail(this, 'Trail', {
      bucket: this.trailBucket,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      enableFileValidation: true,
      managementEvents: ReadWriteType.NONE,
      ...(props.encryptionKey && letTrailUse(props.encryptionKey, scope) && { encryptionKey: props.encryptionKey }),
    });
    this.trail.addS3EventSelector(
      [...Object.values(props.ledgers), ...props.artifacts].map((bucket) => ({ bucket })),
      { readWriteType: ReadWriteType.ALL, includeManagementEvents: false },
    );
    // CDK has no name for tables, CloudFormation does.
    this.trail.addEventSelector(
      'AWS::DynamoDB::Table' as DataResourceType,
      props.tables.map(({ tableArn }) => tableArn),
      { readWriteType: ReadWriteType.WRITE_ONLY, includeManagementEvents: false },
    );
    this.node.defaultChild = this.trail.node.defaultChild;
  }
}

/**
 * Lets CloudTrail use a key, for trails of this account. False for an imported key, whose policy cannot be changed from here:
 * a trail that may not use its key cannot be made, so that S3's own encryption has to do.
 */
function letTrailUse(key: IKey, scope: Construct): boolean {
  const { partition, account } = Stack.of(scope);
  const context = `arn:${partition}:cloudtrail:*:${account}:trail/*`;
  return key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
      actions: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'], // in a key's policy: the key itself
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        StringLikeIfExists: { 'kms:EncryptionContext:aws:cloudtrail:arn': context },
      },
    }),
  ).statementAdded;
}
