/** The cloud's own model registry, kept in step with our registry state so that its console shows the truth. */
export interface ModelCatalogue {
  /** Makes a version known. Idempotent by `version`. @returns the cloud's own id of it */
  publish(entry: CatalogueEntry): Promise<string>;
  /** Shows a version's state and aliases. */
  label(externalId: string, labels: CatalogueLabels): Promise<void>;
}

export interface CatalogueEntry {
  readonly model: string;
  readonly version: number;
  readonly artifactUri: string;
  readonly artifactDigest: string;
  readonly image: string;
  /** What the trainer has measured, as JSON; absent where that is not kept. */
  readonly metricsUri?: string;
  /** Lineage and figures, as texts: commit, dataDigest, metric.<name>, … */
  readonly facts: Readonly<Record<string, string>>;
}

export interface CatalogueLabels {
  readonly approved: boolean | null;
  readonly aliases: readonly string[];
}
