import { EventField, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

/** What an event says of an execution that has ended. */
export const saidOfExecution = () => ({
  name: EventField.fromPath('$.detail.name'),
  arn: EventField.fromPath('$.detail.executionArn'),
  status: EventField.fromPath('$.detail.status'),
});

/** Tells of executions that ended without steps of their own: a person stopped them, their time was over, or they broke. */
export function onStopped(
  scope: Construct,
  machine: IStateMachine,
  statuses: readonly ('ABORTED' | 'TIMED_OUT' | 'FAILED')[],
  description: string,
  target: IRuleTarget,
): Rule {
  return new Rule(scope, 'Stopped', {
    description,
    eventPattern: {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [machine.stateMachineArn], status: [...statuses] },
    },
    targets: [target],
  });
}
