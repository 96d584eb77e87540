import {
  Alarm,
  type AlarmBase,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { AlarmKind } from '../../kernel/alarm-kinds';
import { pascalCase } from '../../kernel/names';
import type { Severity } from '../../kernel/severity';
import type { AlarmGroupPlan, AlarmPlan } from '../../plan/plan';
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
  /** Group that tells people of it; null when it does so itself. */
  readonly group: string | null;
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

/** Longest description that CloudWatch takes. */
const MAX_DESCRIPTION = 1024;

/** Renders the alarms of a part: the one loop for all of them. An alarm of the group tells nobody, the group does. */
export function renderAlarms(
  scope: Construct,
  subject: MetricSubject,
  alarms: readonly AlarmPlan[],
  notifications: INotifications | undefined,
  group: AlarmGroupPlan | null = null,
): RenderedAlarm[] {
  const rendered = alarms.map((plan): RenderedAlarm => {
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
    const isGrouped = group?.alarms.includes(plan.id) ?? false;
    if (!isGrouped) tell(alarm, plan.severity, notifications);
    const { alarmArn } = alarm;
    return { plan, alarm, alarmName: name, kind: plan.kind, alarmArn, group: isGrouped ? group!.id : null };
  });
  if (group !== null) renderGroup(scope, subject, group, rendered, notifications);
  return rendered;
}

function tell(alarm: AlarmBase, severity: Severity, notifications: INotifications | undefined): void {
  const topic = notifications?.topics[severity];
  if (topic === undefined) return;
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
}

/** One page for all alarms of a group: it fires while any of them does. */
function renderGroup(
  scope: Construct,
  subject: MetricSubject,
  group: AlarmGroupPlan,
  rendered: readonly RenderedAlarm[],
  notifications: INotifications | undefined,
): void {
  const grouped = rendered.filter((one) => one.group === group.id);
  const runbooks = [...new Set(grouped.map(({ plan }) => plan.runbook))];
  const described = runbooks.reduce(
    // A link that is cut leads nowhere: the last ones are left out then.
    (text, link) => (text.length + link.length < MAX_DESCRIPTION ? `${text} ${link}` : text),
    `${group.summary}. Severity: page. Runbooks:`,
  );
  const composite = new CompositeAlarm(scope, `${pascalCase(group.id)}Alarm`, {
    compositeAlarmName: alarmName(subject, group.id),
    alarmDescription: described,
    alarmRule: AlarmRule.anyOf(...grouped.map(({ alarm }) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
  });
  tell(composite, 'page', notifications);
}

/** The alarms of some kinds. */
export const alarmsOfKinds = (alarms: readonly AlarmReference[], kinds: readonly AlarmKind[]): AlarmReference[] =>
  alarms.filter(({ kind }) => kinds.includes(kind));
