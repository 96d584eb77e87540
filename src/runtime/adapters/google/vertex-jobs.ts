import type { GoogleJob, GoogleTraining } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import type { ServingSmokeResult } from '../../core/gate';
import { blockText, type TrainingBlock } from '../../core/retraining';
import type { GcsBucket } from './gcs-bucket';
import type { GoogleApi, JsonObject } from './google-api';
import { costLabels, labelValue } from './label-value';
import type { RunImages } from './run-images';
import type { VertexSmokeEndpoint } from './vertex-smoke-endpoint';

type Row = Readonly<Record<string, Json>>;

export interface VertexJobsOptions {
  readonly platform: string;
  readonly model: string;
  readonly training: GoogleTraining;
  /** Images of a run, which stay the same while it lasts. */
  readonly images: (run: string) => Promise<RunImages>;
  readonly kmsKeyName: string;
  readonly format: 'csv' | 'parquet' | 'jsonl';
  /** What forbids to train now; null where nothing does. */
  readonly trainingBlock: () => Promise<TrainingBlock | null>;
  /** Where the candidate of a run is asked how fast it answers, and by how many rows; null where nobody asks that. */
  readonly smoke: { readonly rows: number; readonly endpoint: (run: string) => VertexSmokeEndpoint } | null;
  /** Columns that the model takes. */
  readonly features: readonly string[];
  /** The frozen test rows of a run with the key of each, in order. */
  readonly testRows: (run: string) => Promise<readonly { readonly key: string | number; readonly columns: Row }[]>;
}

type Answer = { readonly [key: string]: Json };
type Subject = 'candidate' | 'champion';

/** Name of the field by which an answer is found again; it never reaches the server. */
const ROW = 'mlp_row';
/** States of a job that costs something still. */
const GOING_ON = ['JOB_STATE_QUEUED', 'JOB_STATE_PENDING', 'JOB_STATE_RUNNING', 'JOB_STATE_PAUSED'];
/** Where the workflow's containers see a bucket as files. */
const mounted = (uri: string): string => uri.replace('gs://', '/gcs/');

/** Managed jobs of a pipeline on Vertex AI: custom jobs that train, batch predictions that score. A start is done once. */
export class VertexJobs {
  constructor(
    private readonly api: GoogleApi,
    private readonly bucket: GcsBucket,
    private readonly options: VertexJobsOptions,
  ) {}

  /** Starts a job, or finds the one that was started for this step. @returns its name, for the workflow to look at */
  async start(event: GoogleJob): Promise<Answer> {
    const note = `runs/${event.run}/jobs/${event.step}.json`;
    const noted = await this.bucket.read(note);
    if (noted) return JSON.parse(Buffer.from(noted.body).toString('utf8')) as Answer;
    const collection = event.job === 'train' ? 'customJobs' : 'batchPredictionJobs';
    const displayName = labelValue(`${this.options.model}-${event.step}-${event.run}`).slice(0, 128);
    const { name } =
      (await this.unnoted(collection, displayName)) ?? (await this.create(event, collection, displayName));
    const answer = { name: String(name) };
    await this.bucket.write(note, Buffer.from(JSON.stringify(answer)));
    return answer;
  }

  /** What a job that ended well has left, as the step's output. */
  async finish(event: GoogleJob): Promise<Answer> {
    const { name } = await this.start(event);
    if (event.job === 'train') {
      return {
        jobName: name ?? '',
        artifactUri: this.bucket.uri(`runs/${event.run}/model/`),
        image: (await this.options.images(event.run)).trainer,
      };
    }
    const subject = subjectOf(event);
    const scored = await this.scores(event.run, subject);
    const validation = event.state['validation'] as { test?: { digest?: string } } | undefined;
    return {
      jobName: name ?? '',
      ...scored,
      // What scored is what serves later.
      image: (await this.options.images(event.run)).server,
      testSetDigest: validation?.test?.digest ?? '',
      serving: await this.serving(event, subject, scored.rows),
    };
  }

  /**
   * The batch prediction has loaded the model and answered every row; it does not say how fast. Where the gate asks that, the
   * candidate is asked on an endpoint of its own, once a run: what was measured is noted before the endpoint goes.
   */
  private async serving(event: GoogleJob, subject: Subject, rows: number): Promise<Answer> {
    const { smoke } = this.options;
    if (smoke === null || subject !== 'candidate') {
      return { loaded: true, rowsQueried: rows, failures: 0, latencyP99Ms: null };
    }
    const endpoint = smoke.endpoint(event.run);
    const note = `runs/${event.run}/smoke.json`;
    // A call that was given up may still be at it: what it has begun ends first, and what it has measured counts.
    await endpoint.settled();
    const noted = await this.bucket.read(note);
    const reading: ServingSmokeResult = noted
      ? (JSON.parse(Buffer.from(noted.body).toString('utf8')) as ServingSmokeResult)
      : await endpoint.measure(
          { artifactUri: this.artifactOf(event, subject), image: (await this.options.images(event.run)).server },
          await this.instances(event.run, smoke.rows),
        );
    if (!noted) await this.bucket.write(note, Buffer.from(JSON.stringify(reading)));
    await endpoint.remove();
    return { ...reading };
  }

