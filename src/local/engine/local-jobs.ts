import { join } from 'node:path';
import type { ModelDefinition } from '../../definition/platform';
import { durationSeconds } from '../../kernel/duration';
import type { Json } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import type { JobStep } from '../../plan/step-graph';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import { ModelServer } from '../../runtime/adapters/local/model-server';
import { trainAsProcess } from '../../runtime/adapters/local/process-jobs';
import { artifactKeys, keyOf, predictionOf, readTestRows, type VersionRecord } from '../../runtime/usecases';
import { featureNames } from './event-feed';

type State = { readonly [key: string]: Json };

export interface LocalJobsOptions {
  readonly artifacts: FileArtifactStore;
  readonly definition: ModelDefinition;
  /** Folder of the definition: commands run there. */
  readonly baseDir: string;
  readonly workDir: string;
  readonly trainCommand: readonly string[];
  readonly server: { readonly command: readonly string[]; readonly cwd: string };
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

const BATCH = 256;
/** Rows that are sent one by one, at least: the 99th percentile of fewer is their slowest, and says more of the machine. */
const LATENCY_ROWS = 200;
/** Answers that are not timed: the first ones of a process compile and read what later ones do not. */
const WARM_UP = 5;

/** The managed jobs of a pipeline on one machine: processes with the contracts of trainer and server. */
export class LocalJobs {
  constructor(private readonly options: LocalJobsOptions) {}

  async run(step: JobStep, run: string, state: State): Promise<State> {
    if (step.job === 'train') return this.train(step, run);
    const subject = step.arguments['subject'] === 'champion' ? 'champion' : 'candidate';
    return this.score(run, subject, state);
  }

  private async train(step: JobStep, run: string): Promise<State> {
    const { artifacts, definition, baseDir, workDir, trainCommand, signal, onLine } = this.options;
    const hyperparameters = step.arguments['hyperparameters'] as State;
    const seed = Number(step.arguments['seed']);
    const { seconds } = await trainAsProcess(artifacts, {
      run,
      command: trainCommand,
      cwd: baseDir,
      keys: {
        train: artifactKeys.train(run, definition.data.format),
        model: artifactKeys.model(run),
        metrics: artifactKeys.metrics(run),
      },
      hyperparameters,
      seed,
      maxSeconds: step.timeoutSeconds,
      workDir: join(workDir, run),
      ...(signal !== undefined && { signal }),
      ...(onLine !== undefined && { onLine }),
    });
    return { hyperparameters, seed, command: trainCommand, image: trainCommand.join(' '), durationSeconds: seconds };
  }

  /** Serves a model and scores the frozen test rows with it; first one by one, which is the smoke check. */
  private async score(run: string, subject: 'candidate' | 'champion', state: State): Promise<State> {
    const { artifacts, definition, server } = this.options;
    const { data } = definition;
    const rows = await readTestRows(artifacts, run, data);
    const names = featureNames(data);
    const instances = rows.map(({ columns }) => Object.fromEntries(names.map((name) => [name, columns[name] ?? null])));
    const smokeRows = Math.min(rows.length, Math.max(definition.evaluation?.serving.smokeRows ?? 0, LATENCY_ROWS));
    const modelDir = artifacts.path(artifactKeys.model(subject === 'candidate' ? run : championRun(state)));
    const timeoutSeconds = durationSeconds(definition.serving.timeout);
    const testSetDigest = (state['validation'] as { readonly test: { readonly digest: string } }).test.digest;
    const lines: string[] = [];
    const add = (place: number, answer: Json | undefined): void => {
      const prediction = predictionOf(isObject(answer) ? answer : { prediction: answer ?? null });
      lines.push(JSON.stringify({ key: keyOf(rows[place]!.columns, data.key, place), ...fields(prediction) }));
    };
    const loaded = await ModelServer.start({ ...server, modelDir, timeoutSeconds });
    const latencies: number[] = [];
    let failures = 0;
    try {
      for (const instance of instances.slice(0, WARM_UP)) await loaded.invoke([instance]);
      for (let place = 0; place < smokeRows; place++) {
        const { predictions, latencyMs, error } = await loaded.invoke(instances.slice(place, place + 1));
        latencies.push(latencyMs);
        if (error !== null) failures += 1;
        add(place, predictions?.[0]);
      }
      for (let place = smokeRows; place < rows.length; place += BATCH) {
        const batch = instances.slice(place, place + BATCH);
        const { predictions, error } = await loaded.invoke(batch);
        if (error !== null) throw scoringFailed(subject, error);
        batch.forEach((_, offset) => {
          add(place + offset, predictions?.[offset]);
        });
      }
    } finally {
      await loaded.stop();
    }
    const key = artifactKeys.scores(run, subject);
    await artifacts.put(key, new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
    latencies.sort((a, b) => a - b);
    const p99 = latencies[Math.max(0, Math.ceil(latencies.length * 0.99) - 1)];
    return {
      key,
      rows: rows.length,
      testSetDigest,
      serving: { loaded: true, rowsQueried: smokeRows, failures, latencyP99Ms: p99 ?? null },
    };
  }
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A prediction as it is written: its value and what else it has. */
function fields(prediction: ReturnType<typeof predictionOf>): object {
  if (prediction === null) return { prediction: null };
  const { value, ...rest } = prediction;
  return { prediction: value ?? null, ...rest };
}

function championRun(state: State): string {
  const champion = (state['evaluation'] as { readonly champion?: Pick<VersionRecord, 'run'> } | undefined)?.champion;
  if (champion?.run !== undefined) return champion.run;
  throw scoringFailed('champion', 'the state names no champion');
}

const scoringFailed = (subject: string, error: string): OperationError =>
  new OperationError({
    code: 'scoringFailed',
    path: `the ${subject}’s server`,
    got: error,
    expected: 'one prediction a row',
    fix: 'run the server by itself and send it a row of the frozen test set',
  });
