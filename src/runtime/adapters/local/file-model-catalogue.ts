import type { Json } from '../../../kernel/json';
import { toJson } from '../../../kernel/json';
import type { ArtifactStore, CatalogueEntry, CatalogueLabels, ModelCatalogue } from '../../ports';

/** The catalogue on one machine: a JSON file a version, for people to look at. */
export class FileModelCatalogue implements ModelCatalogue {
  constructor(private readonly artifacts: ArtifactStore) {}

  async publish(entry: CatalogueEntry): Promise<string> {
    const id = `${entry.model}/${entry.version}`;
    await this.write(id, { ...(await this.read(id)), ...(toJson(entry) as object) });
    return id;
  }

  async label(externalId: string, labels: CatalogueLabels): Promise<void> {
    await this.write(externalId, { ...(await this.read(externalId)), labels: toJson(labels) });
  }

  /** What is stored of a version; empty for none. */
  async read(externalId: string): Promise<Readonly<Record<string, Json>>> {
    const body = await this.artifacts.get(keyOf(externalId));
    return body === undefined ? {} : (JSON.parse(new TextDecoder().decode(body)) as Record<string, Json>);
  }

  private write(id: string, value: object): Promise<void> {
    return this.artifacts.put(keyOf(id), new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`));
  }
}

const keyOf = (externalId: string): string => `catalogue/${externalId}.json`;
