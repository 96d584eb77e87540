import type { IncidentTracker, TrackedIncident } from '../../ports';
import type { GoogleApi } from './google-api';
import type { WorkflowsStarter } from './workflows-starter';

/** Step of an incident's workflow that opens it: its incident is named after the step and the run. */
const RECORDED = 'record:';

/**
 * Incidents of alarms as the executions that look after them. Cloud Monitoring shows people an incident and lets them
 * acknowledge it, which no API of Google's tells; whoever takes one cancels its execution, which ends what it would tell again.
 */
export class WorkflowIncidents implements IncidentTracker {
  readonly howToTake = 'cancel this execution';
  readonly looksAfter = true;

  constructor(
    private readonly api: GoogleApi,
    private readonly workflows: WorkflowsStarter,
  ) {}

  /** The execution by its full name; null for an incident that none looks after. */
  async open({ id }: TrackedIncident): Promise<string | null> {
    return id.startsWith(RECORDED) ? this.workflows.execution('incident', id.slice(RECORDED.length)) : null;
  }

  /** Never `resolved`: an incident is over when its alarm is. */
  async status(id: string): Promise<'open' | 'taken' | 'abandoned'> {
    const execution = await this.api.find('workflowexecutions', id);
    const state = String(execution?.['state'] ?? 'FAILED');
    if (state === 'CANCELLED') return 'taken';
    // One that has succeeded has told what there was to tell.
    return ['ACTIVE', 'QUEUED', 'SUCCEEDED'].includes(state) ? 'open' : 'abandoned';
  }

  /** At its next look the execution finds that the incident is over. */
  async resolve(): Promise<void> {}
}
