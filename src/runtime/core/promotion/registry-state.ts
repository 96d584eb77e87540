/** Where a version stands. `rejected` and `archived` are final; `rolledBack` may be approved again, by a person. */
export const VERSION_STATES = [
  'registered',
  'passedGate',
  'approved',
  'rejected',
  'released',
  'rolledBack',
  'archived',
] as const;
export type VersionState = (typeof VERSION_STATES)[number];

export const ALIASES = ['champion', 'challenger', 'previous'] as const;
export type Alias = (typeof ALIASES)[number];

export interface VersionRecord {
  readonly version: string;
  readonly state: VersionState;
  /** `sha256:` and 64 hex digits over the artifact, recorded when it was registered. */
  readonly artifactDigest: string;
  /** Who started the training. */
  readonly startedBy: string;
  /** Who approved it last; null when nobody has, or when a policy did. */
  readonly approvedBy: string | null;
  /** There was no champion to compare it with when it passed its gate. */
  readonly firstVersion: boolean;
  /** Ids of the events that were applied to it, so that the same event a second time changes nothing. */
  readonly appliedEvents: readonly string[];
}

/** All that decides which version has the traffic of one model. */
export interface RegistryState {
  readonly model: string;
  readonly versions: Readonly<Record<string, VersionRecord>>;
  readonly aliases: Readonly<Record<Alias, string | null>>;
  /** Champions before `previous`, newest last: what `previous` becomes after a rollback. */
  readonly earlierChampions: readonly string[];
}

/** A registry with no version in it. */
export function emptyRegistry(model: string): RegistryState {
  return {
    model,
    versions: {},
    aliases: { champion: null, challenger: null, previous: null },
    earlierChampions: [],
  };
}

/** The aliases that point at a version. */
export function aliasesOf(state: RegistryState, version: string): Alias[] {
  return ALIASES.filter((alias) => state.aliases[alias] === version);
}

/** The version, or undefined; safe for names such as `constructor`. */
export function versionOf(state: RegistryState, version: string): VersionRecord | undefined {
  return Object.hasOwn(state.versions, version) ? state.versions[version] : undefined;
}

/** The same state with one version changed. */
export function withVersion(state: RegistryState, changed: VersionRecord): RegistryState {
  return { ...state, versions: { ...state.versions, [changed.version]: changed } };
}
