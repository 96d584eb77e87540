import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AwsHandlerVariables } from '../../contract/aws';
import { OperationError } from '../../kernel/problem';
import { type HandlerRole, MEMORY_MB } from './handler-role';
import type { PlatformNetwork } from './network';
import { tagsOf } from './resource-tags';
import { alarmOnUnhandled, type Unhandled } from './unhandled-alarm';

export interface HandlerProps {
  readonly handlerRole: HandlerRole;
  readonly description: string;
  readonly environment: AwsHandlerVariables;
  readonly logRetention: RetentionDays;
  readonly encryptionKey?: IKey;
  readonly network?: PlatformNetwork;
  /** Who is told of what cannot be handled: schedules and events call without waiting for an answer. */
  readonly unhandled: Unhandled;
}

/** Assets stand beside `src` and `lib`, which are equally deep. */
const ASSETS = join(__dirname, '..', '..', '..', 'assets', 'aws');

/** Code of a role's handler, bundled when the package was built. @throws OperationError when it was not */
function handlerCode(role: HandlerRole): Code {
  const folder = join(ASSETS, role);
  if (!existsSync(join(folder, 'index.js'))) {
    throw new OperationError({
      code: 'handlerNotBundled',
      path: `assets/aws/${role}`,
      got: 'no index.js',
      expected: 'the bundled handler, which the published package contains',
      fix: 'run `node .ci/bundle.mjs --assets` (or `npm run compile`) in the package',
    });
  }
  return Code.fromAsset(folder);
}

/** Longest time that Lambda gives. */
const TIMEOUT_SECONDS = 900;
const UNHANDLED_DAYS = 14;
/** Roles that make endpoints. */
const MAKERS: readonly HandlerRole[] = ['pipeline', 'release'];

/** The only maker of Lambda functions: current Node, arm64, a role of its own, logs that end, traces, and a dead-letter queue with an alarm. */
export class Handler {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: HandlerProps) {
    this.role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    this.logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.encryptionKey && { encryptionKey: props.encryptionKey }),
    });
    this.logGroup.grantWrite(this.role);
    if (props.network) allowInterfaces(this.role);
    this.deadLetters = new Queue(scope, `${id}Unhandled`, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(UNHANDLED_DAYS),
    });
    alarmOnUnhandled(scope, props.handlerRole, this.deadLetters, props.unhandled);
    this.function = new LambdaFunction(scope, id, {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: handlerCode(props.handlerRole),
      handler: 'index.handler',
      role: this.role,
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      memorySize: MEMORY_MB[props.handlerRole],
      tracing: Tracing.ACTIVE,
      logGroup: this.logGroup,
      environment: { ...props.environment },
      ...(props.encryptionKey && { environmentEncryption: props.encryptionKey }),
      deadLetterQueue: this.deadLetters,
      ...(props.network && {
        vpc: props.network.vpc,
        vpcSubnets: props.network.subnets,
        securityGroups: [props.network.securityGroup],
      }),
    });
    if (MAKERS.includes(props.handlerRole)) {
      const { function: made } = this;
      const tags = Lazy.string({ produce: () => Stack.of(made).toJsonString(tagsOf(made)) });
      made.addEnvironment('MLP_TAGS' satisfies keyof AwsHandlerVariables, tags);
    }
  }
}

/** A function in a network makes its own interfaces. These calls know no resource before the interface exists. */
function allowInterfaces(role: IRole): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeSubnets',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'], // EC2 authorises these by no resource
    }),
  );
}
