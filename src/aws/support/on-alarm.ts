import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { UseCase } from '../../contract/use-cases';
import type { Json } from '../../kernel/json';
import type { AlarmReference } from './alarm-renderer';
import type { Handler } from './handler';

export interface AlarmCall {
  readonly id: string;
  readonly description: string;
  readonly use: UseCase;
  readonly arguments: { readonly [key: string]: Json };
  /** First state of the call; the alarm's text and time are added. */
  readonly state?: { readonly [key: string]: Json };
  readonly alarms: readonly AlarmReference[];
}

const RETRIES = 3;

/** Calls a handler when one of some alarms starts to fire; the event's own id names the run, so that a duplicate is known. */
export function onAlarm(scope: Construct, call: AlarmCall, handler: Handler): Rule | undefined {
  if (call.alarms.length === 0) return undefined;
  return new Rule(scope, call.id, {
    description: call.description,
    eventPattern: {
      source: ['aws.cloudwatch'],
      detailType: ['CloudWatch Alarm State Change'],
      resources: call.alarms.map(({ alarmArn }) => alarmArn),
      detail: { state: { value: ['ALARM'] } },
    },
    targets: [
      new LambdaFunction(handler.function, {
        retryAttempts: RETRIES,
        ...(handler.deadLetters && { deadLetterQueue: handler.deadLetters }),
        event: RuleTargetInput.fromObject({
          use: call.use,
          step: 'alarm',
          run: EventField.eventId,
          arguments: call.arguments,
          state: {
            ...call.state,
            text: EventField.fromPath('$.detail.state.reason'),
            alarm: EventField.fromPath('$.detail.alarmName'),
            at: EventField.fromPath('$.detail.state.timestamp'),
          },
        }),
      }),
    ],
  });
}
