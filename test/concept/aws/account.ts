import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Json } from '../../../src/kernel/json';
import { FakeAutoscaling } from '../../aws/adapters/fake-autoscaling';
import { serviceError } from '../../aws/adapters/fake-client';
import { FakeOpsCenter } from '../../aws/adapters/fake-ops-center';
import { Documents } from '../../aws/execution/documents';
import { Endpoints } from '../../aws/execution/endpoints';
import { Figures } from '../../aws/execution/figures';
import { Objects } from '../../aws/execution/objects';

const CLIENTS = {
  S3: S3Client,
  DynamoDB: DynamoDBClient,
  SageMaker: SageMakerClient,
  SageMakerRuntime: SageMakerRuntimeClient,
  ApplicationAutoScaling: ApplicationAutoScalingClient,
  CloudWatch: CloudWatchClient,
  Athena: AthenaClient,
  EventBridge: EventBridgeClient,
  SNS: SNSClient,
  SFN: SFNClient,
  SSM: SSMClient,
} as const;
type Service = keyof typeof CLIENTS;
type Operations = Readonly<Record<string, (input: never) => unknown>>;

export interface Started {
  readonly machine: string;
  readonly name: string;
  readonly input: Json;
}

/** An endpoint comes, changes and goes at once, as the local gateway does: what happens is then at the same instants. */
const AT_ONCE = { endpoint: 0, weights: 0 };
const PAGE = 500;

/** The services of an account in memory, behind the real clients of the SDK. What is not known is an error. */
export class ConceptAccount {
  readonly objects = new Objects(PAGE);
  readonly documents = new Documents();
  readonly autoscaling = new FakeAutoscaling();
  readonly endpoints = new Endpoints(() => Date.now(), this.autoscaling, AT_ONCE);
  readonly figures = new Figures();
  readonly opsCenter = new FakeOpsCenter();
  /** Executions that were asked for and have not begun. */
  readonly asked: Started[] = [];
  readonly executions = new Map<string, 'RUNNING' | 'SUCCEEDED' | 'FAILED'>();
  private readonly services: Partial<Record<Service, Operations>> = {};

  /** Operations of a service; later ones come first. */
  serve(service: Service, operations: Operations): void {
    this.services[service] = { ...this.services[service], ...operations };
  }

  /** Answers the SDK's clients. Call `jest.restoreAllMocks` afterwards. */
  install(): void {
    this.serve('S3', this.objects.operations());
    this.serve('DynamoDB', this.documents.operations());
    this.serve('SageMaker', this.endpoints.operations());
    this.serve('ApplicationAutoScaling', this.autoscaling.operations());
    this.serve('CloudWatch', this.figures.operations());
    this.serve('SSM', this.opsCenter.operations());
    this.serve('SSM', { GetParameter: ({ Name }: { Name: string }) => ({ Parameter: { Value: imageOf(Name) } }) });
    this.serve('EventBridge', { PutEvents: () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'event' }] }) });
    this.serve('SNS', { Publish: () => ({}) });
    this.serve('SFN', {
      StartExecution: ({
        stateMachineArn: machine,
        name,
        input,
      }: {
        stateMachineArn: string;
        name: string;
        input: string;
      }) => {
        if (this.executions.has(executionArn(machine, name))) throw serviceError('ExecutionAlreadyExists');
        this.executions.set(executionArn(machine, name), 'RUNNING');
        this.asked.push({ machine, name, input: JSON.parse(input) as Json });
        return {};
      },
      DescribeExecution: ({ executionArn: arn }: { executionArn: string }) => {
        const status = this.executions.get(arn);
        if (status === undefined) throw serviceError('ExecutionDoesNotExist');
        return { status };
      },
    });
    for (const [service, client] of Object.entries(CLIENTS) as [Service, typeof S3Client][]) {
      jest.spyOn(client.prototype, 'send').mockImplementation((async (command: {
        readonly constructor: { readonly name: string };
        readonly input: never;
      }) => {
        const operation = command.constructor.name.replace(/Command$/, '');
        const answer = this.services[service]?.[operation];
        if (answer === undefined) throw serviceError('UnknownOperationException', `${service}.${operation}`);
        return answer(command.input);
      }) as never);
    }
  }
}

export const executionArn = (machine: string, name: string): string =>
  `${machine.replace(':stateMachine:', ':execution:')}:${name}`;

/** The image that the delivery has built. */
export const imageOf = (parameter: string): string =>
  `111111111111.dkr.ecr.eu-central-1.amazonaws.com${parameter}@sha256:0`;
