/** What serves a model and how its traffic is split; owned by the release controller. Every call is idempotent. */
export interface ServingTarget {
  /** Makes a version ready to serve beside what serves now, without live traffic (or as the first version, with all of it). */
  deploy(deployment: Deployment): Promise<void>;
  /**
   * Percent of live traffic to the challenger; the champion has the rest. Returns when it is in force.
   * None for a version that is not there changes nothing, once no change goes on that could bring it.
   * @param guard where the target has guardrails of its own, they watch this change; others change traffic as always
   */
  setTraffic(challenger: number, percent: number, guard?: TrafficGuard): Promise<void>;
  /** What is really so, read from the cloud. */
  read(): Promise<TrafficState>;
  /** Mirrors a percent of requests to a version that is deployed; 0 stops it. */
  mirror(version: number, percent: number): Promise<void>;
  /** Takes a version out that has no live traffic. */
  remove(version: number): Promise<void>;
  /**
   * Deletes what the target keeps of versions that are not among these and do not serve; they can be deployed again. Absent
   * where it keeps nothing of them.
   */
  forget?(keep: readonly number[]): Promise<void>;
}

/** How a target's own guardrails watch a change: it goes back by itself when a page alarm fires meanwhile. */
export interface TrafficGuard {
  /** Seconds after the change for which the fleet of before is kept as it was. */
  readonly bakeSeconds: number;
}

export interface Deployment {
  readonly model: string;
  readonly version: number;
  readonly artifactUri: string;
  /** Cloud's own id of the version, from the catalogue. */
  readonly externalId: string;
  /** Image that passed the gate with it. @default - the one that the target serves with */
  readonly image?: string;
  readonly first: boolean;
  /** Requests are only copied to it for now: a target that has a place for that need not make it ready for live ones. @default false */
  readonly asShadow?: boolean;
  readonly serving: {
    readonly instances: { readonly min: number; readonly max: number };
    readonly capturePercent: number;
    readonly targetRequestsPerInstance: number;
    readonly timeoutSeconds: number;
  };
}

export interface TrafficState {
  /** `ready`, or what goes on. A target that rolls itself back is `changing` until it has settled. */
  readonly status: 'absent' | 'ready' | 'changing' | 'failed';
  /** Live traffic by version; percents add to 100 unless the target is absent. */
  readonly live: Readonly<Record<number, number>>;
  readonly mirrored: Readonly<Record<number, number>>;
  /** The cloud's name of the configuration that is in force. */
  readonly configuration: string | null;
}
