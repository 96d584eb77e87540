/** A change that a version carries: a commit, or the training or data cut it starts from. */
export interface ChangeRecord {
  readonly id: string;
  readonly startedAtSeconds: number;
}

/** One release of one version, as the ledger tells it. All instants are epoch seconds. */
export interface DeploymentRecord {
  /** Id of the release run: the same run reported twice is one deployment. */
  readonly id: string;
  readonly changes: readonly ChangeRecord[];
  /** First live request that could reach it; null when it was stopped before (gate, shadow): that is a catch, no failure. */
  readonly firstLiveAtSeconds: number | null;
  /** All live traffic, read back. */
  readonly completedAtSeconds: number | null;
  /** Decision to take it back; null when it was not. */
  readonly failedAtSeconds: number | null;
  /** The champion has all traffic again, read back. */
  readonly restoredAtSeconds: number | null;
  /** True for a deployment that nobody had planned and that answers an incident or an alarm. */
  readonly unplanned: boolean;
}

export interface IncidentRecord {
  readonly id: string;
  readonly openedAtSeconds: number;
  readonly resolvedAtSeconds: number | null;
  /** The deployment at fault, where a person said so; otherwise the last one of the seven days before is. */
  readonly deploymentId: string | null;
}

/** How long after a deployment an incident without a named cause is laid at its door. */
export const INCIDENT_LINK_SECONDS = 7 * 86_400;

/** One deployment with what went wrong with it. */
export interface JudgedDeployment extends DeploymentRecord {
  readonly failed: boolean;
  /** From the decision to take it back (or the first incident) to the restored state; null while it is not restored. */
  readonly recoverySeconds: number | null;
}

/** Later reports of the same id replace the ones before. */
export function distinct<T extends { readonly id: string }>(records: readonly T[]): T[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

/** The deployment that an incident belongs to; undefined for none. */
function culprit(incident: IncidentRecord, deployments: readonly DeploymentRecord[]): DeploymentRecord | undefined {
  if (incident.deploymentId !== null) return deployments.find(({ id }) => id === incident.deploymentId);
  return deployments
    .filter(({ firstLiveAtSeconds: live }) => {
      return (
        live !== null && live <= incident.openedAtSeconds && incident.openedAtSeconds - live <= INCIDENT_LINK_SECONDS
      );
    })
    .sort((a, b) => b.firstLiveAtSeconds! - a.firstLiveAtSeconds! || (a.id < b.id ? -1 : 1))[0];
}

/**
 * Deployments that had live traffic, each once, with its failure: taken back after its first live request, or blamed for an
 * incident. However many changes it had and however many incidents it caused, it is one failed deployment.
 */
export function judgeDeployments(
  deployments: readonly DeploymentRecord[],
  incidents: readonly IncidentRecord[],
): JudgedDeployment[] {
  const live = distinct(deployments).filter(({ firstLiveAtSeconds }) => firstLiveAtSeconds !== null);
  const blamed = new Map<string, IncidentRecord[]>();
  for (const incident of distinct(incidents)) {
    const deployment = culprit(incident, live);
    if (deployment !== undefined) blamed.set(deployment.id, [...(blamed.get(deployment.id) ?? []), incident]);
  }
  return live.map((deployment) => {
    const caused = blamed.get(deployment.id) ?? [];
    const failed = deployment.failedAtSeconds !== null || caused.length > 0;
    return { ...deployment, failed, recoverySeconds: failed ? recovery(deployment, caused) : null };
  });
}

/** From the first sign of failure to the last end of it; null while something is open. */
function recovery(deployment: DeploymentRecord, caused: readonly IncidentRecord[]): number | null {
  const starts = [deployment.failedAtSeconds, ...caused.map(({ openedAtSeconds }) => openedAtSeconds)];
  const ends = [
    ...(deployment.failedAtSeconds === null ? [] : [deployment.restoredAtSeconds]),
    ...caused.map(({ resolvedAtSeconds }) => resolvedAtSeconds),
  ];
  if (ends.some((end) => end === null)) return null;
  return Math.max(...ends.map(Number)) - Math.min(...starts.filter((start) => start !== null));
}
