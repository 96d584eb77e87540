import { ArtifactRegistryRepository } from '@cdktf/provider-google/lib/artifact-registry-repository';
import { BigqueryDataset } from '@cdktf/provider-google/lib/bigquery-dataset';
import { BigqueryTable } from '@cdktf/provider-google/lib/bigquery-table';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { Construct } from 'constructs';
import type { ApprovalDuties } from '../../contract/events';
import { type Governance, governanceSchema } from '../../definition/governance';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import { type Security, securitySchema } from '../../definition/security';
import type { RegistryPlan } from '../../plan/plan';
import { planRegistry } from '../../plan/registry';
import { encryptionKeyFor, type IEncryptionKey } from '../ml-platform/encryption-key';
import { handedOr } from '../support/handed-plan';
import { locationOf } from '../support/location';
import { bucketName, physicalName } from '../support/names';
import { modelLabels, platformContextOf } from '../support/platform-context';
import { LEDGER_FIELDS } from './ledger-fields';
import { RegistryGrants } from './model-registry-grants';

/** A registry as other constructs see it. */
export interface IModelRegistry extends Construct {
  readonly model: string;
  /** Bucket of artifacts, data sets, evidence and version records. */
  readonly artifactBucketName: string;
  /** Bucket of the write-once audit ledger. */
  readonly ledgerBucketName: string;
  /** Bucket of state documents, written by generation preconditions. */
  readonly stateBucketName: string;
  /** BigQuery dataset of the model. */
  readonly datasetId: string;
  /** Artifact Registry repository's id, and its address for images. */
  readonly repositoryId: string;
  readonly imageRoot: string;
  /** Key of customer-managed encryption, `projects/…/cryptoKeys/…`; null for Google's keys. */
  readonly kmsKeyName: string | null;
  /** Whether what is stored of the model outlives its stack. @default true */
  readonly deletionProtection?: boolean;
  /**
   * Vertex AI TensorBoard that training jobs are attached to; null where there is none. Who names one gives the trainer's account what
   * Vertex AI asks for then: `roles/aiplatform.user` and `roles/storage.admin` in the project.
   */
  readonly tensorboardName: string | null;
  readonly grants: RegistryGrants;
  /** Who may approve a version. */
  readonly duties: ApprovalDuties;
}

export interface ModelRegistryProps {
  /** The model's name. */
  readonly model: string;
  /** @default - the schema's defaults */
  readonly governance?: SectionInput<typeof governanceSchema>;
  /** @default - the schema's defaults */
  readonly security?: SectionInput<typeof securitySchema>;
  /** @default - a key of its own where `security.encryption` is customerKey */
  readonly encryptionKey?: IEncryptionKey;
}

export type ModelRegistryAttributes = Omit<IModelRegistry, 'grants' | 'duties' | keyof Construct> & {
  /** @default - anybody but who started the training */
  readonly duties?: ApprovalDuties;
};

/** Retention of a bucket is at most 100 years. */
const MAX_RETENTION_SECONDS = 3_155_760_000;
const KEEP_NONCURRENT_DAYS = 90;

/** Artifacts, versions, experiments and the audit ledger of one model. */
export class ModelRegistry extends Construct implements IModelRegistry {
  readonly plan: RegistryPlan;
  readonly model: string;
  readonly artifactBucketName: string;
  readonly ledgerBucketName: string;
  readonly stateBucketName: string;
  readonly datasetId: string;
  readonly repositoryId: string;
  readonly imageRoot: string;
  readonly kmsKeyName: string | null;
  readonly deletionProtection: boolean;
  /** None: a job that is attached to one acts as an account that may do far more than a training needs. */
  readonly tensorboardName = null;
  readonly grants: RegistryGrants;
  readonly duties: ApprovalDuties;

