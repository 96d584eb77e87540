import { loadPlatform } from '../../definition/load';
import { parsePlatformOrThrow } from '../../definition/parse';
import type { PlatformDefinition } from '../../definition/platform';
import { toJson } from '../../kernel/json';
import type { Severity } from '../../kernel/severity';
import { planPlatform } from '../../plan/plan-platform';
import { canonicalJson } from '../../runtime/core/ledger';
import { instantOf, secondsOf, trainingSeconds } from './arguments';
import { backtestModel } from './backtest-model';
import { type History, openHistory } from './history/history';
import { type Incident, readIncidents } from './incidents/read-incidents';
import { type ScoredEpisode, type ScoredSpan, scoreIncidents } from './incidents/score';
import { ownTolerance } from './incidents/tolerance';
import type { BacktestOptions } from './options';
import { Problems } from './problems';
import { type ReplaySpan, replaySpan } from './replay/span';
import type { BacktestResult, ModelBacktest } from './result';

/** Severities of alarms that count unless others are asked for. */
export const COUNTED: readonly Severity[] = ['page', 'ticket'];

/**
 * What a definition would have done on recorded predictions, labels and metrics: alarms, retraining decisions and releases,
 * by the platform's own use cases on the plan's schedules, in recorded time. Deterministic; reads the files that it is given.
 * @throws DefinitionError; BacktestError with all problems of the files and of the question
 */
export async function backtest(options: BacktestOptions): Promise<BacktestResult> {
  const runner = new BacktestRunner(options);
  try {
    return await runner.run(await definitionOf(options));
  } finally {
    await runner.close();
  }
}

const spansOf = (models: BacktestResult['models']): ScoredSpan[] =>
  Object.entries(models).map(([model, { from, to }]) => ({ model, from, to }));

/** The definition of a file, or what was given. @throws DefinitionError */
export async function definitionOf({
  file,
  definition,
}: Pick<BacktestOptions, 'file' | 'definition'>): Promise<PlatformDefinition> {
  return file === undefined ? parsePlatformOrThrow(definition) : loadPlatform(file);
}

/** Backtests of several definitions on one history, which is read once for all that read it alike. */
export class BacktestRunner {
  private readonly histories = new Map<string, History>();
  private incidents: readonly Incident[] | null = null;

  constructor(private readonly options: BacktestOptions) {}

  /** @throws BacktestError */
  async run(definition: PlatformDefinition): Promise<BacktestResult> {
    const { options } = this;
    const problems = new Problems();
    const from = instantOf('from', options.from, problems);
    const training = trainingSeconds(options.trainingTime, problems);
    const tolerance = secondsOf('tolerance', options.tolerance, problems);
    const history = await problems.of(() => this.historyOf(definition));
    const incidents = await this.incidentsOf(definition, problems);
    const spans = new Map<string, ReplaySpan>();
    for (const model of history?.models ?? []) {
      const span = await replaySpan(history!.engine, model, definition.models[model.model]!, from, problems);
      if (span !== null) spans.set(model.model, span);
    }
    problems.throwAny('the backtest cannot begin');
    const plan = planPlatform(definition);
    const models: Record<string, ModelBacktest> = {};
    for (const model of history?.models ?? []) {
      models[model.model] = await backtestModel({
        platform: definition.name,
        definition: definition.models[model.model]!,
        plan: plan.models[model.model]!,
        engine: history!.engine,
        history: model,
        span: spans.get(model.model)!,
        trainingSeconds: training,
        ...(options.onProgress !== undefined && { onProgress: options.onProgress }),
        ...(options.signal !== undefined && { signal: options.signal }),
      });
    }
    const severities = options.severities ?? COUNTED;
    const episodes = Object.entries(models).flatMap(([model, { alarms }]) =>
      alarms.map((episode): ScoredEpisode => {
        const own = ownTolerance(episode, definition.models[model]!, plan.models[model]!);
        return { model, episode, toleranceSeconds: tolerance ?? own };
      }),
    );
    const all = Object.values(models);
    const sum = (of: (model: ModelBacktest) => number): number => all.reduce((total, model) => total + of(model), 0);
    return {
      platform: definition.name,
      models,
      score: incidents === null ? null : scoreIncidents(incidents, episodes, severities, spansOf(models)),
      totals: {
        alarms: episodes.filter(({ episode }) => severities.includes(episode.severity)).length,
        pages: sum(({ told }) => told.page),
        tickets: sum(({ told }) => told.ticket),
        retrains: sum(({ retrains }) => Object.values(retrains).reduce((total, one) => total + one, 0)),
      },
    };
  }

  async close(): Promise<void> {
    for (const history of this.histories.values()) await history.close();
    this.histories.clear();
  }

  /** How a history is read depends on the models' data contracts and on which columns drift watches. */
  private async historyOf(definition: PlatformDefinition): Promise<History> {
    const models = Object.entries(definition.models).map(([name, { data, task, monitoring }]) => [
      name,
      task,
      data,
      monitoring.drift === undefined,
    ]);
    const key = canonicalJson(toJson(models));
    const known = this.histories.get(key);
    if (known !== undefined) return known;
    const history = await openHistory(definition, this.options);
    this.histories.set(key, history);
    return history;
  }

  private async incidentsOf(definition: PlatformDefinition, problems: Problems): Promise<readonly Incident[] | null> {
    const files = this.options.incidents ?? [];
    if (files.length === 0) return null;
    this.incidents ??= await readIncidents(files, Object.keys(definition.models), problems);
    return this.incidents;
  }
}
