import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { Tags } from 'aws-cdk-lib';
import { MlPlatform } from '../../src/aws';
import { awsEnvSchema } from '../../src/contract/aws';
import { resourceTags } from '../../src/runtime/adapters/aws/resource-tags';
import { SageMakerEndpoint } from '../../src/runtime/adapters/aws/sagemaker-endpoint';
import { SmokeEndpoint } from '../../src/runtime/adapters/aws/smoke-endpoint';
import { MemoryArtifactStore } from '../../src/runtime/adapters/memory/memory-artifact-store';
import { fakeClient, serviceError } from './adapters/fake-client';
import { commandsOf } from './support/commands';
import { definitions } from './support/definition';
import { asText, definitionsOf, newStack, templateOf } from './support/stacks';

interface Made {
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

const aws = { account: '111111111111', region: 'eu-central-1' };
const stack = newStack('Acme');
const { churn } = (definitions.scale as unknown as { models: { churn: Record<string, object> } }).models;
new MlPlatform(stack, 'Platform', {
  definition: {
    ...definitions.scale,
    // In one account, where two environments are told apart by their tags alone.
    environments: [
      { name: 'staging', aws },
      { name: 'production', aws },
    ],
    models: { churn: { ...churn, evaluation: { ...churn['evaluation'], serving: { maxLatencyP99: '200ms' } } } },
  } as never,
  environment: 'production',
});
Tags.of(stack.node.root).add('from-outside', 'yes');
const template = templateOf(stack);

/** Key and value of each budget's filter. */
const filters = Object.values(template.findResources('AWS::Budgets::Budget'))
  .flatMap(({ Properties }) => Properties.Budget.CostFilters.TagKeyValue as string[])
  .map((filter) => filter.replace('user:', '').split('$') as [string, string]);

const states = Object.entries(definitionsOf(template)['acme-production-churn-pipeline']!.States);
const environmentOf = (description: string) => {
  const functions = template.findResources('AWS::Lambda::Function', { Properties: { Description: description } });
  const { Variables } = Object.values(functions)[0]!['Properties'].Environment;
  return awsEnvSchema.parse({ ...texts(Variables), AWS_REGION: aws.region });
};
const texts = (all: object) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, asText(value)]));

/** What handlers make: inputs by call. */
async function madeByHandlers(): Promise<[string, Made][]> {
  const made: [string, Made][] = [];
  const note = (call: string) => (input: Made) => void made.push([call, input]);
  const sagemaker = fakeClient<SageMakerClient>({
    CreateModel: note('release sagemaker.CreateModel'),
    CreateEndpointConfig: note('release sagemaker.CreateEndpointConfig'),
    CreateEndpoint: note('release sagemaker.CreateEndpoint'),
  });
  const endpoint = new SageMakerEndpoint(sagemaker, {
    endpoint: 'acme-production-churn',
    roleArn: 'role',
    bucket: 'bucket',
    key: '',
    subnets: [],
    securityGroups: [],
    tags: resourceTags(environmentOf('Steps of the release controller of churn').MLP_TAGS),
  });
  await endpoint.createModel(1, 'image', 's3://bucket/model.tar.gz');
  const layout = { production: { blue: { version: 1, weight: 100 } }, shadow: null };
  await endpoint.request(layout, { instanceType: 'ml.m5.large', instances: 1, capturePercent: 100 }, false);

  const trial = fakeClient<SageMakerClient>({
    DescribeEndpoint: () => {
      throw serviceError('ValidationException', 'Could not find endpoint');
    },
    CreateEndpointConfig: note('pipeline sagemaker.CreateEndpointConfig'),
    CreateEndpoint: note('pipeline sagemaker.CreateEndpoint'),
  });
  const smoke = new SmokeEndpoint(trial, fakeClient<SageMakerRuntimeClient>({}), new MemoryArtifactStore(), {
    name: 'trial',
    instanceType: 'ml.m5.large',
    note: 'runs/1/smoke.json',
    now: () => 0,
    tags: resourceTags(environmentOf('Steps of the pipeline of churn').MLP_TAGS),
  });
  await expect(smoke.measure([{}])).rejects.toThrow(/still changes/);
  return made;
}

const tagsIn = ({ Tags = [] }: Made) => Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));

test('budgets of the platform and of the model are by tags that tell environments apart', () => {
  expect(filters.sort()).toEqual([
    ['mlp:model', 'acme-production/churn'],
    ['mlp:platform', 'acme-production'],
  ]);
});

test('the jobs and models of a run have the tags by which budgets count', () => {
  const makers = states.filter(([, { Resource }]) => /:sagemaker:create/.test(String(Resource)));
  expect(makers.map(([, { Resource }]) => String(Resource).split(':').at(-1)).sort()).toEqual([
    'createModel',
    'createModel',
    'createTrainingJob.sync',
    'createTransformJob.sync',
    'createTransformJob.sync',
  ]);
  for (const [, { Parameters }] of makers) {
    expect(tagsIn(Parameters as Made)).toMatchObject({
      ...Object.fromEntries(filters),
      'mlp:environment': 'production',
      'mlp:owner': 'ml-team',
      'cost-center': '4711',
      'from-outside': 'yes',
    });
  }
});

test('all that handlers make in SageMaker has the same tags', async () => {
  const made = await madeByHandlers();
  // A version of a model package has those of its group.
  const makers = (['pipeline', 'release', 'monitor', 'retraining'] as const).flatMap((role) =>
    [...commandsOf(role)]
      .filter((call) => /^sagemaker\.Create/.test(call) && call !== 'sagemaker.CreateModelPackage')
      .map((call) => `${role} ${call}`),
  );
  expect(made.map(([call]) => call).sort()).toEqual(makers.sort());
  const [, { Parameters }] = states.find(([, { Resource }]) => /:sagemaker:createTrainingJob/.test(String(Resource)))!;
  for (const [call, input] of made) expect([call, tagsIn(input)]).toEqual([call, tagsIn(Parameters as Made)]);
});
