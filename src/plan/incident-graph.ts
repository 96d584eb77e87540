import { type Step, type StepGraph, TASK_RETRY, type TaskStep } from './step-graph';

/** What `incidents` of the definition says of one incident. */
export interface IncidentPolicy {
  /** Time after which an incident that nobody has taken is told again. */
  readonly escalateAfterSeconds: number;
  /** Time to write the postmortem of a page; null where none is asked for. */
  readonly postmortemWithinSeconds: number | null;
}

const CALL_TIMEOUT = 300;
/** Longest that an incident is looked after, in times of escalation: three that tell people, and room for calls that failed. */
const MOST_WAITS = 12;

/** An incident of a page alarm: record it, and tell people again until somebody has taken it, or it is over. */
export function incidentGraph(model: string, policy: IncidentPolicy): StepGraph {
  const { escalateAfterSeconds, postmortemWithinSeconds } = policy;
  const call = (step: Omit<TaskStep, 'kind' | 'retry' | 'timeoutSeconds'>): TaskStep => ({
    kind: 'task',
    retry: TASK_RETRY,
    timeoutSeconds: CALL_TIMEOUT,
    ...step,
  });
  const steps: Step[] = [
    call({
      id: 'record',
      describe: 'open an incident; an alarm whose incident is open is the same one',
      use: 'recordIncident',
      // The alarm (or its group's) has told people: who waits for us would not hear of a page when we fail. Of what fires
      // so long after the first of its group, nobody has heard.
      arguments: { model, told: true, toldForSeconds: escalateAfterSeconds, postmortemWithinSeconds },
      output: 'incident',
      next: 'isNew',
      onError: 'notRecorded',
    }),
    {
      kind: 'choice',
      id: 'isNew',
      describe: 'who looks after an open incident does so already',
      on: 'incident.isNew',
      cases: [{ equals: true, next: 'reactionTime' }],
      otherwise: 'over',
    },
    {
      kind: 'wait',
      id: 'reactionTime',
      describe: 'time in which somebody takes it',
      seconds: escalateAfterSeconds,
      next: 'escalate',
    },
    call({
      id: 'escalate',
      describe: 'tell people again, unless somebody has taken it or it is over',
      use: 'escalateIncident',
      arguments: { model },
      output: 'escalation',
      next: 'goesOn',
      // Nobody was told: that is tried again.
      onError: 'reactionTime',
    }),
    {
      kind: 'choice',
      id: 'goesOn',
      describe: 'until somebody reacts, or often enough',
      on: 'escalation.goesOn',
      cases: [{ equals: true, next: 'reactionTime' }],
      otherwise: 'over',
    },
    { kind: 'end', id: 'over', describe: 'taken, over, or told often enough', outcome: 'succeeded' },
    {
      kind: 'end',
      id: 'notRecorded',
      describe: 'the alarm has told people, and there is no record',
      outcome: 'failed',
    },
  ];
  return {
    id: 'incident',
    startAt: 'record',
    steps,
    timeoutSeconds: MOST_WAITS * (escalateAfterSeconds + CALL_TIMEOUT),
  };
}
