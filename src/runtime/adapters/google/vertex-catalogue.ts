import { DECISION_ALIASES, vertexModelId } from '../../../contract/google';
import type { CatalogueEntry, CatalogueLabels, ModelCatalogue } from '../../ports';
import type { GoogleApi, JsonObject } from './google-api';
import { labelValue } from './label-value';

export interface VertexCatalogueOptions {
  /** Prefix of the model's id in the registry: the platform's name. */
  readonly platform: string;
  readonly kmsKeyName: string;
  /** Image that serves where a version names none. */
  readonly serverImage: string;
}

/** Routes and port of the server's contract. */
const ROUTES = { predictRoute: '/invocations', healthRoute: '/ping', ports: [{ containerPort: 8080 }] };
/** Labels that a resource may have. */
const MAX_LABELS = 64;
/** Aliases that we set; others are the user's. */
const OURS = ['champion', 'challenger', 'previous', ...Object.values(DECISION_ALIASES)];

/** Vertex AI Model Registry: one model, one version a version of ours, found again by the alias `v<version>`. */
export class VertexCatalogue implements ModelCatalogue {
  constructor(
    private readonly api: GoogleApi,
    private readonly options: VertexCatalogueOptions,
  ) {}

  /** @returns `projects/…/models/<model>@<Vertex version>` */
  async publish(entry: CatalogueEntry): Promise<string> {
    const modelId = vertexModelId(this.options.platform, entry.model);
    const name = `${this.api.parent}/models/${modelId}`;
    const alias = `v${entry.version}`;
    // An upload that an earlier call has begun is this version: a second one would be registered twice.
    await this.api.settled(name);
    const known = await this.api.find('aiplatform', `${name}@${alias}`);
    if (known) return versioned(name, known);
    const exists = (await this.api.find('aiplatform', name)) !== undefined;
    const image = entry.image === '' ? this.options.serverImage : entry.image;
    const asked = {
      ...(exists ? { parentModel: name } : { modelId }),
      model: {
        displayName: modelId,
        versionAliases: [alias],
        versionDescription: `version ${entry.version}, ${entry.artifactDigest}`,
        artifactUri: entry.artifactUri.replace(/\/$/, ''),
        containerSpec: { imageUri: image, ...ROUTES, env: [{ name: 'MLP_MODEL_DIR', value: entry.artifactUri }] },
        labels: Object.fromEntries(
          Object.entries({ version: String(entry.version), ...entry.facts })
            .slice(0, MAX_LABELS)
            .map(([key, value]) => [labelValue(key.replace('.', '_')), labelValue(value)]),
        ),
        ...(this.options.kmsKeyName !== '' && { encryptionSpec: { kmsKeyName: this.options.kmsKeyName } }),
      },
    };
    const operation = await this.api.create('aiplatform', `${this.api.parent}/models:upload`, asked, () =>
      this.api.running(name),
    );
    const { modelVersionId } = (await this.api.finished('aiplatform', operation)) as { modelVersionId?: string };
    const made = await this.api.call('GET', 'aiplatform', `${name}@${modelVersionId ?? alias}`);
    return versioned(name, made);
  }

  async label(externalId: string, { approved, aliases }: CatalogueLabels): Promise<void> {
    const model = await this.api.call('GET', 'aiplatform', externalId);
    const current = ((model['versionAliases'] ?? []) as string[]).filter((alias) => OURS.includes(alias));
    const add = aliases.filter((alias) => !current.includes(alias));
    const drop = current.filter((alias) => !aliases.includes(alias)).map((alias) => `-${alias}`);
    if (add.length + drop.length > 0) {
      await this.api.call('POST', 'aiplatform', `${externalId}:mergeVersionAliases`, {
        versionAliases: [...add, ...drop],
      });
    }
    const labels = {
      ...(model['labels'] as Record<string, string> | undefined),
      approved: String(approved ?? 'pending'),
    };
    await this.api.call('PATCH', 'aiplatform', externalId, { name: externalId, labels }, { updateMask: 'labels' });
  }
}

const versioned = (name: string, model: JsonObject): string => `${name}@${model['versionId']}`;
