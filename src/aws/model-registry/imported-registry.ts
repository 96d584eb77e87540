import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ApprovalDuties } from '../../contract/events';
import { NAME_LIMITS, physicalName } from '../support/names';
import type { IModelRegistry } from './model-registry-interface';

export interface ModelRegistryAttributes {
  readonly model: string;
  readonly platform: string;
  readonly artifactBucketName: string;
  readonly ledgerBucketName: string;
  readonly stateTableName: string;
  /** @default - `<platform>-<model>` */
  readonly modelPackageGroupName?: string;
  readonly encryptionKeyArn?: string;
  /** @default - anybody but who started the training */
  readonly duties?: ApprovalDuties;
}

/** A registry of another stack or account. */
export class ImportedModelRegistry extends Construct implements IModelRegistry {
  readonly model: string;
  readonly platform: string;
  readonly encryptionKey?: IKey;
  readonly artifactBucket: IBucket;
  readonly ledgerBucket: IBucket;
  readonly stateTable: ITable;
  readonly modelPackageGroupName: string;
  readonly duties: ApprovalDuties;
  readonly deletionProtection = true;

  constructor(scope: Construct, id: string, attributes: ModelRegistryAttributes) {
    super(scope, id);
    this.model = attributes.model;
    this.platform = attributes.platform;
    this.duties = attributes.duties ?? { approvers: [], separationOfDuties: true };
    const key = attributes.encryptionKeyArn ? Key.fromKeyArn(this, 'Key', attributes.encryptionKeyArn) : undefined;
    this.encryptionKey = key;
    const bucket = (name: string, bucketName: string): IBucket =>
      Bucket.fromBucketAttributes(this, name, { bucketName, ...(key && { encryptionKey: key }) });
    this.artifactBucket = bucket('Artifacts', attributes.artifactBucketName);
    this.ledgerBucket = bucket('Ledger', attributes.ledgerBucketName);
    this.stateTable = Table.fromTableName(this, 'State', attributes.stateTableName);
    this.modelPackageGroupName =
      attributes.modelPackageGroupName ??
      physicalName(NAME_LIMITS.modelPackageGroup, attributes.platform, attributes.model);
  }

  /** Its owner decides. */
  expireAfter(): void {}
}
