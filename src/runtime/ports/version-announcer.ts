/** What others may want to know of a version that was promoted. */
export interface PromotedVersion {
  readonly version: number;
  readonly artifactDigest: string;
  /** The version that it has replaced; null for a first one. */
  readonly replaces: string | null;
}

/** Tells other systems, and later environments, of changes; the same change may be told more than once. */
export interface VersionAnnouncer {
  promoted(version: PromotedVersion): Promise<void>;
}
