import { ALARM_KINDS, type AlarmKind } from '../kernel/alarm-kinds';
import { formatSeconds } from '../kernel/duration';
import { explainAlarm } from './explain';
import type { AlarmPlan, Plan } from './plan';
import { RUNBOOK_TEXTS } from './runbook-texts';

interface Placed {
  readonly model: string;
  readonly owner: string;
  readonly alarm: AlarmPlan;
}

const placed = (plan: Plan): Placed[] =>
  Object.values(plan.models).flatMap((model) =>
    [model.pipeline, model.endpoint, model.drift, model.retraining].flatMap(
      (part) => part?.alarms.map((alarm) => ({ model: model.name, owner: model.owner, alarm })) ?? [],
    ),
  );

/** Kinds of which the plan has an alarm, and those of the platform itself. */
export function runbookKinds(plan: Plan): AlarmKind[] {
  const used = new Set<AlarmKind>(placed(plan).map(({ alarm }) => alarm.kind));
  if (plan.budget) used.add('budgetExceeded');
  if (Object.values(plan.models).some((model) => model.budget)) used.add('modelBudgetExceeded');
  if (Object.values(plan.models).some(({ pipeline }) => pipeline.approval === 'manual')) used.add('approvalNeeded');
  used.add('handlerFailure');
  return ALARM_KINDS.filter((kind) => used.has(kind));
}

/** Addresses of webhooks and PagerDuty carry their key: only who can be read aloud is named. */
const showContact = ({ kind, address }: Plan['incidents']['routes']['page'][number]): string =>
  kind === 'email' ? `${kind} ${address}` : kind;

/** The runbook of an alarm kind in Markdown, with this plan's alarms and limits. */
export function renderRunbook(plan: Plan, kind: AlarmKind): string {
  const text = RUNBOOK_TEXTS[kind];
  const alarms = placed(plan).filter(({ alarm }) => alarm.kind === kind);
  const list = (items: readonly string[]): string => items.map((item, index) => `${index + 1}. ${item}`).join('\n');
  return `# ${text.title}

**${plan.platform.name}** · owner ${plan.platform.owner} · alarm kind \`${kind}\`

${text.meaning}

## Look
${list(text.check)}

## Act
${list(text.act)}

## It is over when
${text.done}

## Alarms of this kind
${alarms.length === 0 ? (text.raised ?? 'None by a metric: it is raised by the platform itself.') : alarms.map(({ model, owner, alarm }) => `- ${model} (${owner}): ${explainAlarm(alarm)}${alarm.abortsRelease ? '. Takes a running release back' : ''}.`).join('\n')}

## Who is told
${Object.entries(plan.incidents.routes)
  .map(([severity, contacts]) => `- ${severity}: ${contacts.map(showContact).join(', ') || 'nobody'}`)
  .join('\n')}

Nobody reacts within ${formatSeconds(plan.incidents.escalateAfterSeconds)}: it is told again. A postmortem is due within ${formatSeconds(plan.incidents.postmortem.dueWithinSeconds)} for ${plan.incidents.postmortem.requiredFor.join(', ') || 'nothing'}.
`;
}

/** A template for the postmortem of an incident. */
export function renderPostmortem(plan: Plan): string {
  return `# Postmortem: <what users noticed>

**${plan.platform.name}** · severity <${plan.incidents.postmortem.requiredFor.join(' | ')}> · due ${formatSeconds(plan.incidents.postmortem.dueWithinSeconds)} after the incident

| | |
|---|---|
| model and version | |
| first bad window (event time) | |
| alarm, and when it fired | |
| champion restored, read back | |
| time to detect · time to restore | |
| predictions affected | |

## What happened
Without blame, in the order of time. Link the ledger records.

## Why it was possible
Data, training, gate, release, monitoring: which of them could have caught it, and why did it not?

## What was learnt
- caught by:
- not caught by:

## Actions
| action | owner | due | prevents, detects or limits |
|---|---|---|---|
| | | | |
`;
}
