import { LoggingProjectSink } from '@cdktf/provider-google/lib/logging-project-sink';
import { ProjectIamAuditConfig } from '@cdktf/provider-google/lib/project-iam-audit-config';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import { Construct } from 'constructs';
import { pascalCase } from '../../kernel/names';
import type { GovernancePlan } from '../../plan/plan';
import { locationOf } from '../support/location';
import { bucketName, physicalName } from '../support/names';
import { platformContextOf } from '../support/platform-context';

export interface AuditTrailProps {
  readonly governance: GovernancePlan;
  readonly kmsKeyName: string | null;
  readonly deletionProtection: boolean;
  /** Stage scale: reads and writes of what is stored are recorded too. Google records none of them until it is told to. */
  readonly recordAccess: boolean;
}

/** Services of which every administrative and data access is kept. */
const SERVICES = [
  'aiplatform.googleapis.com',
  'artifactregistry.googleapis.com',
  'bigquery.googleapis.com',
  'cloudfunctions.googleapis.com',
  'cloudkms.googleapis.com',
  'iam.googleapis.com',
  'run.googleapis.com',
  'storage.googleapis.com',
  'workflows.googleapis.com',
];

/**
 * What is recorded beside changes of resources, which Google always records: who reads and writes ledgers, artifacts and states, and
 * who writes into Vertex AI. Predictions (reads of Vertex AI) are not, as on AWS; BigQuery records every access by itself, and takes
 * no configuration of it.
 */
const RECORDED = {
  'storage.googleapis.com': ['DATA_READ', 'DATA_WRITE'],
  'aiplatform.googleapis.com': ['DATA_WRITE'],
} as const;

/** The cloud's own audit logs of the platform's services, in a bucket that keeps them as long as the definition says. */
export class AuditTrail extends Construct {
  readonly bucketName: string;
  readonly sink: LoggingProjectSink;

  constructor(
    scope: Construct,
    id: string,
    { governance, kmsKeyName, deletionProtection, recordAccess }: AuditTrailProps,
  ) {
    super(scope, id);
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const bucket = new StorageBucket(this, 'Bucket', {
      project,
      name: bucketName(this, project, context.platform, 'audit'),
      location: region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      forceDestroy: !deletionProtection,
      labels: { ...context.labels },
      retentionPolicy: { isLocked: false, retentionPeriod: governance.auditRetentionSeconds },
      ...(kmsKeyName !== null && { encryption: { defaultKmsKeyName: kmsKeyName } }),
      ...(deletionProtection && { lifecycle: { preventDestroy: true } }),
    });
    this.bucketName = bucket.name;
    this.sink = new LoggingProjectSink(this, 'Sink', {
      project,
      name: physicalName(this, 'sink', context.platform, 'audit'),
      description: `Audit logs of ${context.platform}`,
      destination: `storage.googleapis.com/${bucket.name}`,
      // The sink's own writes into its bucket are left out: each file of records would make the next one.
      filter: `log_id("cloudaudit.googleapis.com/activity") OR (log_id("cloudaudit.googleapis.com/data_access") AND protoPayload.serviceName = (${SERVICES.map((one) => JSON.stringify(one)).join(' OR ')}) AND NOT protoPayload.resourceName : "buckets/${bucket.name}/")`,
      uniqueWriterIdentity: true,
    });
    this.node.defaultChild = this.sink;
    new StorageBucketIamMember(this, 'Write', {
      bucket: bucket.name,
      role: 'roles/storage.objectCreator',
      member: this.sink.writerIdentity,
    });
    // A configuration is the whole one of its service in the project: the first environment there has it for all.
    if (!recordAccess || !context.ownsProject) return;
    for (const [service, logTypes] of Object.entries(RECORDED)) {
      new ProjectIamAuditConfig(this, pascalCase(service.split('.')[0]!), {
        project,
        service,
        auditLogConfig: logTypes.map((logType) => ({ logType })),
      });
    }
  }
}
