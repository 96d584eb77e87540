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
  /** When each alarm was last over, in epoch seconds: a report that it fires may come after the one that it no longer does. */
  readonly over?: Readonly<Record<string, number>>;
}

type Needs = Pick<Ports, 'state' | 'model'>;

const NOTHING: IncidentsDocument = { open: [] };

async function readDocument({ state, model }: Needs): Promise<IncidentsDocument> {
  return ((await state.read(stateKeys.incidents(model)))?.value ?? NOTHING) as unknown as IncidentsDocument;
}

export async function openIncidents(needs: Needs): Promise<readonly OpenIncident[]> {
  return (await readDocument(needs)).open;
}

/** Whether the alarm of an incident is known to be over since it was last reported to fire. */
export async function isOver(needs: Needs, { key, alarmAtSeconds }: OpenIncident): Promise<boolean> {
  const overAt = (await readDocument(needs)).over?.[key];
  return overAt !== undefined && overAt > alarmAtSeconds;
}

/** Notes that an alarm is over; what is older than what is known changes nothing. */
export function noteOver({ state, model }: Needs, key: string, atSeconds: number): Promise<void> {
  return changeDocument(state, stateKeys.incidents(model), (value) => {
    const document = (value ?? NOTHING) as unknown as IncidentsDocument;
    if (atSeconds <= (document.over?.[key] ?? Number.NEGATIVE_INFINITY)) return { write: undefined, answer: undefined };
    return { write: toJson({ ...document, over: { ...document.over, [key]: atSeconds } }), answer: undefined };
  });
}

/** The incident of an alarm: the one that is open already, or this one, which is open from now on. */
export function joinIncident({ state, model }: Needs, fresh: OpenIncident): Promise<OpenIncident> {
  return changeDocument(state, stateKeys.incidents(model), (value) => {
    const document = (value ?? NOTHING) as unknown as IncidentsDocument;
    const { open } = document;
    const known = open.find(({ key }) => key === fresh.key);
    const incident =
      known === undefined ? fresh : { ...known, alarmAtSeconds: Math.max(known.alarmAtSeconds, fresh.alarmAtSeconds) };
    const others = open.filter(({ key }) => key !== fresh.key);
    return { write: toJson({ ...document, open: [...others, incident] }), answer: incident };
  });
}

/** Changes an open incident; one that is over stays so. */
export function updateIncident(
  { state, model }: Needs,
  id: string,
  change: (incident: OpenIncident) => OpenIncident | null,
): Promise<void> {
  return changeDocument(state, stateKeys.incidents(model), (value) => {
    const document = (value ?? NOTHING) as unknown as IncidentsDocument;
    const { open } = document;
    if (!open.some((one) => one.id === id)) return { write: undefined, answer: undefined };
    const changed = open.flatMap((one) => (one.id === id ? (change(one) ?? []) : [one]));
    return { write: toJson({ ...document, open: changed }), answer: undefined };
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
