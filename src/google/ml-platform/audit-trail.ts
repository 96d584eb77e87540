import { LoggingProjectSink } from '@cdktf/provider-google/lib/logging-project-sink';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import { Construct } from 'constructs';
import type { GovernancePlan } from '../../plan/plan';
import { locationOf } from '../support/location';
import { bucketName, physicalName } from '../support/names';
import { platformContextOf } from '../support/platform-context';

export interface AuditTrailProps {
  readonly governance: GovernancePlan;
  readonly kmsKeyName: string | null;
  readonly deletionProtection: boolean;
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

/** The cloud's own audit logs of the platform's services, in a bucket that keeps them as long as the definition says. */
export class AuditTrail extends Construct {
  readonly bucketName: string;
  readonly sink: LoggingProjectSink;

  constructor(scope: Construct, id: string, { governance, kmsKeyName, deletionProtection }: AuditTrailProps) {
    super(scope, id);
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const bucket = new StorageBucket(this, 'Bucket', {
      project,
      name: bucketName(this, project, context.platform, 'audit'),
      location: region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      forceDestroy: false,
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
      filter: `log_id("cloudaudit.googleapis.com/activity") OR (log_id("cloudaudit.googleapis.com/data_access") AND protoPayload.serviceName = (${SERVICES.map((one) => JSON.stringify(one)).join(' OR ')}))`,
      uniqueWriterIdentity: true,
    });
    this.node.defaultChild = this.sink;
    new StorageBucketIamMember(this, 'Write', {
      bucket: bucket.name,
      role: 'roles/storage.objectCreator',
      member: this.sink.writerIdentity,
    });
  }
}
