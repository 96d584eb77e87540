import { Stack } from 'aws-cdk-lib';
import { type IBuildImage, LinuxBuildImage } from 'aws-cdk-lib/aws-codebuild';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { ECR_IMAGE } from '../support/container-image';

/** An image that the definition names for builds: one of ECR is pulled with the rights of the build. */
export function buildImageOf(scope: Construct, id: string, image: string): IBuildImage {
  const [whole = '', account, region, repositoryName] = ECR_IMAGE.exec(image) ?? [];
  if (repositoryName === undefined) return LinuxBuildImage.fromDockerRegistry(image);
  const repository = Repository.fromRepositoryAttributes(scope, id, {
    repositoryName,
    repositoryArn: `arn:${Stack.of(scope).partition}:ecr:${region}:${account}:repository/${repositoryName}`,
  });
  const tag = image.slice(whole.length + 1);
  return LinuxBuildImage.fromEcrRepository(repository, tag === '' ? 'latest' : tag);
}
