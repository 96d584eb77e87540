import { createHash } from 'node:crypto';
import { vertexModelId } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import type { ExperimentTracker, TrackedExperiment } from '../../ports';
import { type GoogleApi, refused } from './google-api';

export interface VertexExperimentsOptions {
  /** Prefix of the experiment's id: the platform's name. */
  readonly platform: string;
  /** Key of the metadata store, where this makes it; empty for Google's own. */
  readonly kmsKeyName: string;
}

/** Ids of contexts have 128 characters, of which Vertex AI's SDK keeps seven for a run's TensorBoard. */
const MOST_OF_ID = 121;
const SCHEMA_VERSION = '0.0.1';

/**
 * Vertex AI Experiments: an experiment a model, a run a training, in the region's default metadata store. Written as Vertex AI's SDK for
 * Python writes them (googleapis/python-aiplatform, metadata/constants.py), so that the console and `get_experiment_df()` show them.
 */
export class VertexExperiments implements ExperimentTracker {
  constructor(
    private readonly api: GoogleApi,
    private readonly options: VertexExperimentsOptions,
  ) {}

  /** @returns `projects/…/metadataStores/default/contexts/<experiment>-<run>` */
  async track({ model, run, complete, parameters, metrics }: TrackedExperiment): Promise<string> {
    const { platform } = this.options;
    const contexts = `${await this.store()}/contexts`;
    const experiment = contextId(vertexModelId(platform, model));
    await this.make(
      contexts,
      { contextId: experiment },
      {
        displayName: `${platform} / ${model}`,
        schemaTitle: 'system.Experiment',
        schemaVersion: SCHEMA_VERSION,
        metadata: { experiment_deleted: false },
      },
    );
    const contextOfRun = contextId(`${experiment}-${run}`);
    const name = `${contexts}/${contextOfRun}`;
    const metadata = {
      _params: scalars(parameters),
      _metrics: numbers(metrics),
      _state: complete ? 'COMPLETE' : 'FAILED',
    };
    const made = await this.make(
      contexts,
      { contextId: contextOfRun },
      {
        displayName: run.slice(0, 128),
        schemaTitle: 'system.ExperimentRun',
        schemaVersion: SCHEMA_VERSION,
        metadata,
      },
    );
    // A run that is recorded again may have come further.
    if (made === undefined) await this.api.call('PATCH', 'aiplatform', name, { metadata }, { updateMask: 'metadata' });
    // One that is there is skipped.
    await this.api.call('POST', 'aiplatform', `${contexts}/${experiment}:addContextChildren`, {
      childContexts: [name],
    });
    return name;
  }

  /** The default store of the region; one for all that use Vertex AI there. */
  private async store(): Promise<string> {
    const collection = `${this.api.parent}/metadataStores`;
    const name = `${collection}/default`;
    if ((await this.api.find('aiplatform', name)) !== undefined) return name;
    const { kmsKeyName } = this.options;
    const operation = await this.make(
      collection,
      { metadataStoreId: 'default' },
      kmsKeyName === '' ? {} : { encryptionSpec: { kmsKeyName } },
    );
    if (operation !== undefined) await this.api.finished('aiplatform', operation);
    // Somebody else makes it: it is there once that is over.
    else await this.api.settled(name);
    return name;
  }

  /** @returns undefined for what is there already */
  private async make(path: string, query: Readonly<Record<string, string>>, body: Json) {
    const reply = await this.api.send('POST', 'aiplatform', path, {
      body: Buffer.from(JSON.stringify(body)),
      type: 'application/json',
      query,
    });
    if (reply.status === 409) return undefined;
    if (reply.status >= 300) throw refused(`POST aiplatform/${path}`, reply);
    return JSON.parse(Buffer.from(reply.body).toString('utf8')) as { readonly [key: string]: unknown };
  }
}

/** A text as a context's id: lower case, digits and dashes. What that changes keeps a digest, so that two texts stay two. */
function contextId(text: string): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9-]/g, '-');
  if (plain === text && text.length <= MOST_OF_ID) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${plain.slice(0, MOST_OF_ID - 13)}-${digest}`;
}

/** Parameters are numbers and texts. */
const scalars = (values: Readonly<Record<string, Json>>): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, string | number][] =>
      value === null ? [] : [[name, typeof value === 'number' ? value : plainText(value)]],
    ),
  );

const plainText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Every number in a document, by its dotted path. */
function numbers(value: Json, path = ''): Record<string, number> {
  if (typeof value === 'number') return { [path]: value };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, one]) => numbers(one, path === '' ? key : `${path}.${key}`)),
  ) as Record<string, number>;
}
