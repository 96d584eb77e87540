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
  /** Its name, where it is known before it is deployed. */
  readonly alarmName?: string;
  /** Whether data that stop ask for the same as a value beyond the threshold. @default false */
  readonly firesOnSilence?: boolean;
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

const HOUR = 3600;

/**
 * Periods of an alarm. CloudWatch looks a few periods further back than it is told before it says that data are missing: a day's
 * silence would show on the third day. In hours it shows within two or three of them; one more is for a run that comes late.
 */
function evaluationOf({
  missingData,
  periodSeconds,
  datapoints,
}: AlarmPlan): AlarmPlan['datapoints'] & Pick<AlarmPlan, 'periodSeconds'> {
  if (missingData === 'insufficient' || periodSeconds <= HOUR) return { ...datapoints, periodSeconds };
  const hours = Math.ceil((datapoints.of * periodSeconds) / HOUR);
  return { breaching: datapoints.breaching, of: hours + 1, periodSeconds: HOUR };
}

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
    const { breaching, of, periodSeconds } = evaluationOf(plan);
    const alarm = new Alarm(scope, `${pascalCase(plan.id)}Alarm`, {
      alarmName: name,
      alarmDescription: `${plan.summary}. Severity: ${plan.severity}. Runbook: ${plan.runbook}`,
      metric: metricOf(subject, plan.metric.name, { ...plan.metric, periodSeconds }),
      comparisonOperator: COMPARATORS[plan.comparator],
      threshold: plan.threshold,
      evaluationPeriods: of,
      datapointsToAlarm: breaching,
      // Never healthy: insufficient data is what the alarm says of itself. `breaching` would fire in an account that is empty yet.
      treatMissingData: TreatMissingData.MISSING,
    });
    const firesOnSilence = plan.missingData === 'breaching';
    const isGrouped = isIn(group, plan);
    if (!isGrouped) tell(alarm, plan.severity, notifications, firesOnSilence);
    const { alarmArn } = alarm;
    return {
      plan,
      alarm,
      alarmName: name,
      kind: plan.kind,
      alarmArn,
      firesOnSilence,
      group: isGrouped ? group!.id : null,
    };
  });
  if (group !== null) renderGroup(scope, subject, group, rendered, notifications);
  return rendered;
}

/** A group cannot tell data that stop from data that never were: who fires on silence tells people itself. */
const isIn = (group: AlarmGroupPlan | null, { id, missingData }: AlarmPlan): boolean =>
  missingData !== 'breaching' && (group?.alarms.includes(id) ?? false);

/** @param onSilence a new alarm has insufficient data without having come to it, so that its making tells nobody */
function tell(
  alarm: AlarmBase,
  severity: Severity,
  notifications: INotifications | undefined,
  onSilence = false,
): void {
  const topic = notifications?.topics[severity];
  if (topic === undefined) return;
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  if (onSilence) alarm.addInsufficientDataAction(action);
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
