import { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ContainerImage } from '../support/container-image';
import { physicalName } from '../support/names';
import type { Place } from '../support/places';

/** Longest name of a role. */
const ROLE_NAME = 64;

/** Name of the role by which the delivery, which is in the first environment, tells a later one of its images. */
export const handoverRole = ({ platform, region }: Place): string =>
  physicalName(ROLE_NAME, platform, 'images', region);

/** In a later environment: lets the first environment's delivery write which image was built, and nothing else. */
export class ImageIntake extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { own, first, images }: { readonly own: Place; readonly first: Place; readonly images: readonly ContainerImage[] },
  ) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      roleName: handoverRole(own),
      assumedBy: new AccountPrincipal(first.account),
      description: `Images of ${own.platform}: the delivery in ${first.name} names the last build`,
    });
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['ssm:PutParameter'],
        resources: images.flatMap(({ parameterArn }) => parameterArn ?? []),
      }),
    );
  }
}

/** In the first environment: later ones pull its images. */
export function letPull(images: readonly ContainerImage[], accounts: readonly string[]): void {
  if (accounts.length === 0) return;
  for (const { repository } of images) {
    repository?.addToResourcePolicy(
      new PolicyStatement({
        principals: accounts.map((account) => new AccountPrincipal(account)),
        actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
      }),
    );
  }
}

/** Shell commands of the delivery that name the last build in a later environment, and what they need. */
export function handover(
  scope: Construct,
  to: Place,
  images: readonly { readonly here: ContainerImage; readonly there: string }[],
): { readonly commands: readonly string[]; readonly statements: readonly PolicyStatement[] } {
  if (images.length === 0) return { commands: [], statements: [] };
  const { partition } = Stack.of(scope);
  const roleArn = `arn:${partition}:iam::${to.account}:role/${handoverRole(to)}`;
  const session = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
    .map((name, field) => `${name}="$(echo "$SESSION" | cut -f${field + 1})"`)
    .join(' ');
  return {
    commands: [
      `SESSION=$(aws sts assume-role --role-arn "${roleArn}" --role-session-name delivery --query "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]" --output text)`,
      ...images.flatMap(({ here, there }) => [
        `IMAGE=$(aws ssm get-parameter --name "${here.parameterName}" --query Parameter.Value --output text)`,
        `${session} aws ssm put-parameter --region "${to.region}" --overwrite --name "${there}" --value "$IMAGE"`,
      ]),
    ],
    statements: [
      new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [roleArn] }),
      new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: images.flatMap(({ here }) => here.parameterArn ?? []),
      }),
    ],
  };
}
