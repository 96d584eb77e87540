import { toJson } from '../../kernel/json';
import type { DeploymentRecord, IncidentRecord } from '../core/dora';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports } from './ports';

/** What the DORA report is made of, for all models of a platform. */
export interface DeploymentLog {
  readonly deployments: readonly (DeploymentRecord & { readonly model: string })[];
  readonly incidents: readonly (IncidentRecord & { readonly model: string })[];
}

export const EMPTY_LOG: DeploymentLog = { deployments: [], incidents: [] };

/** Longer than any report's window. */
const REMEMBER_SECONDS = 400 * 86_400;

/** Notes what happened to a deployment; what was noted before stays where nothing new is said. */
export async function noteDeployment(
  { state, platform, model, clock }: Pick<Ports, 'state' | 'platform' | 'model' | 'clock'>,
  id: string,
  facts: Partial<DeploymentRecord>,
): Promise<void> {
  const now = clock.now();
  await changeDocument(state, stateKeys.dora(platform), (value) => {
    const log = (value ?? EMPTY_LOG) as unknown as DeploymentLog;
    const known = log.deployments.find((one) => one.id === id) ?? {
      id,
      model,
      changes: [],
      firstLiveAtSeconds: null,
      completedAtSeconds: null,
      failedAtSeconds: null,
      restoredAtSeconds: null,
      unplanned: false,
    };
    const others = log.deployments.filter((one) => one.id !== id && newest(one) > now - REMEMBER_SECONDS);
    return { write: toJson({ ...log, deployments: [...others, { ...known, ...facts }] }), answer: undefined };
  });
}

const newest = (one: DeploymentRecord): number =>
  Math.max(
    ...[one.firstLiveAtSeconds, one.completedAtSeconds, one.failedAtSeconds, one.restoredAtSeconds].map(
      (at) => at ?? Number.NEGATIVE_INFINITY,
    ),
    ...one.changes.map(({ startedAtSeconds }) => startedAtSeconds),
  );

/** Notes an incident; a second report of the same id replaces the first. */
export async function noteIncident(
  { state, platform }: Pick<Ports, 'state' | 'platform'>,
  incident: DeploymentLog['incidents'][number],
): Promise<void> {
  await changeDocument(state, stateKeys.dora(platform), (value) => {
    const log = (value ?? EMPTY_LOG) as unknown as DeploymentLog;
    const others = log.incidents.filter(({ id }) => id !== incident.id);
    return { write: toJson({ ...log, incidents: [...others, incident] }), answer: undefined };
  });
}
