import { answer } from './answer';
import { endIncident, noteOver, openIncidents } from './incident-document';
import type { UseCaseFunction } from './ports';
import { optionalText, stateText } from './read-event';

/**
 * An alarm that no longer fires ends its incident; reports that come late (the alarm has fired again since) end nothing. Where
 * the report that it fires is the late one, its incident is over once it is recorded.
 */
export const resolveIncident: UseCaseFunction<
  'platform' | 'model' | 'state' | 'ledger' | 'clock' | 'incidents'
> = async (event, ports) => {
  const alarm = stateText(event, 'alarm');
  const overAt = Date.parse(optionalText(event, 'at') ?? '') / 1000;
  if (Number.isFinite(overAt)) await noteOver(ports, alarm, overAt);
  const incident = (await openIncidents(ports)).find(({ key }) => key === alarm);
  if (incident === undefined || overAt < incident.alarmAtSeconds) return answer({ resolved: null });
  await endIncident(ports, incident, 'platform');
  return answer({ resolved: incident.id });
};
