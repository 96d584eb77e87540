import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import { named, replaceFile } from './atomic-file';
import type { FileArtifactStore } from './file-artifact-store';
import { spawnGuarded, Tail } from './guarded-process';

export interface TrainingRequest {
  readonly run: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Keys of the artifact store: the frozen rows, and where the results go. */
  readonly keys: { readonly train: string; readonly model: string; readonly metrics: string };
  readonly hyperparameters: { readonly [key: string]: Json };
  readonly seed: number;
  readonly maxSeconds: number;
  /** Folder for what the trainer writes until it is done. */
  readonly workDir: string;
  readonly signal?: AbortSignal;
  /** A line that the trainer says. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a trainer as a process with the contract that it has everywhere: the `MLP_*` variables. What it writes reaches the
 * artifact store only after it ended well, `metrics.json` last.
 * @throws OperationError `trainerFailed`, `trainerTimedOut`, `trainerWroteNoMetrics`, `trainerWroteNoModel`, `cancelled`
 */
export async function trainAsProcess(
  artifacts: FileArtifactStore,
  request: TrainingRequest,
): Promise<{ seconds: number }> {
  const { run, command, cwd, keys, workDir } = request;
  rmSync(workDir, { recursive: true, force: true });
  const modelDir = join(workDir, 'model');
  const metricsFile = join(workDir, 'metrics.json');
  const hyperparametersFile = join(workDir, 'hyperparameters.json');
  try {
    mkdirSync(modelDir, { recursive: true });
    writeFileSync(hyperparametersFile, JSON.stringify(request.hyperparameters));
  } catch (error) {
    throw named(workDir, error);
  }
  const output = new Tail();
  const started = performance.now();
  const code = await runToEnd(request, output, {
    MLP_TRAIN_DATA: artifacts.path(keys.train),
    MLP_MODEL_DIR: modelDir,
    MLP_METRICS_FILE: metricsFile,
    MLP_HYPERPARAMETERS: hyperparametersFile,
    MLP_SEED: String(request.seed),
  });
  const seconds = (performance.now() - started) / 1000;
  const path = `runs/${run}: ${command.join(' ')} (in ${cwd})`;
  if (request.signal?.aborted) throw cancelled(path);
  if (code === 'timeout') {
    throw trainerError(
      'trainerTimedOut',
      path,
      `still running after ${request.maxSeconds} s`,
      output,
      'raise training.maxDuration, or train on less',
    );
  }
  if (code !== 0)
    throw trainerError(
      'trainerFailed',
      path,
      `exit code ${code}`,
      output,
      'run the command by itself; the lines above are the last that it said',
    );
  const files = filesBelow(modelDir);
  if (files.length === 0) {
    throw trainerError(
      'trainerWroteNoModel',
      path,
      'an empty model folder',
      output,
      'write the model into the folder that MLP_MODEL_DIR names',
    );
  }
  let metrics: Uint8Array;
  try {
    metrics = readFileSync(metricsFile);
  } catch {
    throw trainerError(
      'trainerWroteNoMetrics',
      path,
      'no metrics.json',
      output,
      'write a flat JSON object of numbers to the file that MLP_METRICS_FILE names',
    );
  }
  for (const file of files) await artifacts.put(`${keys.model}${file}`, readFileSync(join(modelDir, file)));
  replaceFile(artifacts.path(keys.metrics), metrics);
  rmSync(workDir, { recursive: true, force: true });
  return { seconds };
}

function runToEnd(
  { command, cwd, maxSeconds, signal, onLine }: TrainingRequest,
  output: Tail,
  env: Readonly<Record<string, string>>,
): Promise<number | 'timeout'> {
  return new Promise((resolve) => {
    const child = spawnGuarded({ command, cwd, env });
    const end = (): void => void child.stdin?.end();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, maxSeconds * 1000);
    timer.unref();
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    child.stdout?.on('data', (chunk: Buffer) => {
      output.add(chunk);
      for (const line of chunk.toString().split('\n')) if (line.trim() !== '') onLine?.(line);
    });
    child.stderr?.on('data', (chunk: Buffer) => output.add(chunk));
    child.once('close', (code) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve(timedOut ? 'timeout' : (code ?? 1));
    });
  });
}

const filesBelow = (folder: string, prefix = ''): string[] =>
  readdirSync(join(folder, prefix), { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`],
    )
    .sort();

function trainerError(code: string, path: string, got: string, output: Tail, fix: string): OperationError {
  const said = output.lines(8).filter((line) => line.trim() !== '');
  return new OperationError({
    code,
    path,
    got: said.length === 0 ? got : `${got}; it said:\n      ${said.join('\n      ')}\n   `,
    expected: 'exit code 0, a model folder and metrics.json',
    fix,
  });
}

/** The run was stopped by a person; it goes on from its last finished step. */
export const cancelled = (path: string): OperationError =>
  new OperationError({
    code: 'cancelled',
    path,
    got: 'an interrupt',
    expected: 'a run to the end',
    fix: 'run again: finished steps are kept',
  });
