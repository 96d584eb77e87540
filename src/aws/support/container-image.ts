import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Repository, RepositoryEncryption, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { PARAMETER_IMAGE } from '../../contract/aws';
import { DefinitionError } from '../../kernel/problem';
import type { ImagePlan } from '../../plan/plan';
import { removalPolicy } from './encryption';
import { NAME_LIMITS, physicalName } from './names';

/** Where a container comes from: a URI, or a repository of ours with the parameter that names the last build by digest. */
export interface ContainerImage {
  /** As handlers take it: a URI, or `ssm:<parameter>`. */
  readonly reference: string;
  readonly uri?: string;
  readonly parameterName?: string;
  readonly parameterArn?: string;
  readonly repositoryArn?: string;
  readonly repository?: Repository;
}

/** Parameter with the image of the last build, by the platform's, the model's and the purpose's name. */
export const imageParameter = (names: readonly string[]): string => `/${names.join('/')}/image`;

/** Where images are built for all environments, seen from another one. */
export interface ImageHome {
  readonly platform: string;
  readonly account: string;
  readonly region: string;
}

/** Value of the parameter before the first build; no registry has such an image, so a job that needs it says so. */
const NOT_BUILT = 'not-built-yet';
/** A champion may serve for years: images that a build has named are kept, what is left of pushes that broke off is not. */
const UNTAGGED_DAYS = 14;

/** Account, region and name of a repository. */
export const ECR_IMAGE = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/;

/**
 * The image of a trainer or a server. One that is built gets its repository here, and its digest from the delivery; in a
 * later environment it is the first one's image, of the same digest.
 *
 * @throws DefinitionError when the definition names no image for AWS
 */
export function containerImage(
  scope: Construct,
  id: string,
  plan: ImagePlan,
  names: readonly string[],
  options: { readonly encryptionKey?: IKey; readonly deletionProtection: boolean },
  home?: ImageHome,
): ContainerImage {
  if (plan.aws !== null) {
    const [, account, region, repository] = ECR_IMAGE.exec(plan.aws) ?? [];
    return {
      reference: plan.aws,
      uri: plan.aws,
      ...(repository !== undefined && {
        repositoryArn: `arn:${Stack.of(scope).partition}:ecr:${region}:${account}:repository/${repository}`,
      }),
    };
  }
  if (plan.build === null) {
    throw new DefinitionError(`${scope.node.path}: no image for AWS`, [
      {
        code: 'noImage',
        path: `${scope.node.path}.image.aws`,
        got: plan.google === null ? 'nothing' : `only google: ${plan.google}`,
        expected: 'build, or the image for aws',
        fix: 'add image.aws or image.build',
      },
    ]);
  }
  const parameter = new StringParameter(scope, `${id}Image`, {
    parameterName: imageParameter(names),
    stringValue: NOT_BUILT,
    description: 'Image of the last build, by digest; written by the delivery',
  });
  parameter.applyRemovalPolicy(RemovalPolicy.DESTROY);
  const built = {
    reference: `${PARAMETER_IMAGE}${imageParameter(names)}`,
    parameterName: imageParameter(names),
    parameterArn: parameter.parameterArn,
  };
  if (home !== undefined) {
    const there = physicalName(NAME_LIMITS.repository, home.platform, ...names.slice(1));
    const { partition } = Stack.of(scope);
    return { ...built, repositoryArn: `arn:${partition}:ecr:${home.region}:${home.account}:repository/${there}` };
  }
  const repository = new Repository(scope, `${id}Repository`, {
    repositoryName: physicalName(NAME_LIMITS.repository, ...names),
    imageTagMutability: TagMutability.IMMUTABLE,
    imageScanOnPush: true,
    encryption: options.encryptionKey ? RepositoryEncryption.KMS : RepositoryEncryption.AES_256,
    ...(options.encryptionKey && { encryptionKey: options.encryptionKey }),
    lifecycleRules: [
      {
        tagStatus: TagStatus.UNTAGGED,
        maxImageAge: Duration.days(UNTAGGED_DAYS),
        description: 'what no build has named',
      },
    ],
    removalPolicy: removalPolicy(options.deletionProtection),
    // ECR deletes no repository that has images.
    emptyOnDelete: !options.deletionProtection,
  });
  return { ...built, repositoryArn: repository.repositoryArn, repository };
}