  constructor(scope: Construct, id: string, props: ModelRegistryProps) {
    super(scope, id);
    const reader = new SectionReader(this);
    this.model = reader.model(props.model);
    const governance: Governance = reader.read('governance', governanceSchema, props.governance ?? {});
    const security: Security = reader.read('security', securitySchema, props.security ?? {});
    reader.done();
    this.plan = handedOr(props, () => planRegistry({ model: this.model, governance, security, keepPrevious: 3 }));

    this.duties = { approvers: [...this.plan.approvers], separationOfDuties: this.plan.separationOfDuties };
    const { project, region } = locationOf(this);
    this.deletionProtection = this.plan.deletionProtection;
    this.kmsKeyName = encryptionKeyFor(this, this.plan.encryption, props.encryptionKey)?.keyName ?? null;
    const artifacts = this.bucket('Artifacts', 'artifacts', {
      versioning: { enabled: true },
      lifecycleRule: [
        {
          action: { type: 'Delete' },
          condition: { daysSinceNoncurrentTime: KEEP_NONCURRENT_DAYS, withState: 'ARCHIVED' },
        },
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
        {
          action: { type: 'SetStorageClass', storageClass: 'NEARLINE' },
          condition: { age: 180, matchesPrefix: ['runs/'] },
        },
      ],
    });
    this.node.defaultChild = artifacts;
    const ledger = this.bucket('Ledger', 'ledger', {
      retentionPolicy: {
        // Locked, nobody can shorten it or delete the bucket before, Google included. A registry that may be deleted has no lock.
        isLocked:
          this.plan.deletionProtection && this.plan.retention.some((one) => one.what === 'ledger' && one.locked),
        retentionPeriod: Math.min(MAX_RETENTION_SECONDS, this.plan.ledgerRetentionSeconds),
      },
    });
    const state = this.bucket('State', 'state', {
      versioning: { enabled: true },
      lifecycleRule: [{ action: { type: 'Delete' }, condition: { numNewerVersions: 50, withState: 'ARCHIVED' } }],
    });
    this.artifactBucketName = artifacts.name;
    this.ledgerBucketName = ledger.name;
    this.stateBucketName = state.name;

    const context = platformContextOf(this);
    const labels = modelLabels(context, this.model);
    const key = this.kmsKeyName;
    const repository = new ArtifactRegistryRepository(this, 'Images', {
      project,
      location: region,
      repositoryId: physicalName(this, 'repository', context.platform, this.model),
      format: 'DOCKER',
      description: `Images of the trainer and the server of ${this.model}`,
      labels,
      cleanupPolicyDryRun: false,
      cleanupPolicies: [
        { id: 'keep-recent', action: 'KEEP', mostRecentVersions: { keepCount: 20 } },
        { id: 'drop-untagged', action: 'DELETE', condition: { tagState: 'UNTAGGED', olderThan: '7776000s' } },
      ],
      ...(key !== null && { kmsKeyName: key }),
    });
    this.repositoryId = repository.repositoryId;
    this.imageRoot = `${region}-docker.pkg.dev/${project}/${repository.repositoryId}`;

    const dataset = new BigqueryDataset(this, 'Dataset', {
      project,
      location: region,
      datasetId: physicalName(this, 'dataset', context.platform, this.model),
      description: `Captured requests and audit records of ${this.model}`,
      labels,
      deleteContentsOnDestroy: !this.plan.deletionProtection,
      ...(key !== null && { defaultEncryptionConfiguration: { kmsKeyName: key } }),
    });
    this.datasetId = dataset.datasetId;
    this.ledgerTable(project, labels);

    this.grants = new RegistryGrants(this);
  }

  /** A registry that exists already. */
  static fromModelRegistryAttributes(
    scope: Construct,
    id: string,
    attributes: ModelRegistryAttributes,
  ): IModelRegistry {
    return new ImportedRegistry(scope, id, attributes);
  }

  private bucket(
    id: string,
    purpose: string,
    config: Pick<ConstructorParameters<typeof StorageBucket>[2], 'versioning' | 'lifecycleRule' | 'retentionPolicy'>,
  ): StorageBucket {
    const { project, region } = locationOf(this);
    return new StorageBucket(this, id, {
      project,
      name: bucketName(this, project, this.model, purpose),
      location: region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      forceDestroy: !this.plan.deletionProtection,
      labels: modelLabels(platformContextOf(this), this.model),
      ...(this.kmsKeyName !== null && { encryption: { defaultKmsKeyName: this.kmsKeyName } }),
      ...(this.plan.deletionProtection && { lifecycle: { preventDestroy: true } }),
      ...config,
    });
  }

  /** The audit trail as a table: SQL over the ledger's objects, which stay the truth. */
  private ledgerTable(project: string, labels: Record<string, string>): void {
    new BigqueryTable(this, 'LedgerTable', {
      project,
      datasetId: this.datasetId,
      tableId: 'ledger',
      description: 'Records of the audit ledger, one a row',
      labels,
      // A view of the ledger's objects: with it no record goes.
      deletionProtection: false,
      externalDataConfiguration: {
        autodetect: false,
        sourceFormat: 'NEWLINE_DELIMITED_JSON',
        ignoreUnknownValues: true,
        sourceUris: [`gs://${this.ledgerBucketName}/*`],
        schema: JSON.stringify(LEDGER_FIELDS),
      },
    });
  }
}

class ImportedRegistry extends Construct implements IModelRegistry {
  readonly model: string;
  readonly artifactBucketName: string;
  readonly ledgerBucketName: string;
  readonly stateBucketName: string;
  readonly datasetId: string;
  readonly repositoryId: string;
  readonly imageRoot: string;
  readonly kmsKeyName: string | null;
  readonly deletionProtection?: boolean;
  readonly tensorboardName: string | null;
  readonly grants: RegistryGrants;
  readonly duties: ApprovalDuties;

  constructor(scope: Construct, id: string, attributes: ModelRegistryAttributes) {
    super(scope, id);
    this.model = attributes.model;
    this.artifactBucketName = attributes.artifactBucketName;
    this.ledgerBucketName = attributes.ledgerBucketName;
    this.stateBucketName = attributes.stateBucketName;
    this.datasetId = attributes.datasetId;
    this.repositoryId = attributes.repositoryId;
    this.imageRoot = attributes.imageRoot;
    this.kmsKeyName = attributes.kmsKeyName;
    this.deletionProtection = attributes.deletionProtection;
    this.tensorboardName = attributes.tensorboardName;
    this.duties = attributes.duties ?? { approvers: [], separationOfDuties: true };
    this.grants = new RegistryGrants(this);
  }
}
