import { join } from 'node:path';
import type { ModelDefinition } from '../../definition/platform';
import { durationSeconds } from '../../kernel/duration';
import type { Json } from '../../kernel/json';
import type { JobStep } from '../../plan/step-graph';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import { ModelServer } from '../../runtime/adapters/local/model-server';
import { trainAsProcess } from '../../runtime/adapters/local/process-jobs';
import { artifactKeys } from '../../runtime/usecases';
import { scoreTestRows } from './score-lines';

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

  /** Serves a model and scores the frozen test rows with it. */
  private async score(run: string, subject: 'candidate' | 'champion', state: State): Promise<State> {
    const { artifacts, definition, server } = this.options;
    const timeoutSeconds = durationSeconds(definition.serving.timeout);
    return scoreTestRows({
      artifacts,
      definition,
      run,
      subject,
      state,
      at: 0,
      warmUp: WARM_UP,
      start: (modelDir) => ModelServer.start({ ...server, modelDir, timeoutSeconds }),
    });
  }
}
