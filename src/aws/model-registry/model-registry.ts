import { Aws, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { ApprovalDuties } from '../../contract/events';
import { governanceSchema } from '../../definition/governance';
import { releaseSchema } from '../../definition/release';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import { securitySchema } from '../../definition/security';
import type { RegistryPlan } from '../../plan/plan';
import { planRegistry } from '../../plan/registry';
import { bucketRemoval, platformKey, policyLivesWithBucket, removalPolicy } from '../support/encryption';
import { NAME_LIMITS, physicalName, standalonePlatform } from '../support/names';
import { retentionSeconds, wholeDays } from '../support/retention';
import { ImportedModelRegistry, type ModelRegistryAttributes } from './imported-registry';
import type { IModelRegistry } from './model-registry-interface';
import { RegistryGrants } from './registry-grants';

export interface ModelRegistryProps {
  /** Name of the model. */
  readonly model: string;
  /** Retention of the audit trail, approvers. @default - the defaults of the definition */
  readonly governance?: SectionInput<typeof governanceSchema>;
  /** Encryption and deletion protection. @default - the defaults of the definition */
  readonly security?: SectionInput<typeof securitySchema>;
  /** Key of everything stored. @default - a key of its own, or keys of AWS when security.encryption is managed */
  readonly encryptionKey?: IKey;
  /** Wired by MlPlatform. @default - planned from the sections, named after the stack */
  readonly wiring?: { readonly platform: string; readonly plan: RegistryPlan };
}

/** Days after which a replaced object is gone for good. */
const NONCURRENT_DAYS = 90;
const INCOMPLETE_UPLOAD_DAYS = 7;
/** Prefixes of what a version consists of. */
const VERSION_PREFIXES = ['runs/', 'versions/', 'monitoring/'] as const;

/**
 * Artifacts, versions, aliases and the audit ledger of one model: a versioned bucket, a write-once bucket, the state table
 * with the locks, and the model package group of the console.
 */
export class ModelRegistry extends Construct implements IModelRegistry {
  /** A registry that exists already, of another stack or account. */
  static fromModelRegistryAttributes(
    scope: Construct,
    id: string,
    attributes: ModelRegistryAttributes,
  ): IModelRegistry {
    return new ImportedModelRegistry(scope, id, attributes);
  }

  readonly model: string;
  readonly platform: string;
  readonly plan: RegistryPlan;
  readonly artifactBucket: Bucket;
  readonly ledgerBucket: Bucket;
  readonly stateTable: Table;
  readonly modelPackageGroupName: string;
  readonly encryptionKey?: IKey;
  readonly duties: ApprovalDuties;
  readonly deletionProtection: boolean;
  readonly grants: RegistryGrants;
  /** Days by prefix. */
  private readonly expiring = new Map<string, number>();

  constructor(scope: Construct, id: string, props: ModelRegistryProps) {
    super(scope, id);
    this.plan = props.wiring?.plan ?? this.planned(props);
    this.model = this.plan.model;
    this.platform = props.wiring?.platform ?? standalonePlatform(this);
    this.deletionProtection = this.plan.deletionProtection;
    const { approvers, separationOfDuties } = this.plan;
    this.duties = { approvers: [...approvers], separationOfDuties };
    const removal = removalPolicy(this.plan.deletionProtection);
    this.encryptionKey =
      props.encryptionKey ??
      (this.plan.encryption === 'customerKey'
        ? platformKey(this, 'Key', `Model ${this.model}: artifacts, ledger and state`, this.plan.deletionProtection)
        : undefined);

    const storage = {
      encryption: this.encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
      ...(this.encryptionKey && { encryptionKey: this.encryptionKey, bucketKeyEnabled: true }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
    };
    const artifactSeconds = retentionSeconds(this.plan, 'artifacts');
    this.artifactBucket = new Bucket(this, 'Artifacts', {
      ...storage,
      ...bucketRemoval(this.plan.deletionProtection),
      lifecycleRules: [
        {
          id: 'replaced-objects',
          noncurrentVersionExpiration: Duration.days(NONCURRENT_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(INCOMPLETE_UPLOAD_DAYS),
        },
      ],
    });
    if (artifactSeconds !== undefined) {
      for (const prefix of VERSION_PREFIXES) this.expireAfter(prefix, artifactSeconds);
    }
    const lockedDays = Duration.days(wholeDays(this.plan.ledgerRetentionSeconds));
    this.ledgerBucket = new Bucket(this, 'Ledger', {
      ...storage,
      // Also without protection: S3 deletes no bucket in which records are locked, and the whole stack would stay.
      removalPolicy: RemovalPolicy.RETAIN,
      objectLockEnabled: true,
      // Compliance: nobody shortens it, not even the account's root. Without deletion protection somebody may.
      objectLockDefaultRetention: this.plan.deletionProtection
        ? ObjectLockRetention.compliance(lockedDays)
        : ObjectLockRetention.governance(lockedDays),
    });
    // Each change of the registry is a record: others hear of it as an event of the account's bus.
    (this.ledgerBucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    policyLivesWithBucket(this.artifactBucket, removal);
    policyLivesWithBucket(this.ledgerBucket, RemovalPolicy.RETAIN);
    this.stateTable = new Table(this, 'State', {
      partitionKey: { name: 'key', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: this.encryptionKey ? TableEncryption.CUSTOMER_MANAGED : TableEncryption.AWS_MANAGED,
      ...(this.encryptionKey && { encryptionKey: this.encryptionKey }),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: this.plan.deletionProtection,
      removalPolicy: removal,
    });
    const group = new CfnModelPackageGroup(this, 'ModelPackageGroup', {
      modelPackageGroupName: physicalName(NAME_LIMITS.modelPackageGroup, this.platform, this.model),
      modelPackageGroupDescription: `Versions of ${this.model}; the ledger and the state table say which one serves`,
    });
    // Also without protection: SageMaker deletes no group that has versions.
    group.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.modelPackageGroupName = group.modelPackageGroupName;
    this.node.defaultChild = group;
    this.grants = new RegistryGrants(this);
  }

  expireAfter(prefix: string, seconds: number): void {
    const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
    const known = this.expiring.get(folder);
    this.expiring.set(folder, Math.max(known ?? 0, wholeDays(seconds)));
    if (known !== undefined) return;
    this.artifactBucket.addLifecycleRule({
      id: `expire-${folder.slice(0, -1)}`,
      prefix: folder,
      // Late, since another construct may need the objects for longer.
      expiration: Duration.days(Lazy.number({ produce: () => this.expiring.get(folder)! })),
    });
  }

  /** ARN of the model package group. */
  get modelPackageGroupArn(): string {
    const { region, account } = Stack.of(this);
    return `arn:${Aws.PARTITION}:sagemaker:${region}:${account}:model-package-group/${this.modelPackageGroupName}`;
  }

  private planned(props: ModelRegistryProps): RegistryPlan {
    const sections = new SectionReader(this);
    const model = sections.model(props.model);
    const governance = sections.read('governance', governanceSchema, props.governance ?? {});
    const security = sections.read('security', securitySchema, props.security ?? {});
    sections.done();
    return planRegistry({ model, governance, security, keepPrevious: releaseSchema.parse({}).keepPrevious });
  }
}
