import { answer } from './answer';
import { endIncident, openIncidents } from './incident-document';
import type { UseCaseFunction } from './ports';
import { optionalText, stateText } from './read-event';

/** An alarm that no longer fires ends its incident; reports that come late (the alarm has fired again since) end nothing. */
export const resolveIncident: UseCaseFunction<
  'platform' | 'model' | 'state' | 'ledger' | 'clock' | 'incidents'
> = async (event, ports) => {
  const alarm = stateText(event, 'alarm');
  const incident = (await openIncidents(ports)).find(({ key }) => key === alarm);
  const overAt = Date.parse(optionalText(event, 'at') ?? '') / 1000;
  if (incident === undefined || overAt < incident.alarmAtSeconds) return answer({ resolved: null });
  await endIncident(ports, incident, 'platform');
  return answer({ resolved: incident.id });
};
