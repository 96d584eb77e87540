import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import type { ModelArm } from '../../runtime/adapters/local/model-arm';
import { artifactKeys, keyOf, predictionOf, readTestRows, type VersionRecord } from '../../runtime/usecases';
import { featureNames } from './event-feed';

type State = { readonly [key: string]: Json };
export type Subject = 'candidate' | 'champion';

const BATCH = 256;
/** Rows that are sent one by one, at least: the 99th percentile of fewer is their slowest, and says more of the machine. */
const LATENCY_ROWS = 200;

export interface ScoringRequest {
  readonly artifacts: FileArtifactStore;
  readonly definition: ModelDefinition;
  readonly run: string;
  readonly subject: Subject;
  /** What the steps of the run before have said: the test set's digest, and which version is the champion. */
  readonly state: State;
  /** Epoch seconds. */
  readonly at: number;
  /** Loads the model of a folder. @throws OperationError when it does not load */
  readonly start: (modelDir: string) => Promise<ModelArm>;
  /** Answers that are not timed: the first ones of a process compile and read what later ones do not. */
  readonly warmUp: number;
}

/**
 * Serves a model and scores the frozen test rows with it; first one by one, which is the smoke check. Writes the scores and
 * answers what the gate reads of them.
 * @throws OperationError `scoringFailed`, and what `start` throws
 */
export async function scoreTestRows(request: ScoringRequest): Promise<State> {
  const { artifacts, definition, run, subject, state, at, warmUp } = request;
  const { data } = definition;
  const rows = await readTestRows(artifacts, run, data);
  const names = featureNames(data);
  const instances = rows.map(({ columns }) => Object.fromEntries(names.map((name) => [name, columns[name] ?? null])));
  const smokeRows = Math.min(rows.length, Math.max(definition.evaluation?.serving.smokeRows ?? 0, LATENCY_ROWS));
  const modelDir = artifacts.path(artifactKeys.model(subject === 'candidate' ? run : championRun(state)));
  const testSetDigest = (state['validation'] as { readonly test: { readonly digest: string } }).test.digest;
  const lines: string[] = [];
  const add = (place: number, answer: Json | undefined): void => {
    const prediction = predictionOf(isObject(answer) ? answer : { prediction: answer ?? null });
    lines.push(JSON.stringify({ key: keyOf(rows[place]!.columns, data.key, place), ...fields(prediction) }));
  };
  const loaded = await request.start(modelDir);
  const latencies: number[] = [];
  let failures = 0;
  try {
    for (const instance of instances.slice(0, warmUp)) await loaded.invoke([instance], at);
    for (let place = 0; place < smokeRows; place++) {
      const { predictions, latencyMs, error } = await loaded.invoke(instances.slice(place, place + 1), at);
      latencies.push(latencyMs);
      if (error !== null) failures += 1;
      add(place, predictions?.[0]);
    }
    for (let place = smokeRows; place < rows.length; place += BATCH) {
      const batch = instances.slice(place, place + BATCH);
      const { predictions, error } = await loaded.invoke(batch, at);
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
