import { EventField, type EventPattern, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { UseCase } from '../../contract/use-cases';
import type { Json } from '../../kernel/json';
import type { AlarmReference } from './alarm-renderer';
import type { Handler } from './handler';

interface AlarmEvent {
  readonly id: string;
  readonly description: string;
  readonly alarms: readonly AlarmReference[];
}

export interface AlarmCall extends AlarmEvent {
  /** State that an alarm enters. @default 'ALARM' */
  readonly becomes?: 'ALARM' | 'OK';
  readonly use: UseCase;
  readonly arguments: { readonly [key: string]: Json };
  /** First state of the call; the alarm's text and time are added. */
  readonly state?: { readonly [key: string]: Json };
}

export interface AlarmStart extends AlarmEvent {
  /** Input of the run; the alarm's text and time are added. */
  readonly input: { readonly [key: string]: Json };
}

const RETRIES = 3;

const patternOf = (alarms: readonly AlarmReference[], becomes: 'ALARM' | 'OK'): EventPattern => ({
  source: ['aws.cloudwatch'],
  detailType: ['CloudWatch Alarm State Change'],
  resources: alarms.map(({ alarmArn }) => alarmArn),
  detail: { state: { value: [becomes] } },
});

/** What an event says of its alarm. */
const saidOfAlarm = () => ({
  text: EventField.fromPath('$.detail.state.reason'),
  alarm: EventField.fromPath('$.detail.alarmName'),
  at: EventField.fromPath('$.detail.state.timestamp'),
});

/** Calls a handler when one of some alarms changes; the event's own id names the run, so that a duplicate is known. */
export function onAlarm(scope: Construct, call: AlarmCall, handler: Handler): Rule | undefined {
  if (call.alarms.length === 0) return undefined;
  return new Rule(scope, call.id, {
    description: call.description,
    eventPattern: patternOf(call.alarms, call.becomes ?? 'ALARM'),
    targets: [
      new LambdaFunction(handler.function, {
        retryAttempts: RETRIES,
        deadLetterQueue: handler.deadLetters,
        event: RuleTargetInput.fromObject({
          use: call.use,
          step: 'alarm',
          run: EventField.eventId,
          arguments: call.arguments,
          state: { ...call.state, ...saidOfAlarm() },
        }),
      }),
    ],
  });
}

/** Starts a state machine when one of some alarms starts to fire. An event that comes twice starts two runs: they know of it. */
export function startOnAlarm(
  scope: Construct,
  start: AlarmStart,
  machine: IStateMachine,
  deadLetterQueue: IQueue,
): Rule | undefined {
  if (start.alarms.length === 0) return undefined;
  return new Rule(scope, start.id, {
    description: start.description,
    eventPattern: patternOf(start.alarms, 'ALARM'),
    targets: [
      new SfnStateMachine(machine, {
        retryAttempts: RETRIES,
        deadLetterQueue,
        input: RuleTargetInput.fromObject({ ...start.input, ...saidOfAlarm() }),
      }),
    ],
  });
}
