import { BacktestRunner, COUNTED, definitionOf } from './backtest';
import type { BacktestOptions } from './options';
import type { Episode } from './replay/alarm-log';
import type { BacktestResult } from './result';

/** An alarm of one definition, at a time when the other has none of its kind. */
export interface UnmatchedEpisode extends Episode {
  readonly model: string;
}

/** The same history under two definitions. */
export interface BacktestComparison {
  readonly a: BacktestResult;
  readonly b: BacktestResult;
  /** Of the severities that count. */
  readonly onlyA: readonly UnmatchedEpisode[];
  readonly onlyB: readonly UnmatchedEpisode[];
}

/**
 * Runs two definitions on one history.
 * @throws DefinitionError; BacktestError
 */
export async function compareBacktests(
  options: BacktestOptions,
  other: Pick<BacktestOptions, 'file' | 'definition'>,
): Promise<BacktestComparison> {
  const definitions = [await definitionOf(options), await definitionOf(other)] as const;
  const runner = new BacktestRunner(options);
  try {
    const [a, b] = [await runner.run(definitions[0]), await runner.run(definitions[1])];
    const severities = options.severities ?? COUNTED;
    const counted = (result: BacktestResult): UnmatchedEpisode[] =>
      Object.entries(result.models).flatMap(([model, { alarms }]) =>
        alarms.filter(({ severity }) => severities.includes(severity)).map((episode) => ({ model, ...episode })),
      );
    const [ofA, ofB] = [counted(a), counted(b)];
    return { a, b, onlyA: unmatched(ofA, ofB), onlyB: unmatched(ofB, ofA) };
  } finally {
    await runner.close();
  }
}

const unmatched = (own: readonly UnmatchedEpisode[], others: readonly UnmatchedEpisode[]): UnmatchedEpisode[] =>
  own.filter(
    (one) => !others.some((other) => other.model === one.model && other.kind === one.kind && overlap(one, other)),
  );

const overlap = (a: Episode, b: Episode): boolean =>
  a.from <= (b.to ?? Number.POSITIVE_INFINITY) && b.from <= (a.to ?? Number.POSITIVE_INFINITY);
