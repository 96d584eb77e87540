import { formatSeconds } from '../kernel/duration';
import type { Schedule } from '../kernel/schedule';
import type { AlarmPlan, ModelPlan, Plan } from './plan';
import type { Rendered } from './renders';
import type { StepGraph } from './step-graph';

/** The plan as a text for people. */
export function explainPlan(plan: Plan, renders?: readonly Rendered[]): string {
  const { platform, delivery, incidents } = plan;
  return [
    `${platform.name}: stage ${platform.stage}, owner ${platform.owner}`,
    `environments: ${plan.environments.map((one) => `${one.name}${one.approval === 'manual' ? ' (approval)' : ''}`).join(' → ')}`,
    `delivery: ${delivery.stages.map((stage) => stage.id).join(' → ')}`,
    `incidents: ${Object.entries(incidents.routes)
      .map(([severity, contacts]) => `${severity} → ${contacts.map((one) => one.kind).join(', ') || 'nobody'}`)
      .join('; ')}`,
    ...Object.values(plan.models).flatMap(explainModel),
    ...(renders
      ? [
          '',
          'rendered by',
          ...renders.map((one) => `  ${one.concept}: ${one.by ?? 'nothing: a gap'} (${one.elements.length})`),
        ]
      : []),
  ].join('\n');
}

function explainModel(model: ModelPlan): string[] {
  const parts = [model.pipeline, model.endpoint, model.drift, model.retraining];
  return [
    '',
    `model ${model.name}: ${model.task}, risk ${model.risk}`,
    ...explainGraph(model.pipeline.graph),
    ...explainGraph(model.endpoint.graph),
    ...explainGraph(model.endpoint.incidentGraph),
    '  schedules',
    ...parts.flatMap((part) => part?.schedules.map((one) => `    ${one.id}: ${explainSchedule(one.schedule)}`) ?? []),
    '  alarms',
    ...parts.flatMap((part) => part?.alarms.map((one) => `    ${explainAlarm(one)}`) ?? []),
  ];
}

function explainGraph(graph: StepGraph): string[] {
  return [
    `  ${graph.id} (at most ${formatSeconds(graph.timeoutSeconds)})`,
    ...graph.steps.filter((step) => step.kind !== 'choice').map((step) => `    ${step.id}: ${step.describe}`),
  ];
}

export const explainSchedule = (schedule: Schedule): string =>
  'every' in schedule ? `every ${schedule.every}` : `${schedule.cron} (${schedule.timeZone})`;

const WORDS = { above: '>', atOrAbove: '≥', below: '<', atOrBelow: '≤' };

export function explainAlarm(alarm: AlarmPlan): string {
  const { name, dimensions, statistic } = alarm.metric;
  const of = Object.values(dimensions).join(', ');
  return `${alarm.severity} ${alarm.id}: ${statistic} ${name}${of === '' ? '' : ` (${of})`} ${WORDS[alarm.comparator]} ${alarm.threshold} in ${alarm.datapoints.breaching} of ${alarm.datapoints.of} × ${formatSeconds(alarm.periodSeconds)}; ${alarm.summary}`;
}
