import { durationSeconds } from '../../kernel/duration';
import type { DrillRecord } from './drill-record';
import { baseOf, elapsed, iso } from './elapsed';
import { figure } from './figure';
import type { Fault, Scenario } from './schema';

/** Something that happened in a drill. */
export interface Moment {
  /** ISO 8601. */
  readonly at: string;
  /** Seconds from the begin of the first fault (of the scenario without one); negative before. */
  readonly afterSeconds: number;
  readonly what: 'fault' | 'action' | 'alarm' | 'message' | 'decision' | 'pipeline' | 'release';
  readonly text: string;
  /** Moments with the same group tell the same again, e.g. an alarm that rings each day. */
  readonly group: string;
  /** How it is to be taken: something went wrong, was put right, or neither. */
  readonly tone: 'bad' | 'good' | 'neutral';
}

/** What happened when: faults, actions, alarms, decisions, runs and messages, in the order of time. */
export function timelineOf(scenario: Pick<Scenario, 'faults' | 'actions'>, record: DrillRecord): Moment[] {
  const all = [
    ...faultMoments(scenario, record),
    ...scenario.actions.map(({ at, do: what }) => ({
      at: record.start + durationSeconds(at),
      what: 'action' as const,
      text: what === 'train' ? 'a training run is started' : 'two training runs are started at once',
      group: `action:${what}`,
      tone: 'neutral' as const,
    })),
    ...record.alarms.map((alarm) => alarmMoment(alarm, record)),
    ...messageMoments(record),
    ...record.decisions.map(({ at, action, code, text }) => ({
      at,
      what: 'decision' as const,
      text: `${action} (${code}): ${text}`,
      group: `decision:${action}:${code}`,
      tone: 'neutral' as const,
    })),
    ...record.runs.flatMap(runMoments),
  ];
  const base = baseOf(record);
  return all.sort((a, b) => a.at - b.at).map(({ at, ...rest }) => ({ at: iso(at), afterSeconds: at - base, ...rest }));
}

type Timed = Omit<Moment, 'at' | 'afterSeconds'> & { readonly at: number };

function faultMoments({ faults }: Pick<Scenario, 'faults'>, { start, end }: DrillRecord): Timed[] {
  return faults.flatMap((fault, index) => {
    const begin = start + durationSeconds(fault.at);
    const over = fault.for === undefined ? end : begin + durationSeconds(fault.for);
    const shared = { what: 'fault', group: `fault:${index}` } as const;
    const how = detailsOf(fault);
    const begins = `${fault.kind}${how === '' ? '' : ` (${how})`} begins${over < end ? `, for ${fault.for}` : ''}`;
    return [
      { ...shared, at: begin, text: begins, tone: 'bad' as const },
      ...(over < end ? [{ ...shared, at: over, text: `${fault.kind} is over`, tone: 'neutral' as const }] : []),
    ];
  });
}

/** What of a fault is not its kind and its time: `column temp, by 2`. */
const detailsOf = (fault: Fault): string =>
  Object.entries(fault)
    .filter(([key]) => !['kind', 'at', 'for'].includes(key))
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

function alarmMoment(alarm: DrillRecord['alarms'][number], { notifications }: DrillRecord): Timed {
  const { at, id, kind, severity, firing, value, summary } = alarm;
  const told = notifications.some((one) => one.at === at && one.kind === kind && one.severity === severity);
  return {
    at,
    what: 'alarm',
    text: firing
      ? `${severity} ${id}: ${summary} (${figure(value)})${told ? '; people are told' : ''}`
      : `${severity} ${id} is over`,
    group: `alarm:${id}:${firing}`,
    tone: firing ? (severity === 'info' ? 'neutral' : 'bad') : 'good',
  };
}

/** Messages that no alarm of the same moment accounts for. */
function messageMoments({ notifications, alarms }: DrillRecord): Timed[] {
  return notifications
    .filter(
      (one) =>
        !alarms.some(
          ({ at, kind, severity, firing }) => firing && at === one.at && kind === one.kind && severity === one.severity,
        ),
    )
    .map(({ at, severity, kind, subject, text }) => ({
      at,
      what: 'message',
      text: `${severity} ${kind}: ${subject}${text === '' ? '' : `: ${text}`}`,
      group: `message:${severity}:${kind}`,
      tone: 'neutral',
    }));
}

function runMoments(run: DrillRecord['runs'][number]): Timed[] {
  const { workflow, name, version, startedAt, endedAt, outcome, endedWith, reason, byDecision } = run;
  const subject = workflow === 'release' && version !== null ? `release of version ${version}` : `${workflow} ${name}`;
  const began: Timed = {
    at: startedAt,
    what: workflow,
    text: `${subject} begins${byDecision ? ', by a decision' : ''}`,
    group: `${workflow}:begins`,
    tone: 'neutral',
  };
  if (endedAt === null) return [began];
  const took = endedAt > startedAt ? ` after ${elapsed(endedAt - startedAt)}` : '';
  const ended: Timed = {
    at: endedAt,
    what: workflow,
    text: `${subject}: ${endedWith ?? outcome}${took}${reason === null ? '' : `: ${reason}`}`,
    group: `${workflow}:${outcome}`,
    tone: outcome === 'succeeded' ? 'good' : 'bad',
  };
  // A run that took no time is told once.
  return endedAt > startedAt ? [began, ended] : [ended];
}
