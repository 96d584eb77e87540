import { Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { AslMachine } from './step-graph-to-asl';

export interface WorkflowProps {
  /** Of the state machine, and the end of its log group's name. */
  readonly name: string;
  readonly role: Role;
  readonly logRetention: RetentionDays;
  readonly encryptionKey?: IKey;
  /** Called at synthesis, when all wiring is known. */
  readonly definition: () => AslMachine;
}

/**
 * Groups elsewhere are entered one by one into the account's resource policy of CloudWatch Logs, which holds 5,120 characters;
 * that it is full shows in the deployment of somebody else.
 */
const LOG_GROUPS = '/aws/vendedlogs/states/';

/** A standard state machine with a stable name, traces, and a log of errors. */
export function workflow(scope: Construct, id: string, props: WorkflowProps): StateMachine {
  return new StateMachine(scope, id, {
    stateMachineName: props.name,
    stateMachineType: StateMachineType.STANDARD,
    role: props.role,
    definitionBody: DefinitionBody.fromString(
      Lazy.string({ produce: () => Stack.of(scope).toJsonString(props.definition()) }),
    ),
    tracingEnabled: true,
    logs: {
      level: LogLevel.ALL,
      // Data may be personal: it stays in the artifact store.
      includeExecutionData: false,
      destination: new LogGroup(scope, `${id}Logs`, {
        logGroupName: `${LOG_GROUPS}${props.name}`,
        retention: props.logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
        ...(props.encryptionKey && { encryptionKey: props.encryptionKey }),
      }),
    },
  });
}
