import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PrivateNetwork } from '../../src/aws/support/network';

const RUNTIME = resolve(__dirname, '../../src/runtime');

/** Endpoint by which a client of the SDK is reached out of a network without a way out. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  'application-auto-scaling': 'application-autoscaling',
  athena: 'athena',
  cloudwatch: 'monitoring',
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  s3: 's3',
  sagemaker: 'sagemaker.api',
  'sagemaker-runtime': 'sagemaker.runtime',
  sfn: 'states',
  sns: 'sns',
  ssm: 'ssm',
};

const clients = new Set(
  ['adapters/aws', 'entrypoints/aws'].flatMap((folder) =>
    readdirSync(join(RUNTIME, folder)).flatMap((file) =>
      [...readFileSync(join(RUNTIME, folder, file), 'utf8').matchAll(/'@aws-sdk\/client-([\w-]+)'/g)].map(
        ([, name]) => name!,
      ),
    ),
  ),
);

const stack = new Stack();
new PrivateNetwork(stack, 'Network');
const text = Object.values(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) =>
  JSON.stringify(Properties.ServiceName),
);

test.each(['s3', 'ecr.api', 'ecr.dkr', 'kms', 'logs', 'monitoring', 'sts'])(
  'what SageMaker needs for a container is reached from a private network: %s',
  (name) => {
    expect(text.some((one) => one.includes(`.${name}"`))).toBe(true);
  },
);

test('every service that a handler talks to is reached from a private network', () => {
  expect(clients.size).toBeGreaterThan(8);
  for (const client of clients) {
    const name = ENDPOINTS[client];
    expect([client, name !== undefined && text.some((one) => one.includes(`.${name}"`))]).toEqual([client, true]);
  }
});
