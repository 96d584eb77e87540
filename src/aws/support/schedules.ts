import { Duration, TimeZone } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  type ScheduleGroup,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { UseCase } from '../../contract/use-cases';
import type { Json } from '../../kernel/json';
import { pascalCase } from '../../kernel/names';
import type { Schedule as PlannedSchedule } from '../../kernel/schedule';
import type { Handler } from './handler';
import { awsSchedules } from './schedule';

export interface ScheduledCall {
  readonly id: string;
  readonly use: UseCase;
  readonly arguments: { readonly [key: string]: Json };
  readonly schedule: PlannedSchedule;
  /** First state of the call; the instant that is due is added. */
  readonly state?: { readonly [key: string]: Json };
}

const RETRIES = 3;
const MAX_AGE_HOURS = 1;

/** Calls a handler by schedule, with the event that a state machine would send; the run is named after the instant it is due. */
export function scheduleCall(
  scope: Construct,
  call: ScheduledCall,
  handler: Handler,
  group: ScheduleGroup,
  encryptionKey?: IKey,
): Schedule[] {
  const schedules = awsSchedules(call.schedule, `${scope.node.path}.${call.id}.schedule`);
  return schedules.map(
    ({ expression, timeZone }, index) =>
      new Schedule(scope, `${pascalCase(call.id)}Schedule${index === 0 ? '' : index + 1}`, {
        description: `${call.use} by schedule`,
        schedule: ScheduleExpression.expression(expression, TimeZone.of(timeZone)),
        scheduleGroup: group,
        target: new LambdaInvoke(handler.function, {
          retryAttempts: RETRIES,
          maxEventAge: Duration.hours(MAX_AGE_HOURS),
          deadLetterQueue: handler.deadLetters,
          input: ScheduleTargetInput.fromObject({
            use: call.use,
            step: call.id,
            run: `${call.id}-${ContextAttribute.scheduledTime}`,
            arguments: call.arguments,
            state: { ...call.state, at: ContextAttribute.scheduledTime },
          }),
        }),
        ...(encryptionKey && { key: encryptionKey }),
      }),
  );
}