  /** Ends what goes on for a run that was stopped: jobs that nobody waits for, and the endpoint of its candidate. */
  async abandon(run: string): Promise<void> {
    const { platform, model, smoke } = this.options;
    const filter = Object.entries(costLabels(platform, model, run))
      .map(([label, value]) => `labels.${label}="${value}"`)
      .join(' AND ');
    for (const collection of ['customJobs', 'batchPredictionJobs']) {
      const page = await this.api.call('GET', 'aiplatform', `${this.api.parent}/${collection}`, undefined, { filter });
      for (const job of (page[collection] ?? []) as readonly JsonObject[]) {
        // A label is a name that was cut: two runs may share it, but no folder.
        const isOurs = JSON.stringify(job).includes(`/runs/${run}/`);
        if (!isOurs || !GOING_ON.includes(String(job['state']))) continue;
        await this.api.call('POST', 'aiplatform', `${job['name']}:cancel`, {});
      }
    }
    await smoke?.endpoint(run).remove();
  }

  /** The first frozen test rows as requests. */
  private async instances(run: string, most: number): Promise<Row[]> {
    const rows = await this.options.testRows(run);
    return rows.slice(0, most).map(({ columns }) => this.input(columns));
  }

  private input(columns: Row): Row {
    return Object.fromEntries(this.options.features.map((name) => [name, columns[name] ?? null]));
  }

  private artifactOf(event: GoogleJob, subject: Subject): string {
    return modelOf(event, subject) ?? this.bucket.uri(`runs/${event.run}/model/`);
  }

  private async create(event: GoogleJob, collection: string, displayName: string): Promise<JsonObject> {
    if (event.job === 'train') await this.mayTrain();
    const job = event.job === 'train' ? await this.training(event) : await this.scoring(event);
    const { kmsKeyName } = this.options;
    const asked = {
      displayName,
      labels: costLabels(this.options.platform, this.options.model, event.run),
      ...(kmsKeyName !== '' && { encryptionSpec: { kmsKeyName } }),
      ...job,
    };
    // A job that is made twice is paid for twice.
    const find = (): Promise<JsonObject | undefined> => this.unnoted(collection, displayName);
    return this.api.create('aiplatform', `${this.api.parent}/${collection}`, asked, find);
  }

  /** Asked right before a job is made, whoever has started the run: a job that runs already goes on. */
  private async mayTrain(): Promise<void> {
    const block = await this.options.trainingBlock();
    if (block === null) return;
    throw new OperationError({
      code: 'trainingBlocked',
      path: `models.${this.options.model}.budget`,
      got: blockText(block),
      expected: 'a budget that is not used up',
      fix: 'raise budget.monthly of the model, or wait for the next month',
    });
  }

  /** A job that was made by a call that died before it could note it. */
  private async unnoted(collection: string, displayName: string): Promise<JsonObject | undefined> {
    const page = await this.api.call('GET', 'aiplatform', `${this.api.parent}/${collection}`, undefined, {
      filter: `display_name="${displayName}"`,
    });
    const [found] = (page[collection] ?? []) as readonly JsonObject[];
    return found?.['displayName'] === displayName ? found : undefined;
  }

  private async training({ run, arguments: fixed }: GoogleJob): Promise<JsonObject> {
    const { training, format } = this.options;
    const images = await this.options.images(run);
    const folder = `runs/${run}`;
    const hyperparameters = `${folder}/hyperparameters.json`;
    await this.bucket.write(hyperparameters, Buffer.from(JSON.stringify(fixed['hyperparameters'] ?? {})));
    const env = {
      MLP_TRAIN_DATA: mounted(this.bucket.uri(`${folder}/train.${format}`)),
      MLP_MODEL_DIR: mounted(this.bucket.uri(`${folder}/model`)),
      MLP_METRICS_FILE: mounted(this.bucket.uri(`${folder}/metrics.json`)),
      MLP_HYPERPARAMETERS: mounted(this.bucket.uri(hyperparameters)),
      MLP_SEED: String(fixed['seed'] ?? 0),
    };
    return {
      jobSpec: {
        workerPoolSpecs: [
          {
            machineSpec: this.machine(),
            replicaCount: '1',
            containerSpec: {
              imageUri: images.trainer,
              ...(training.command && { command: training.command }),
              env: Object.entries(env).map(([name, value]) => ({ name, value })),
            },
          },
        ],
        scheduling: {
          timeout: `${training.maxDurationSeconds}s`,
          strategy: training.spot ? 'SPOT' : 'STANDARD',
          restartJobOnWorkerRestart: training.spot,
        },
        serviceAccount: training.account,
        baseOutputDirectory: { outputUriPrefix: this.bucket.uri(folder) },
        ...(training.tensorboard !== null && { tensorboard: training.tensorboard }),
      },
    };
  }

