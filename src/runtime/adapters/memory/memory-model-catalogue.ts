import type { CatalogueEntry, CatalogueLabels, ModelCatalogue } from '../../ports';

/** The catalogue in memory. */
export class MemoryModelCatalogue implements ModelCatalogue {
  readonly entries = new Map<string, CatalogueEntry>();
  readonly labels = new Map<string, CatalogueLabels>();

  async publish(entry: CatalogueEntry): Promise<string> {
    const id = `${entry.model}/${entry.version}`;
    this.entries.set(id, entry);
    return id;
  }

  async label(externalId: string, labels: CatalogueLabels): Promise<void> {
    this.labels.set(externalId, labels);
  }
}
