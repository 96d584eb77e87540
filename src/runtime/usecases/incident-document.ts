import { toJson } from '../../kernel/json';
import type { TrackedIncident } from '../ports';
import { appendToLedger } from './append-ledger';
import { changeDocument } from './compare-and-swap';
import { noteIncident } from './deployment-log';
import { stateKeys } from './keys';
import type { Ports } from './ports';

/** An incident of an alarm, from its first report until it is over. */
export interface OpenIncident extends TrackedIncident {
  /** Alarms of which people hear once, this one among them; null for one that stands alone. */
  readonly group: string | null;
  /** When the alarm was last reported to fire. */
  readonly alarmAtSeconds: number;
  /** Id in the target's tracker; null where there is none, or not yet. */
  readonly ticket: string | null;
  /** How often people were told again. */
  readonly escalations: number;
}

interface IncidentsDocument {
  readonly open: readonly OpenIncident[];
}

type Needs = Pick<Ports, 'state' | 'model'>;

export async function openIncidents({ state, model }: Needs): Promise<readonly OpenIncident[]> {
  return (
    ((await state.read(stateKeys.incidents(model)))?.value as unknown as IncidentsDocument | undefined)?.open ?? []
  );
}

/** The incident of an alarm: the one that is open already, or this one, which is open from now on. */
export function joinIncident({ state, model }: Needs, fresh: OpenIncident): Promise<OpenIncident> {
  return changeDocument(state, stateKeys.incidents(model), (value) => {
    const open = (value as unknown as IncidentsDocument | undefined)?.open ?? [];
    const known = open.find(({ key }) => key === fresh.key);
    const incident =
      known === undefined ? fresh : { ...known, alarmAtSeconds: Math.max(known.alarmAtSeconds, fresh.alarmAtSeconds) };
    const others = open.filter(({ key }) => key !== fresh.key);
    return { write: toJson({ open: [...others, incident] }), answer: incident };
  });
}

/** Changes an open incident; one that is over stays so. */
export function updateIncident(
  { state, model }: Needs,
  id: string,
  change: (incident: OpenIncident) => OpenIncident | null,
): Promise<void> {
  return changeDocument(state, stateKeys.incidents(model), (value) => {
    const open = (value as unknown as IncidentsDocument | undefined)?.open ?? [];
    if (!open.some((one) => one.id === id)) return { write: undefined, answer: undefined };
    const changed = open.flatMap((one) => (one.id === id ? (change(one) ?? []) : [one]));
    return { write: toJson({ open: changed }), answer: undefined };
  });
}

/** Ends an incident: for the DORA report, in the ledger, in the tracker, and only then here, so that a retry does it all. */
export async function endIncident(
  ports: Pick<Ports, 'platform' | 'model' | 'state' | 'ledger' | 'clock' | 'incidents'>,
  incident: OpenIncident,
  by: string,
): Promise<void> {
  const now = ports.clock.now();
  const { id, kind, openedAtSeconds, ticket } = incident;
  const model = ports.model;
  await noteIncident(ports, { id, model, openedAtSeconds, resolvedAtSeconds: now, deploymentId: null });
  await appendToLedger(ports.ledger, {
    at: new Date(now * 1000).toISOString(),
    actor: by,
    action: 'incidentResolved',
    model,
    version: null,
    commit: null,
    dataDigest: null,
    verdict: incident.severity,
    details: { event: `resolved:${id}`, kind, incident: id, seconds: now - openedAtSeconds },
  });
  if (ticket !== null) await ports.incidents?.resolve(ticket);
  await updateIncident(ports, id, () => null);
}
