import { ALARM_KINDS, type AlarmKind } from '../../kernel/alarm-kinds';
import { SEVERITIES, type Severity } from '../../kernel/severity';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { noteIncident } from './deployment-log';
import type { UseCaseFunction } from './ports';
import { argumentText, optionalText } from './read-event';

/** Opens an incident: in the ledger, for the DORA report, and to the people who take its severity. */
export const recordIncident: UseCaseFunction<'platform' | 'model' | 'state' | 'ledger' | 'notifier' | 'clock'> = async (
  event,
  ports,
) => {
  const kind = oneOf<AlarmKind>(ALARM_KINDS, argumentText(event, 'kind'), 'handlerFailure');
  const severity = oneOf<Severity>(SEVERITIES, argumentText(event, 'severity'), 'page');
  const now = ports.clock.now();
  const id = `${event.step}:${event.run}`;
  const text = optionalText(event, 'error.message') ?? optionalText(event, 'text') ?? 'no text was given';
  await noteIncident(ports, { id, openedAtSeconds: now, resolvedAtSeconds: null, deploymentId: event.run });
  await appendToLedger(ports.ledger, {
    at: new Date(now * 1000).toISOString(),
    actor: 'platform',
    action: 'incident',
    model: ports.model,
    version: null,
    commit: null,
    dataDigest: null,
    verdict: severity,
    details: { event: `incident:${id}`, kind, text: text.slice(0, 4000) },
  });
  const runbook = event.arguments['runbook'];
  await ports.notifier.notify({
    severity,
    kind,
    subject: `${ports.model}: ${kind}`,
    text,
    runbook: typeof runbook === 'string' ? runbook : null,
  });
  return answer({ id, kind, severity });
};

const oneOf = <T extends string>(all: readonly T[], value: string, otherwise: T): T =>
  all.find((one) => one === value) ?? otherwise;
