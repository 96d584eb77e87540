import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Buckets } from '../../google/execution/buckets';
import { type Call, invalid, type Json, notFound, type Operation } from '../../google/execution/service';
import { readFiles, runTrainer, writeFiles } from '../world/trainer';
import type { Gate } from './gate';
import type { ModelServers } from './model-servers';
import { placeOf } from './places';

interface Job {
  readonly name: string;
  readonly kind: string;
  readonly body: Json;
  state: 'JOB_STATE_RUNNING' | 'JOB_STATE_SUCCEEDED' | 'JOB_STATE_FAILED';
  error: { readonly code: number; readonly message: string } | null;
}

/** Vertex AI's custom jobs and batch predictions, with the definition's own trainer and server in the place of their images. */
export class Jobs {
  readonly all: Job[] = [];

  constructor(
    private readonly buckets: Buckets,
    private readonly servers: ModelServers,
    private readonly trainer: readonly string[],
    private readonly gate: Gate,
  ) {}

  operation({ method, path, query, body }: Call): Operation | undefined {
    const name = path.join('/');
    const kind = path[4]!;
    const called = (what: string, run: () => Json): Operation => ({ name: `aiplatform.${kind}.${what}`, run });
    if (name.includes(':')) return undefined;
    if (method === 'POST') return called('create', () => shown(this.create(kind, name, body)));
    if (path.length > 5) return called('get', () => shown(this.known(name)));
    return called('list', () => {
      const wanted = /^display_name="(.*)"$/.exec(query.get('filter') ?? '')?.[1];
      if (wanted === undefined) throw invalid(`filter ${query.get('filter')}`);
      return { [kind]: this.all.filter((one) => one.kind === kind && one.body['displayName'] === wanted).map(shown) };
    });
  }

  private create(kind: string, parent: string, body: Json): Job {
    const job: Job = { name: `${parent}/${this.all.length + 1}`, kind, body, state: 'JOB_STATE_RUNNING', error: null };
    this.all.push(job);
    this.gate.work(async () => {
      try {
        await (kind === 'customJobs' ? this.train(body) : this.score(body));
        job.state = 'JOB_STATE_SUCCEEDED';
      } catch (error) {
        job.error = { code: 3, message: (error as Error).message };
        job.state = 'JOB_STATE_FAILED';
      }
    });
    return job;
  }

  private known(name: string): Job {
    const found = this.all.find((one) => one.name === name);
    if (found === undefined) throw notFound(name);
    return found;
  }

  /** A container that sees buckets as folders below `/gcs`. */
  private async train({ jobSpec }: Json): Promise<void> {
    const [pool] = (jobSpec as { readonly workerPoolSpecs: readonly Json[] }).workerPoolSpecs;
    const { env } = pool!['containerSpec'] as {
      readonly env: readonly { readonly name: string; readonly value: string }[];
    };
    const root = mkdtempSync(join(tmpdir(), 'mlp-concept-job-'));
    try {
      const variables = Object.fromEntries(env.map(({ name, value }) => [name, value.replace(/^\/gcs\//, `${root}/`)]));
      const remote = (name: string): [string, string] => placeOf(env.find((one) => one.name === name)!.value);
      for (const name of ['MLP_TRAIN_DATA', 'MLP_HYPERPARAMETERS']) {
        const text = this.buckets.text(...remote(name));
        if (text === undefined) throw new RangeError(`${name}: nothing lies at ${remote(name).join('/')}`);
        writeFiles(root, { [remote(name).join('/')]: Buffer.from(text) });
      }
      await runTrainer(this.trainer, variables);
      const [bucket, folder] = remote('MLP_MODEL_DIR');
      for (const [name, bytes] of Object.entries(readFiles(variables['MLP_MODEL_DIR']!))) {
        this.buckets.put(bucket, `${folder}/${name}`, bytes);
      }
      this.buckets.put(...remote('MLP_METRICS_FILE'), readFileSync(variables['MLP_METRICS_FILE']!));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }

  private async score(body: Json): Promise<void> {
    const { artifactUri } = body['unmanagedContainerModel'] as { readonly artifactUri: string };
    const { gcsSource } = body['inputConfig'] as { readonly gcsSource: { readonly uris: readonly string[] } };
    const { keyField } = body['instanceConfig'] as { readonly keyField: string };
    const { gcsDestination } = body['outputConfig'] as {
      readonly gcsDestination: { readonly outputUriPrefix: string };
    };
    const rows = this.buckets
      .text(...placeOf(gcsSource.uris[0]!))!
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, never>);
    const instances = rows.map(({ [keyField]: _key, ...instance }) => instance);
    const { predictions, error } = await this.servers.ask(artifactUri, instances);
    if (error !== null) throw new RangeError(error);
    const lines = rows.map((row, place) => JSON.stringify({ key: row[keyField], prediction: predictions![place] }));
    const [bucket, folder] = placeOf(gcsDestination.outputUriPrefix);
    // In no order that was asked for.
    this.buckets.put(bucket, `${folder}/prediction-1/prediction.results-00000-of-00001`, lines.reverse().join('\n'));
  }
}

const shown = ({ name, body, state, error }: Job): Json => ({ ...body, name, state, ...(error && { error }) });
