import { Token } from 'aws-cdk-lib';
import { EventField, type EventPattern, type IRuleTarget, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { UseCase } from '../../contract/use-cases';
import type { Json } from '../../kernel/json';
import type { AlarmReference } from './alarm-renderer';
import type { Handler } from './handler';
import { NAME_LIMITS } from './names';

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

/** Longest pattern that EventBridge takes, in characters, before a quota is raised. */
const MAX_PATTERN = 2048;
/** Longest names that AWS has: `aws-us-gov`, `ap-southeast-1` with room for those to come, an account, and what stands between them. */
const MAX_ARN_WITHOUT_NAME = 'arn::cloudwatch:::alarm:'.length + 10 + 25 + 12;

/** Length of an alarm's ARN within a list, at most: ARNs are known when they are deployed, names before. */
const lengthOf = ({ alarmArn, alarmName }: AlarmReference): number =>
  '"",'.length +
  (Token.isUnresolved(alarmArn) ? MAX_ARN_WITHOUT_NAME + (alarmName?.length ?? NAME_LIMITS.alarm) : alarmArn.length);

/** Alarms in the fewest lists, in their order, of which each fits into the room that a pattern leaves. */
function listsThatFit(alarms: readonly AlarmReference[], room: number): AlarmReference[][] {
  const lists: AlarmReference[][] = [];
  let left = 0;
  for (const one of alarms) {
    const length = lengthOf(one);
    if (lists.length === 0 || length > left) {
      lists.push([]);
      left = room;
    }
    lists.at(-1)!.push(one);
    left -= length;
  }
  return lists;
}

/** Rules for a change of alarms, more than one where a pattern would be too long; and for those whose data stop, which is a change only where they were well until then. */
function rulesOn(scope: Construct, event: AlarmEvent, becomes: 'ALARM' | 'OK', target: IRuleTarget): Rule[] {
  const silent = becomes === 'ALARM' ? event.alarms.filter(({ firesOnSilence = false }) => firesOnSilence) : [];
  const rule = (id: string, alarms: readonly AlarmReference[], detail: EventPattern['detail']): Rule[] => {
    const patternOf = (resources: string[]) => ({
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      resources,
      detail: { ...detail },
    });
    return listsThatFit(alarms, MAX_PATTERN - JSON.stringify(patternOf([])).length).map((list, place) => {
      const { 'detail-type': detailType, ...pattern } = patternOf(list.map(({ alarmArn }) => alarmArn));
      return new Rule(scope, place === 0 ? id : `${id}${place + 1}`, {
        description: event.description,
        eventPattern: { ...pattern, detailType },
        targets: [target],
      });
    });
  };
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
