import type { Buckets } from './buckets';
import { type Answer, type Call, invalid, type Json, notFound, type Operation } from './service';

/** What a trainer leaves: its model says so many bikers a degree. */
export interface Trained {
  readonly perDegree: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** How jobs of a kind end. */
export type Ending = 'succeeds' | 'fails' | 'preempted' | 'never' | 'leavesHalf';

interface Job {
  readonly name: string;
  readonly kind: string;
  readonly body: Json;
  readonly until: number;
  readonly ending: Ending;
  state: string;
}

const DURATION_MS = 4 * 60_000;
const REASONS = {
  fails: 'the replica workerpool0-0 exited with a non-zero status of 1',
  preempted: 'the resources are insufficient: the spot machine was preempted',
} as const;

/** Vertex AI's custom jobs and batch predictions, which read and write buckets as real ones do. */
export class Jobs {
  readonly all: Job[] = [];
  /** How those that are made from now on end, by collection. */
  readonly endings: Record<string, Ending> = {};
  trained: Trained = { perDegree: 10, metrics: { loss: 0.1 } };

  constructor(
    private readonly buckets: Buckets,
    private readonly now: () => number,
  ) {}

  operation({ method, path, query, body }: Call): Operation | undefined {
    const [name = '', verb] = path.join('/').split(':');
    const kind = path[4]!.split(':')[0]!;
    const called = (what: string, run: () => Answer): Operation => ({ name: `aiplatform.${kind}.${what}`, run });
    if (verb === 'cancel') return called('cancel', () => this.cancel(name));
    if (method === 'POST') return called('create', () => this.create(kind, name, body));
    if (path.length > 5) return called('get', () => shown(this.known(name)));
    return called('list', () => {
      const wanted = termsOf(query.get('filter') ?? '');
      const found = this.all.filter((one) => one.kind === kind && wanted.every((term) => holds(term, one.body)));
      return { [kind]: found.map((one) => shown(this.known(one.name))) };
    });
  }

  private create(kind: string, parent: string, body: Json): Answer {
    const ending = this.endings[kind] ?? 'succeeds';
    const name = `${parent}/${this.all.length + 1}`;
    const until = ending === 'never' ? Number.POSITIVE_INFINITY : this.now() + DURATION_MS;
    const job: Job = { name, kind, body, ending, until, state: 'JOB_STATE_RUNNING' };
    this.all.push(job);
    return shown(job);
  }

  private cancel(name: string): Answer {
    const job = this.known(name);
    if (job.state === 'JOB_STATE_RUNNING') job.state = 'JOB_STATE_CANCELLED';
    return {};
  }

  private known(name: string): Job {
    const job = this.all.find((one) => one.name === name);
    if (job === undefined) throw notFound(name);
    if (job.state === 'JOB_STATE_RUNNING' && this.now() >= job.until) {
      const ends = job.ending === 'succeeds' || job.ending === 'leavesHalf';
      job.state = ends ? 'JOB_STATE_SUCCEEDED' : 'JOB_STATE_FAILED';
      if (ends && job.kind === 'customJobs') this.train(job);
      if (ends && job.kind !== 'customJobs') this.score(job);
    }
    return job;
  }

  private train({ body }: Job): void {
    const [pool] = (body['jobSpec'] as { readonly workerPoolSpecs: readonly Json[] }).workerPoolSpecs;
    const { env } = pool!['containerSpec'] as {
      readonly env: readonly { readonly name: string; readonly value: string }[];
    };
    const place = (name: string): [string, string] =>
      placeOf(env.find((one) => one.name === name)!.value.replace('/gcs/', 'gs://'));
    if (this.buckets.text(...place('MLP_TRAIN_DATA')) === undefined) throw new RangeError('no training data');
    const [bucket, folder] = place('MLP_MODEL_DIR');
    this.buckets.put(bucket, `${folder}/model.json`, JSON.stringify(this.trained));
    this.buckets.put(...place('MLP_METRICS_FILE'), JSON.stringify(this.trained.metrics));
  }

  private score({ body, ending }: Job): void {
    const model = body['unmanagedContainerModel'] as { readonly artifactUri: string };
    const { gcsSource } = body['inputConfig'] as { readonly gcsSource: { readonly uris: readonly string[] } };
    const { gcsDestination } = body['outputConfig'] as {
      readonly gcsDestination: { readonly outputUriPrefix: string };
    };
    const { perDegree } = JSON.parse(this.buckets.text(...placeOf(`${model.artifactUri}/model.json`))!) as Trained;
    const rows = this.buckets
      .text(...placeOf(gcsSource.uris[0]!))!
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly mlp_row: number; readonly temp: number });
    const lines = rows
      .filter((_, place) => ending !== 'leavesHalf' || place % 2 === 0)
      .map(({ mlp_row: key, temp }) => JSON.stringify({ key, prediction: { prediction: temp * perDegree } }));
    const [bucket, folder] = placeOf(gcsDestination.outputUriPrefix);
    // In no order that was asked for.
    this.buckets.put(bucket, `${folder}/prediction-1/prediction.results-00000-of-00001`, lines.reverse().join('\n'));
  }
}

type Term = readonly [field: string, value: string];

/** `display_name="…"` (jobs know no camelCase, as models do) and `labels.…="…"`, joined by AND. */
const termsOf = (filter: string): Term[] =>
  filter.split(' AND ').map((term) => {
    const [, field, value] = /^(display_name|labels\.[a-z_]+)="([^"]*)"$/.exec(term) ?? [];
    if (field === undefined || value === undefined) throw invalid(`filter ${filter}`);
    return [field, value];
  });

function holds([field, value]: Term, body: Json): boolean {
  if (field === 'display_name') return body['displayName'] === value;
  return (body['labels'] as Record<string, string> | undefined)?.[field.replace('labels.', '')] === value;
}

const shown = ({ name, body, state, ending }: Job): Json => ({
  ...body,
  name,
  state,
  ...(state === 'JOB_STATE_FAILED' && { error: { code: 3, message: REASONS[ending as keyof typeof REASONS] } }),
});

function placeOf(uri: string): [string, string] {
  const [bucket, ...rest] = uri.replace('gs://', '').split('/');
  return [bucket!, rest.join('/')];
}
