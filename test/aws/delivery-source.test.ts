import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { MlPlatform } from '../../src/aws';
import type { PlatformInput } from '../../src/definition/input';
import { scale } from '../support/definitions';
import { newStack, type Resource, templateOf } from './support/stacks';

const CONNECTION = 'arn:aws:codeconnections:eu-central-1:111111111111:connection/0a1b2c3d-1111-2222-3333-444455556666';
const IMAGE = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/builder:7';

const delivered = (stackName: string, image?: string): Stack => {
  const stack = newStack(stackName);
  const definition = scale({
    'delivery.source.connection': { aws: CONNECTION },
    ...(image !== undefined && { 'delivery.build.image': { aws: image } }),
  }) as PlatformInput;
  new MlPlatform(stack, 'Platform', { definition, environment: 'staging' });
  return stack;
};
const allowed = (stack: Stack): { readonly Action: string | string[]; readonly Resource: unknown }[] =>
  (Object.values(templateOf(stack).findResources('AWS::IAM::Policy')) as Resource[]).flatMap(
    ({ Properties }) =>
      (Properties!['PolicyDocument'] as { Statement: { Action: string | string[]; Resource: unknown }[] }).Statement,
  );

test('the source may use its connection by the name of its service that the ARN has', () => {
  const uses = allowed(delivered('bike-share-staging')).filter(({ Resource }) => Resource === CONNECTION);
  expect(uses.flatMap(({ Action }) => Action)).toEqual(
    expect.arrayContaining(['codeconnections:UseConnection', 'codestar-connections:UseConnection']),
  );
});

test('an image of ECR for builds is pulled by the build’s own rights', () => {
  const stack = delivered('bike-share-staging', IMAGE);
  const projects = Object.values(templateOf(stack).findResources('AWS::CodeBuild::Project')) as Resource[];
  const own = projects.filter(({ Properties }) => JSON.stringify(Properties!['Environment']).includes('builder'));
  expect(own.length).toBeGreaterThan(0);
  const pulls = allowed(stack).filter(({ Action }) => [Action].flat().includes('ecr:BatchGetImage'));
  const pulled = pulls.filter(({ Resource }) => JSON.stringify(Resource).includes(':repository/builder'));
  expect(pulled).toHaveLength(own.length);
});

test('a stack that the delivery would not find gives a warning', () => {
  const name = '*the delivery deploys bike-share-staging, and this stack is named*';
  const pattern = Match.stringLikeRegexp(name.replaceAll('*', '.*'));
  expect(Annotations.fromStack(delivered('Starter')).findWarning('*', pattern)).toHaveLength(1);
  expect(Annotations.fromStack(delivered('bike-share-staging')).findWarning('*', pattern)).toHaveLength(0);
});
