// Releases by the deployed release controller, with the deployed functions, on an endpoint that the stand-in serves: the first
// version of an empty account, and one that is taken back because a page alarm fires. The versions are registered as the
// pipeline would have, by the same code; everything after that is the account's.
import { deepStrictEqual } from 'node:assert';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import {
  DescribeExecutionCommand,
  paginateGetExecutionHistory,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { awsEnvSchema } from '../../src/contract/aws';
import type { TaskEvent } from '../../src/contract/events';
import { archiveUri } from '../../src/runtime/adapters/aws/model-archive';
import { awsPorts } from '../../src/runtime/entrypoints/aws/ports';
import { artifactKeys, type Ports, readRegistry } from '../../src/runtime/usecases';
import { writeJson } from '../../src/runtime/usecases/json-artifact';
import { readVersion } from '../../src/runtime/usecases/version-record';
import { type MemoryWorld, registered } from '../../test/runtime/usecases/world';
import { eventually, named, recordsOf } from './ledger';
import { REGION } from './platforms';
import type { StackResource } from './stacks';

const machines = new SFNClient();
const functions = new LambdaClient();
const parameters = new SSMClient();
const alarms = new CloudWatchClient();
const sagemaker = new SageMakerClient();
const invocations = new SageMakerRuntimeClient();

/** Requests of which it is looked at who answers. */
const REQUESTS = 40;
/** What the delivery writes after a build. */
const IMAGE = `000000000000.dkr.ecr.${REGION}.amazonaws.com/server@sha256:${'0'.repeat(64)}`;

/** @returns the states of both releases, for the log */
export async function expectReleases(resources: readonly StackResource[]): Promise<readonly string[][]> {
  const { ports, endpoint } = await deployedPorts(resources);
  await publish(ports, 1);
  const first = await release(resources, 1);
  deepStrictEqual([first.status, first.states.at(-1)], ['SUCCEEDED', 'released']);
  await servesAlone(ports, endpoint, 1);
  deepStrictEqual((await readRegistry(ports)).aliases, { champion: '1', challenger: null, previous: null });

  const before = (await recordsOf(resources)).length;
  await publish(ports, 2);
  const alarm = named(resources, 'AWS::CloudWatch::Alarm', /EndpointErrorsAlarm/);
  await fires(alarm);
  const second = await release(resources, 2);
  await alarms.send(new DeleteAlarmsCommand({ AlarmNames: [alarm] }));
  deepStrictEqual([second.status, second.states.at(-1)], ['FAILED', 'rolledBack']);
  await servesAlone(ports, endpoint, 1);
  const { aliases, versions } = await readRegistry(ports);
  deepStrictEqual(aliases, { champion: '1', challenger: null, previous: null });
  // It had no live traffic yet: there is nothing of it to take back in the registry.
  deepStrictEqual(versions['2']?.state, 'approved');
  // The chain holds (`recordsOf`), and says what was done.
  const actions = (await recordsOf(resources)).slice(before).map(({ action }) => action);
  deepStrictEqual(actions.includes('releaseFailed'), true, actions.join(', '));
  return [first.states, second.states];
}

/** The ports of the deployed release handler, by the variables of its function. */
async function deployedPorts(resources: readonly StackResource[]) {
  const FunctionName = named(resources, 'AWS::Lambda::Function', /DemandEndpointHandler/);
  const { Environment } = await functions.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const environment = awsEnvSchema.parse({ ...Environment?.Variables, AWS_REGION: REGION });
  const [, image = ''] = environment.MLP_SERVER_IMAGE.split(':');
  await parameters.send(new PutParameterCommand({ Name: image, Value: IMAGE, Type: 'String', Overwrite: true }));
  return { ports: awsPorts(environment, { arguments: {} } as TaskEvent), endpoint: environment.MLP_ENDPOINT };
}

/** Lets a page alarm fire. The stand-in keeps no alarms of expressions, so that this one is made here, by its name. */
async function fires(AlarmName: string): Promise<void> {
  await alarms.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'AWS/SageMaker',
      MetricName: 'Invocation5XXErrors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  const StateReason = 'the endpoint fails requests';
  await alarms.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason }));
}

/** A version that has passed its gate and has its approval, in the registry and in SageMaker's. */
async function publish(ports: Ports, version: number): Promise<void> {
  const record = await registered(ports as unknown as MemoryWorld, version);
  const { model } = ports;
  const { artifactUri, artifactDigest, run } = record;
  const externalId = await ports.catalogue.publish({
    model,
    version,
    artifactUri,
    artifactDigest,
    image: '',
    facts: { run },
  });
  await writeJson(ports.artifacts, artifactKeys.version(version), { ...record, externalId });
}

/** Starts a release and waits for its end. */
async function release(resources: readonly StackResource[], version: number) {
  const stateMachineArn = named(resources, 'AWS::StepFunctions::StateMachine', /ReleaseController/);
  const input = JSON.stringify({ version, requestedBy: 'ci' });
  const started = await machines.send(new StartExecutionCommand({ stateMachineArn, name: `v${version}`, input }));
  const { executionArn = '' } = started;
  const { status } = await eventually(`the end of ${executionArn}`, async () => {
    const now = await machines.send(new DescribeExecutionCommand({ executionArn }));
    return now.status === 'RUNNING' ? undefined : now;
  });
  const states: string[] = [];
  for await (const { events } of paginateGetExecutionHistory({ client: machines }, { executionArn })) {
    for (const { stateEnteredEventDetails: entered } of events ?? []) if (entered?.name) states.push(entered.name);
  }
  return { status, states };
}

/** All live traffic is a version's, by what SageMaker says, and by the archive of the model that answers. */
async function servesAlone({ serving, artifacts }: Ports, EndpointName: string, version: number): Promise<void> {
  const { status, live } = await serving.read();
  deepStrictEqual({ status, live }, { status: 'ready', live: { [version]: 100 } });
  const answered = new Set<string>();
  for (let sent = 0; sent < REQUESTS; sent++) {
    const { InvokedProductionVariant: variant = '' } = await invocations.send(
      new InvokeEndpointCommand({ EndpointName, ContentType: 'application/json', Body: '{"instances":[{}]}' }),
    );
    answered.add(variant);
  }
  const { EndpointConfigName } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
  const { ProductionVariants = [] } = await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
  const archives: (string | undefined)[] = [];
  for (const { VariantName = '', ModelName } of ProductionVariants) {
    if (!answered.has(VariantName)) continue;
    const { PrimaryContainer } = await sagemaker.send(new DescribeModelCommand({ ModelName }));
    archives.push(PrimaryContainer?.ModelDataUrl);
  }
  const { artifactUri } = await readVersion(artifacts, String(version));
  deepStrictEqual([answered.size, archives], [1, [archiveUri(artifactUri)]]);
}
