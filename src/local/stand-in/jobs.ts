import type { ModelDefinition } from '../../definition/platform';
import { durationSeconds } from '../../kernel/duration';
import type { Json } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import type { JobStep } from '../../plan/step-graph';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import { createRandom } from '../../runtime/core/statistics/random';
import { artifactKeys } from '../../runtime/usecases';
import { featureNames } from '../engine/event-feed';
import { scoreTestRows } from '../engine/score-lines';
import type { FaultKind, Scenario } from '../scenario/schema';
import { quietArm } from './arm';
import { activeFaults, type FaultOf } from './faults';
import { fitModel } from './learner';
import { loadModel, MODEL_FILE, modelBytes } from './model-file';
import { trainerMetrics } from './trainer-metrics';

type State = { readonly [key: string]: Json };
type Row = Readonly<Record<string, Json>>;

export interface StandInJobsOptions {
  readonly artifacts: FileArtifactStore;
  readonly definition: ModelDefinition;
  readonly seed: number;
  readonly scenario: Pick<Scenario, 'faults'>;
  /** Begin of the scenario, epoch seconds. */
  readonly start: number;
  /** Epoch seconds of the virtual clock. */
  readonly now: () => number;
  /** Frozen rows in their order, the oldest first. @param columns those that are needed; others may be there */
  readonly readRows: (key: string, columns: readonly string[]) => Promise<readonly Row[]>;
}

/** What a training takes, and a scoring; of the time that the definition allows at most this part. */
const JOB_SECONDS = { train: 600, score: 300 } as const;
const MOST_OF_LIMIT = 0.25;

/** The managed jobs of a pipeline without the team's trainer and server: a linear model, fitted in this process. */
export class StandInJobs {
  constructor(private readonly options: StandInJobsOptions) {}

  async run(step: JobStep, run: string, state: State): Promise<State> {
    if (step.job === 'train') return this.train(step, run);
    const { artifacts, definition, seed, now } = this.options;
    const subject = step.arguments['subject'] === 'champion' ? 'champion' : 'candidate';
    return scoreTestRows({
      artifacts,
      definition,
      run,
      subject,
      state,
      at: now(),
      warmUp: 0,
      start: async (modelDir) => quietArm(definition, loadModel(modelDir), `${seed} score ${run} ${subject}`),
    });
  }

  /** Virtual seconds that a job takes. */
  jobSeconds(step: JobStep): number {
    if (step.job !== 'train') return Math.min(JOB_SECONDS.score, MOST_OF_LIMIT * step.timeoutSeconds);
    const { maxDuration } = this.options.definition.training;
    return Math.min(JOB_SECONDS.train, MOST_OF_LIMIT * durationSeconds(maxDuration));
  }

  private async train(step: JobStep, run: string): Promise<State> {
    const { artifacts, definition, now } = this.options;
    const { data, task } = definition;
    if (this.active('trainerCrash').length > 0) throw trainerCrashed(run);
    const columns = [...featureNames(data), data.label.column];
    const frozen = await this.options.readRows(artifactKeys.train(run, data.format), columns);
    const rows = this.active('weakCandidate').reduce((seen, { percent }) => this.shuffled(seen, run, percent), frozen);
    const model = fitModel(rows, { task, data, trainedAt: now() });
    const isBroken = this.active('brokenArtifact').length > 0;
    await artifacts.put(`${artifactKeys.model(run)}${MODEL_FILE}`, modelBytes(model, isBroken));
    const metrics = JSON.stringify(trainerMetrics(definition, model, rows));
    await artifacts.put(artifactKeys.metrics(run), new TextEncoder().encode(metrics));
    const hyperparameters = step.arguments['hyperparameters'] ?? {};
    const seed = Number(step.arguments['seed']);
    const command = ['stand-in'];
    return { hyperparameters, seed, command, image: 'stand-in', durationSeconds: this.jobSeconds(step) };
  }

  private active<K extends FaultKind>(kind: K): FaultOf<K>[] {
    const { scenario, start, now } = this.options;
    return activeFaults(scenario, start, now(), kind);
  }

  /** Rows of which so many percent have each other's labels. */
  private shuffled(rows: readonly Row[], run: string, percent: number): readonly Row[] {
    const { column } = this.options.definition.data.label;
    const random = createRandom(`${this.options.seed} shuffle ${run}`);
    const chosen = rows.flatMap((_, place) => (100 * random.next() < percent ? [place] : []));
    const labels = chosen.map((place) => rows[place]![column] ?? null);
    // Fisher and Yates.
    for (let place = labels.length - 1; place > 0; place--) {
      const other = random.integer(place + 1);
      [labels[place], labels[other]] = [labels[other]!, labels[place]!];
    }
    const changed = [...rows];
    chosen.forEach((place, at) => {
      changed[place] = { ...rows[place]!, [column]: labels[at]! };
    });
    return changed;
  }
}

const trainerCrashed = (run: string): OperationError =>
  new OperationError({
    code: 'trainerFailed',
    path: `runs/${run}: stand-in trainer`,
    got: 'exit code 1; it said:\n      cannot allocate memory\n   ',
    expected: 'exit code 0, a model folder and metrics.json',
    fix: 'the scenario has a fault trainerCrash at this time',
  });
