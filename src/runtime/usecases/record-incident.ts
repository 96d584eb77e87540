import type { TaskEvent } from '../../contract/events';
import { ALARM_KINDS, type AlarmKind } from '../../kernel/alarm-kinds';
import { SEVERITIES, type Severity } from '../../kernel/severity';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { noteIncident } from './deployment-log';
import {
  endIncident,
  isOver,
  joinIncident,
  type OpenIncident,
  openIncidents,
  updateIncident,
} from './incident-document';
import type { UseCaseFunction } from './ports';
import { optionalText } from './read-event';

/** Longest text in a record. */
const MAX_TEXT = 4000;

/**
 * Opens an incident: in the ledger, for the DORA report, in the target's tracker, and to the people who take its severity,
 * unless the alarm has told them by itself (`told`; a group's page stands for what follows it within `toldForSeconds`). An
 * alarm that fires while its incident is open is the same incident, which its state says by name (`alarm`); without a name
 * each call is one of its own. Of an alarm that is over by now there is a record, and nothing to look after.
 */
export const recordIncident: UseCaseFunction<
  'platform' | 'model' | 'state' | 'ledger' | 'notifier' | 'clock' | 'incidents'
> = async (event, ports) => {
  const now = ports.clock.now();
  const alarm = optionalText(event, 'alarm');
  const fresh = incidentOf(event, now);
  const incident = alarm === null ? fresh : await joinIncident(ports, fresh);
  const { id, kind, severity, text, runbook, openedAtSeconds } = incident;
  if (id !== fresh.id) return answer({ id, kind, severity, isNew: false, ticket: incident.ticket });
  const isAlarm = alarm !== null || event.step === 'alarm';
  await noteIncident(ports, {
    id,
    model: ports.model,
    openedAtSeconds,
    resolvedAtSeconds: null,
    // A release's own incident is its own; which deployment an alarm is about is for the report to say.
    deploymentId: isAlarm ? null : event.run,
  });
  const due = incident.postmortemDueAtSeconds;
  await appendToLedger(ports.ledger, {
    at: new Date(openedAtSeconds * 1000).toISOString(),
    actor: 'platform',
    action: 'incident',
    model: ports.model,
    version: null,
    commit: null,
    dataDigest: null,
    verdict: severity,
    details: {
      event: `incident:${id}`,
      kind,
      text: text.slice(0, MAX_TEXT),
      ...(due !== null && { postmortemDue: new Date(due * 1000).toISOString() }),
    },
  });
  if (event.arguments['told'] !== true || (await isNews(event, ports, incident))) {
    await ports.notifier.notify({ severity, kind, subject: `${ports.model}: ${kind}`, text, runbook });
  }
  const ticket = (await ports.incidents?.open(incident)) ?? null;
  if (ticket !== null && alarm !== null) await updateIncident(ports, id, (one) => ({ ...one, ticket }));
  if (alarm !== null && (await isOver(ports, incident))) {
    await endIncident(ports, { ...incident, ticket }, 'platform');
    return answer({ id, kind, severity, isNew: false, ticket });
  }
  return answer({ id, kind, severity, isNew: true, ticket });
};

/** A group is paged with its first alarm: of one that fires long after an open one of its group nobody has heard. */
async function isNews(
  event: TaskEvent,
  ports: Parameters<typeof openIncidents>[0],
  { id, group, openedAtSeconds }: OpenIncident,
): Promise<boolean> {
  const toldFor = event.arguments['toldForSeconds'];
  if (group === null || typeof toldFor !== 'number') return false;
  return (await openIncidents(ports)).some(
    (one) => one.group === group && one.id !== id && openedAtSeconds - one.openedAtSeconds > toldFor,
  );
}

function incidentOf(event: TaskEvent, now: number): OpenIncident {
  const said = (name: string): string | null => {
    const fixed = event.arguments[name];
    return typeof fixed === 'string' ? fixed : optionalText(event, name);
  };
  const id = `${event.step}:${event.run}`;
  const alarmAt = Date.parse(optionalText(event, 'at') ?? '') / 1000;
  const within = event.arguments['postmortemWithinSeconds'];
  return {
    key: optionalText(event, 'alarm') ?? id,
    id,
    kind: oneOf<AlarmKind>(ALARM_KINDS, said('kind'), 'handlerFailure'),
    severity: oneOf<Severity>(SEVERITIES, said('severity'), 'page'),
    text: optionalText(event, 'error.message') ?? optionalText(event, 'text') ?? 'no text was given',
    runbook: said('runbook'),
    openedAtSeconds: now,
    postmortemDueAtSeconds: typeof within === 'number' ? now + within : null,
    group: said('group'),
    alarmAtSeconds: Number.isFinite(alarmAt) ? alarmAt : now,
    ticket: null,
    escalations: 0,
  };
}

const oneOf = <T extends string>(all: readonly T[], value: string | null, otherwise: T): T =>
  all.find((one) => one === value) ?? otherwise;
