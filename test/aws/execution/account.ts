import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
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
import { FakeAutoscaling } from '../adapters/fake-autoscaling';
import { serviceError } from '../adapters/fake-client';
import { FakeOpsCenter } from '../adapters/fake-ops-center';
import { Documents } from './documents';
import { Endpoints } from './endpoints';
import { Figures } from './figures';
import { Objects } from './objects';
import { SmokeEndpoints } from './smoke-endpoints';
import { type Behaviour, Traffic } from './traffic';

type Operation = (input: never) => unknown;
type Operations = Readonly<Record<string, Operation>>;

const CLIENTS = {
  S3: S3Client,
  DynamoDB: DynamoDBClient,
  SageMaker: SageMakerClient,
  SageMakerRuntime: SageMakerRuntimeClient,
  ApplicationAutoScaling: ApplicationAutoScalingClient,
  CloudWatch: CloudWatchClient,
  SNS: SNSClient,
  SFN: SFNClient,
  SSM: SSMClient,
  EventBridge: EventBridgeClient,
} as const;
type Service = keyof typeof CLIENTS;

/** How often a call fails before it works. */
export interface Fault {
  /** `SageMaker.UpdateEndpoint`. */
  readonly operation: string;
  readonly times: number;
  /** It was done, and its answer was lost; it was refused otherwise. */
  readonly lost?: boolean;
}

export interface Message {
  readonly topic: string;
  readonly kind: string;
  readonly text: string;
}

/**
 * An AWS account in memory, behind the real clients of the SDK: what a call changes is there for the next one. An operation
 * that it does not know is an error, as is one that the service would refuse.
 */
export class Account {
  readonly objects = new Objects();
  readonly documents = new Documents();
  readonly autoscaling = new FakeAutoscaling();
  readonly endpoints: Endpoints;
  readonly smoke: SmokeEndpoints;
  readonly figures = new Figures();
  readonly traffic: Traffic;
  readonly published: Message[] = [];
  /** Executions that handlers have started. */
  readonly started: { readonly name: string; readonly input: Json }[] = [];
  readonly opsCenter = new FakeOpsCenter();
  /** Events on the default bus. */
  readonly events: { readonly source: string; readonly type: string; readonly detail: Record<string, unknown> }[] = [];
  /** Every call, `SageMaker.UpdateEndpoint`, in order. */
  readonly calls: string[] = [];
  readonly running = new Map<string, 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED'>();
  private faults: { operation: string; left: number; lost: boolean }[] = [];
  private readonly services: Readonly<Record<Service, Operations>>;

  constructor(behaviour: Behaviour, now: () => number) {
    this.endpoints = new Endpoints(now, this.autoscaling, undefined, () => this.figures.firing);
    this.smoke = new SmokeEndpoints(this.endpoints, now);
    this.traffic = new Traffic(this.endpoints, this.figures, this.objects, behaviour);
    const { published } = this;
    this.services = {
      S3: this.objects.operations(),
      DynamoDB: this.documents.operations(),
      SageMaker: this.smoke.operations() as Operations,
      SageMakerRuntime: this.smoke.runtime() as Operations,
      ApplicationAutoScaling: this.autoscaling.operations(),
      CloudWatch: this.figures.operations(),
      SNS: {
        Publish: (input: {
          TopicArn: string;
          Message: string;
          MessageAttributes: Record<string, { StringValue: string }>;
        }) => {
          published.push({
            topic: input.TopicArn,
            kind: input.MessageAttributes['kind']!.StringValue,
            text: input.Message,
          });
          return {};
        },
      },
      SFN: {
        StartExecution: ({ name, input }: { name: string; input: string }) => {
          if (this.running.has(name)) throw serviceError('ExecutionAlreadyExists');
          this.running.set(name, 'RUNNING');
          this.started.push({ name, input: JSON.parse(input) as Json });
          return {};
        },
        DescribeExecution: ({ executionArn }: { executionArn: string }) => {
          const status = this.running.get(executionArn.split(':').at(-1)!);
          if (status === undefined) throw serviceError('ExecutionDoesNotExist');
          return { status };
        },
      },
      SSM: this.opsCenter.operations(),
      EventBridge: {
        PutEvents: ({ Entries }: { Entries: readonly { Source: string; DetailType: string; Detail: string }[] }) => {
          for (const { Source, DetailType, Detail } of Entries) {
            this.events.push({ source: Source, type: DetailType, detail: JSON.parse(Detail) });
          }
          return { FailedEntryCount: 0 };
        },
      },
    };
  }

  /** Answers the SDK's clients. Call `jest.restoreAllMocks` afterwards. */
  install(): void {
    for (const [service, client] of Object.entries(CLIENTS) as [Service, typeof S3Client][]) {
      jest
        .spyOn(client.prototype, 'send')
        .mockImplementation(((command: { readonly constructor: { readonly name: string }; readonly input: never }) =>
          this.answer(service, command.constructor.name.replace(/Command$/, ''), command.input)) as never);
    }
  }

  /** The next calls of an operation fail, so many times. */
  fail({ operation, times, lost = false }: Fault): void {
    this.faults.push({ operation, left: times, lost });
  }

  /** Nothing fails any more. */
  heal(): void {
    this.faults = [];
  }

  /** Time has passed: clients have sent requests. Milliseconds since the epoch. */
  passed(from: number, to: number): void {
    this.traffic.send(from, to);
  }

  private async answer(service: Service, operation: string, input: never): Promise<unknown> {
    const name = `${service}.${operation}`;
    this.calls.push(name);
    const fault = this.faults.find((one) => one.operation === name && one.left > 0);
    if (fault !== undefined) {
      fault.left -= 1;
      if (fault.lost) await this.services[service][operation]?.(input);
      throw serviceError('InternalFailure', `${name} was made to fail`);
    }
    const answer = this.services[service][operation];
    if (answer === undefined) throw serviceError('UnknownOperationException', name);
    return answer(input);
  }
}
