import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { AlarmKind } from '../../kernel/alarm-kinds';
import { pascalCase } from '../../kernel/names';
import type { AlarmPlan } from '../../plan/plan';
import { type MetricSubject, metricOf } from './metric';
import { NAME_LIMITS, physicalName } from './names';
import type { INotifications } from './notifications';

/** An alarm that exists, and what it is about. */
export interface AlarmReference {
  readonly kind: AlarmKind;
  readonly alarmArn: string;
}

/** An alarm of the plan and what it became. */
export interface RenderedAlarm extends AlarmReference {
  readonly plan: AlarmPlan;
  readonly alarm: Alarm;
  readonly alarmName: string;
}

const COMPARATORS = {
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  atOrAbove: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
  atOrBelow: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
} as const satisfies Record<AlarmPlan['comparator'], ComparisonOperator>;

/** `missing` shows the alarm as having insufficient data: never as healthy. */
const MISSING_DATA = {
  breaching: TreatMissingData.BREACHING,
  insufficient: TreatMissingData.MISSING,
} as const satisfies Record<AlarmPlan['missingData'], TreatMissingData>;

/** `<platform>-<model>-<alarm id>`; handlers that read alarms know them by this name. */
export const alarmName = (subject: MetricSubject, id: string): string =>
  physicalName(NAME_LIMITS.alarm, subject.platform, subject.model, id);

/** Renders the alarms of a part: the one loop for all of them. */
export function renderAlarms(
  scope: Construct,
  subject: MetricSubject,
  alarms: readonly AlarmPlan[],
  notifications: INotifications | undefined,
): RenderedAlarm[] {
  return alarms.map((plan) => {
    const name = alarmName(subject, plan.id);
    const alarm = new Alarm(scope, `${pascalCase(plan.id)}Alarm`, {
      alarmName: name,
      alarmDescription: `${plan.summary}. Severity: ${plan.severity}. Runbook: ${plan.runbook}`,
      metric: metricOf(subject, plan.metric.name, { ...plan.metric, periodSeconds: plan.periodSeconds }),
      comparisonOperator: COMPARATORS[plan.comparator],
      threshold: plan.threshold,
      evaluationPeriods: plan.datapoints.of,
      datapointsToAlarm: plan.datapoints.breaching,
      treatMissingData: MISSING_DATA[plan.missingData],
    });
    const topic = notifications?.topics[plan.severity];
    if (topic) {
      const action = new SnsAction(topic);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    return { plan, alarm, alarmName: name, kind: plan.kind, alarmArn: alarm.alarmArn };
  });
}

/** The alarms of some kinds. */
export const alarmsOfKinds = (alarms: readonly AlarmReference[], kinds: readonly AlarmKind[]): AlarmReference[] =>
  alarms.filter(({ kind }) => kinds.includes(kind));
