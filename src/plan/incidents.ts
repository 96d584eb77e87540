import { type Incidents, incidentsSchema } from '../definition/incidents';
import { ALARM_KINDS, type AlarmKind } from '../kernel/alarm-kinds';
import { durationSeconds } from '../kernel/duration';
import { SEVERITIES, type Severity } from '../kernel/severity';
import { localRunbook, type RunbookLink } from './alarm';
import type { IncidentPolicy } from './incident-graph';
import type { IncidentPlan } from './plan';

/** Link of each runbook: the override, the published base, or the rendered file's name. */
export function runbookLinks(runbooks: Incidents['runbooks']): RunbookLink {
  return (kind) => {
    const { baseUrl, overrides } = runbooks;
    const own = overrides[kind];
    if (own !== undefined) return own;
    return baseUrl === undefined ? localRunbook(kind) : `${baseUrl.replace(/\/+$/, '')}/${kind}`;
  };
}

/** How a page alarm's incident is looked after. */
export function incidentPolicy({ escalateAfter, postmortem }: Omit<Incidents, 'contacts'>): IncidentPolicy {
  return {
    escalateAfterSeconds: durationSeconds(escalateAfter),
    postmortemWithinSeconds: postmortem.requiredFor.includes('page') ? durationSeconds(postmortem.dueWithin) : null,
  };
}

/** The policy of a construct that stands alone: the definition's defaults. */
export const defaultIncidentPolicy = (): IncidentPolicy =>
  incidentPolicy(incidentsSchema.omit({ contacts: true }).parse({}));

/** Who is told of what, how soon it escalates, and what has to be written afterwards. */
export function planIncidents(incidents: Incidents): IncidentPlan {
  const link = runbookLinks(incidents.runbooks);
  return {
    routes: Object.fromEntries(
      SEVERITIES.map((severity) => [
        severity,
        incidents.contacts.filter((contact) => contact.severities.includes(severity)),
      ]),
    ) as unknown as Record<Severity, Incidents['contacts']>,
    escalateAfterSeconds: durationSeconds(incidents.escalateAfter),
    postmortem: {
      requiredFor: incidents.postmortem.requiredFor,
      dueWithinSeconds: durationSeconds(incidents.postmortem.dueWithin),
    },
    runbooks: Object.fromEntries(ALARM_KINDS.map((kind) => [kind, link(kind)])) as Record<AlarmKind, string>,
  };
}
