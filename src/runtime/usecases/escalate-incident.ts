import type { IncidentStatus } from '../ports';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { endIncident, type OpenIncident, openIncidents, updateIncident } from './incident-document';
import type { UseCaseFunction } from './ports';
import { stateText } from './read-event';

/** Who has not reacted by then is not reached this way: the incident stays open and in the records. */
const MOST_ESCALATIONS = 3;

/** Tells people again of an incident that is open and that nobody has taken. Answers whether it is to be looked at again. */
export const escalateIncident: UseCaseFunction<
  'platform' | 'model' | 'state' | 'ledger' | 'notifier' | 'clock' | 'incidents'
> = async (event, ports) => {
  const id = stateText(event, 'incident.id');
  const open = await openIncidents(ports);
  const incident = open.find((one) => one.id === id);
  if (incident === undefined) return answer({ goesOn: false, reason: 'resolved' });
  const { ticket, kind, severity, runbook, openedAtSeconds } = incident;
  const status = await statusOf(incident);
  if (status === 'resolved') {
    await endIncident(ports, incident, 'a person');
    return answer({ goesOn: false, reason: 'resolved' });
  }
  if (status === 'taken') return answer({ goesOn: false, reason: 'taken' });
  // The oldest of a group speaks for all of it: five alarms of one outage are no five pages.
  const { lead, status: leads } = await leadOf(incident);
  if (lead.id !== id) {
    if (leads === 'taken') return answer({ goesOn: false, reason: 'taken' });
    return answer({ goesOn: lead.escalations < MOST_ESCALATIONS, reason: 'told with another of its group' });
  }
  const now = ports.clock.now();
  const escalations = incident.escalations + 1;
  if (escalations > MOST_ESCALATIONS) return answer({ goesOn: false, reason: 'nobody reacts' });
  const minutes = Math.round((now - openedAtSeconds) / 60);
  await ports.notifier.notify({
    severity,
    kind,
    subject: `${ports.model}: ${kind}, and nobody has taken it for ${minutes} min`,
    text: `${incident.text}\n\nIncident ${id} is open${ticket === null ? '' : ` (${ticket}): ${ports.incidents?.howToTake ?? 'take it'}, and this is not said again`}.`,
    runbook,
  });
  await appendToLedger(ports.ledger, {
    at: new Date(now * 1000).toISOString(),
    actor: 'platform',
    action: 'incidentEscalated',
    model: ports.model,
    version: null,
    commit: null,
    dataDigest: null,
    verdict: severity,
    details: { event: `escalation:${id}:${escalations}`, kind, incident: id, escalations },
  });
  await updateIncident(ports, id, (one) => ({ ...one, escalations: Math.max(one.escalations, escalations) }));
  return answer({ goesOn: escalations < MOST_ESCALATIONS, reason: 'escalated', escalations });

  /** One that nobody looks after says nothing, and would silence the others. */
  async function leadOf(own: OpenIncident): Promise<{ readonly lead: OpenIncident; readonly status: IncidentStatus }> {
    const group = open
      .filter((one) => one.group !== null && one.group === own.group)
      .sort((a, b) => a.openedAtSeconds - b.openedAtSeconds || (a.id < b.id ? -1 : 1));
    for (const one of group) {
      if (one.id === own.id) break;
      const status = await statusOf(one);
      if (status !== 'abandoned') return { lead: one, status };
    }
    return { lead: own, status: 'open' };
  }

  async function statusOf(one: OpenIncident): Promise<IncidentStatus> {
    if (one.ticket === null && ports.incidents?.looksAfter === true) return 'abandoned';
    return one.ticket === null ? 'open' : ((await ports.incidents?.status(one.ticket)) ?? 'open');
  }
};
