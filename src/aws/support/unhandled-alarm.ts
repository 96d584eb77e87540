import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { runbookLinks } from '../../plan/incidents';
import { NAME_LIMITS, physicalName } from './names';
import type { INotifications } from './notifications';

export interface Unhandled {
  readonly platform: string;
  readonly model: string;
  /** Who is told. @default - nobody; the alarm can be seen */
  readonly notifications?: INotifications;
  /** Where the runbooks are; empty for the files of `mlp runbooks`. */
  readonly runbooks: string;
}

/** What a queue says every so often, when something is in it or was lately. */
const PERIOD_MINUTES = 5;

/**
 * Tells people of events that a handler could not handle, after all tries. A queue that is empty for hours says nothing, which
 * shows as insufficient data.
 * @param part of the model whose handler it is: pipeline, release, monitor, retraining
 */
export function alarmOnUnhandled(scope: Construct, part: string, queue: IQueue, unhandled: Unhandled): Alarm {
  const { platform, model, notifications, runbooks } = unhandled;
  const link = runbookLinks({ ...(runbooks !== '' && { baseUrl: runbooks }), overrides: {} });
  const alarm = new Alarm(scope, 'UnhandledAlarm', {
    alarmName: physicalName(NAME_LIMITS.alarm, platform, model, `${part}-unhandled`),
    alarmDescription: `events that the ${part} handler of ${model} could not handle. Severity: ticket. Runbook: ${link('handlerFailure')}`,
    metric: queue.metricApproximateNumberOfMessagesVisible({
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(PERIOD_MINUTES),
    }),
    threshold: 0,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.MISSING,
  });
  if (notifications) {
    const action = new SnsAction(notifications.topics.ticket);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
  return alarm;
}
