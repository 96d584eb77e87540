import { EventField, type EventPattern, type IRuleTarget, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
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

/** A rule for a change of alarms; and one for those whose data stop, which is a change only where they were well until then. */
function rulesOn(scope: Construct, event: AlarmEvent, becomes: 'ALARM' | 'OK', target: IRuleTarget): Rule[] {
  const silent = becomes === 'ALARM' ? event.alarms.filter(({ firesOnSilence = false }) => firesOnSilence) : [];
  const rule = (id: string, alarms: readonly AlarmReference[], detail: EventPattern['detail']): Rule[] =>
    alarms.length === 0
      ? []
      : [
          new Rule(scope, id, {
            description: event.description,
            eventPattern: {
              source: ['aws.cloudwatch'],
              detailType: ['CloudWatch Alarm State Change'],
              resources: alarms.map(({ alarmArn }) => alarmArn),
              detail: { ...detail },
            },
            targets: [target],
          }),
        ];
  return [
    ...rule(event.id, event.alarms, { state: { value: [becomes] } }),
    ...rule(`${event.id}Silence`, silent, {
      state: { value: ['INSUFFICIENT_DATA'] },
      previousState: { value: ['OK'] },
    }),
  ];
}

/** What an event says of its alarm. */
const saidOfAlarm = () => ({
  text: EventField.fromPath('$.detail.state.reason'),
  alarm: EventField.fromPath('$.detail.alarmName'),
  at: EventField.fromPath('$.detail.state.timestamp'),
});

/** Calls a handler when one of some alarms changes; the event's own id names the run, so that a duplicate is known. */
export function onAlarm(scope: Construct, call: AlarmCall, handler: Handler): Rule[] {
  const target = new LambdaFunction(handler.function, {
    retryAttempts: RETRIES,
    deadLetterQueue: handler.deadLetters,
    event: RuleTargetInput.fromObject({
      use: call.use,
      step: 'alarm',
      run: EventField.eventId,
      arguments: call.arguments,
      state: { ...call.state, ...saidOfAlarm() },
    }),
  });
  return rulesOn(scope, call, call.becomes ?? 'ALARM', target);
}

/** Starts a state machine when one of some alarms starts to fire. An event that comes twice starts two runs: they know of it. */
export function startOnAlarm(
  scope: Construct,
  start: AlarmStart,
  machine: IStateMachine,
  deadLetterQueue: IQueue,
): Rule[] {
  const target = new SfnStateMachine(machine, {
    retryAttempts: RETRIES,
    deadLetterQueue,
    input: RuleTargetInput.fromObject({ ...start.input, ...saidOfAlarm() }),
  });
  return rulesOn(scope, start, 'ALARM', target);
}