  private async scoring(event: GoogleJob): Promise<JsonObject> {
    const { run } = event;
    const subject = subjectOf(event);
    const { server } = await this.options.images(run);
    const rows = await this.options.testRows(run);
    const lines = rows.map(({ columns }, place) => JSON.stringify({ [ROW]: place, ...this.input(columns) }));
    const input = `runs/${run}/scoring/${subject}.jsonl`;
    await this.bucket.write(input, Buffer.from(`${lines.join('\n')}\n`));
    const artifactUri = this.artifactOf(event, subject);
    return {
      unmanagedContainerModel: {
        artifactUri: artifactUri.replace(/\/$/, ''),
        containerSpec: {
          imageUri: server,
          predictRoute: '/invocations',
          healthRoute: '/ping',
          ports: [{ containerPort: 8080 }],
          env: [{ name: 'MLP_MODEL_DIR', value: artifactUri }],
        },
      },
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: [this.bucket.uri(input)] } },
      instanceConfig: { instanceType: 'object', keyField: ROW },
      outputConfig: {
        predictionsFormat: 'jsonl',
        gcsDestination: { outputUriPrefix: this.bucket.uri(`runs/${run}/scored/${subject}`) },
      },
      dedicatedResources: { machineSpec: this.machine(), startingReplicaCount: 1, maxReplicaCount: 1 },
      serviceAccount: this.options.training.account,
    };
  }

  /** Answers of a batch prediction as scores by key, in the order of the frozen rows. */
  private async scores(run: string, subject: Subject): Promise<{ readonly rows: number; readonly uri: string }> {
    const rows = await this.options.testRows(run);
    const folder = `runs/${run}/scored/${subject}/`;
    const files = (await this.bucket.list(folder)).filter((key) => key.includes('prediction.results'));
    const answers = new Map<number, Json>();
    for (const file of files) {
      const text = Buffer.from((await this.bucket.read(file))?.body ?? new Uint8Array()).toString('utf8');
      for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
        const { key, prediction } = JSON.parse(line) as { key?: Json; prediction?: Json };
        if (prediction !== undefined) answers.set(Number(key), prediction);
      }
    }
    if (answers.size !== rows.length) {
      throw new OperationError({
        code: 'scoresIncomplete',
        path: this.bucket.uri(folder),
        got: `${answers.size} predictions in ${files.length} files`,
        expected: `${rows.length}, one for each frozen test row`,
        fix: 'let the server answer { "predictions": […] } with one entry for each instance, in their order',
      });
    }
    const key = `runs/${run}/scores/${subject}.jsonl`;
    const lines = rows.map((row, place) => JSON.stringify({ key: row.key, ...asScore(answers.get(place)!) }));
    await this.bucket.write(key, Buffer.from(`${lines.join('\n')}\n`));
    return { rows: rows.length, uri: this.bucket.uri(key) };
  }

  private machine(): JsonObject {
    return machineSpec('training', this.options.training.machine, this.options.training.accelerator);
  }
}

/** A machine as Vertex AI takes it. @throws OperationError `noMachine` */
export function machineSpec(
  section: 'training' | 'serving',
  machine: string | null,
  accelerator: GoogleTraining['accelerator'],
): JsonObject {
  if (machine === null) {
    throw new OperationError({
      code: 'noMachine',
      path: `${section}.compute.google`,
      got: 'nothing',
      expected: 'a machine type of Compute Engine',
      fix: `name ${section}.compute.google, or one of the sizes`,
    });
  }
  return {
    machineType: machine,
    ...(accelerator && { acceleratorType: accelerator.type, acceleratorCount: accelerator.count }),
  };
}

const subjectOf = (event: GoogleJob): Subject => (event.arguments['subject'] === 'champion' ? 'champion' : 'candidate');

/** Where the subject's model is, as `prepareEvaluation` has found it. */
function modelOf({ state }: GoogleJob, subject: Subject): string | undefined {
  const evaluation = state['evaluation'] as
    | { artifactUri?: string; champion?: { artifactUri?: string } | null }
    | undefined;
  return subject === 'champion' ? evaluation?.champion?.artifactUri : evaluation?.artifactUri;
}

/** An answer is a bare value, or an object with `prediction` and, for classes, `probability` or `probabilities`. */
const asScore = (answer: Json): Row =>
  typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? (answer as Row) : { prediction: answer };
