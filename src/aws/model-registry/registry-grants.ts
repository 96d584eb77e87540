import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ModelRegistry } from './model-registry';

/** Access of other identities to a registry: `registry.grants.read(role)`. */
export class RegistryGrants {
  constructor(private readonly registry: ModelRegistry) {}

  /** Reads versions, artifacts and the ledger; a later environment needs this. */
  read(grantee: IGrantable): Grant {
    const { artifactBucket, ledgerBucket, stateTable, modelPackageGroupArn } = this.registry;
    return artifactBucket
      .grantRead(grantee)
      .combine(ledgerBucket.grantRead(grantee))
      .combine(stateTable.grant(grantee, 'dynamodb:GetItem'))
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: [
            'sagemaker:DescribeModelPackageGroup',
            'sagemaker:ListModelPackages',
            'sagemaker:DescribeModelPackage',
          ],
          resourceArns: [
            modelPackageGroupArn,
            `${modelPackageGroupArn.replace(':model-package-group/', ':model-package/')}/*`,
          ],
        }),
      );
  }

  /** Approves or rejects versions in the registry's console or by `UpdateModelPackage`. */
  approve(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['sagemaker:UpdateModelPackage', 'sagemaker:DescribeModelPackage'],
      resourceArns: [`${this.registry.modelPackageGroupArn.replace(':model-package-group/', ':model-package/')}/*`],
    });
  }
}
