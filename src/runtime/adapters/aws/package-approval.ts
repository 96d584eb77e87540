import { DescribeModelPackageCommand, type SageMakerClient, type UserContext } from '@aws-sdk/client-sagemaker';

/** Who has set the approval status of a model package, and of which version of ours it is. */
export interface PackageApproval {
  readonly version: number;
  readonly status: string;
  /** The person; null when SageMaker does not say who it was. */
  readonly by: string | null;
  /** ARN of the session or user. */
  readonly arn: string | null;
  readonly description: string | null;
}

/** Reads it from SageMaker: the event itself does not name the person. Null for a package that is none of ours. */
export async function packageApproval(client: SageMakerClient, packageArn: string): Promise<PackageApproval | null> {
  const found = await client.send(new DescribeModelPackageCommand({ ModelPackageName: packageArn }));
  const version = Number(found.CustomerMetadataProperties?.['version']);
  if (!Number.isInteger(version) || version < 1) return null;
  const { LastModifiedBy, ModelApprovalStatus, ApprovalDescription } = found;
  return {
    version,
    status: ModelApprovalStatus ?? '',
    by: personOf(LastModifiedBy),
    arn: LastModifiedBy?.IamIdentity?.Arn ?? null,
    description: ApprovalDescription ?? null,
  };
}

/**
 * The name of a person in an IAM identity: the source identity where the session has one (it cannot be changed by who assumes
 * a role), else the session's name (the user's name with IAM Identity Center), else the user's name.
 */
export function personOf(context: UserContext | undefined): string | null {
  const { SourceIdentity, Arn } = context?.IamIdentity ?? {};
  return SourceIdentity ?? Arn?.split('/').at(-1) ?? context?.UserProfileName ?? null;
}
