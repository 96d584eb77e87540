import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { ApprovalDuties } from '../../contract/events';

/** A model's registry: what the other constructs need of it. */
export interface IModelRegistry extends IConstruct {
  readonly model: string;
  /** Platform (or stack) that the model belongs to; prefix of names and dimension of metrics. */
  readonly platform: string;
  readonly artifactBucket: IBucket;
  readonly ledgerBucket: IBucket;
  readonly stateTable: ITable;
  readonly modelPackageGroupName: string;
  /** Key of everything that is stored for this model; undefined for keys of AWS. */
  readonly encryptionKey?: IKey;
  /** Who may approve a version. */
  readonly duties: ApprovalDuties;
  /** Whether stateful resources survive the deletion of their stack. */
  readonly deletionProtection: boolean;
  /** Lets objects below a prefix end after so many seconds; an imported registry keeps its own rules. */
  expireAfter(prefix: string, seconds: number): void;
}
