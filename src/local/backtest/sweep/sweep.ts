import { BacktestRunner, definitionOf } from '../backtest';
import type { Ratio } from '../incidents/score';
import type { BacktestOptions } from '../options';
import { Problems } from '../problems';
import { withValue } from './definition-path';
import { parseSweep, type Sweep } from './sweep-values';

/** What the definition would have done with one value of the threshold. */
export interface SweepPoint {
  readonly value: number | string;
  readonly alarms: number;
  readonly pages: number;
  readonly tickets: number;
  readonly retrains: number;
  /** Null without incidents. */
  readonly precision: Ratio | null;
  readonly recall: Ratio | null;
  /** Null without incidents, or when none was found. */
  readonly meanSecondsToDetect: number | null;
}

export interface BacktestSweep extends Omit<Sweep, 'values'> {
  readonly platform: string;
  /** The value that the definition has; null where it has none. */
  readonly current: number | string | null;
  readonly points: readonly SweepPoint[];
}

/**
 * Runs a definition with each value of one threshold on the same history.
 * @param sweep `PATH=FROM..TO:POINTS` or `PATH=VALUE,VALUE,…`
 * @throws DefinitionError; BacktestError, also for values with which the definition is not valid
 */
export async function sweepBacktest(
  options: BacktestOptions & { readonly onPoint?: (point: SweepPoint, done: number, of: number) => void },
  sweep: string,
): Promise<BacktestSweep> {
  const definition = await definitionOf(options);
  const problems = new Problems();
  const parsed = parseSweep(sweep, problems);
  problems.throwAny('the sweep cannot be read');
  const { path, values } = parsed!;
  const definitions = values.map((value) => withValue(definition, path, value, problems));
  problems.throwAny('the sweep cannot begin');
  const runner = new BacktestRunner(options);
  try {
    const points: SweepPoint[] = [];
    for (const [place, one] of definitions.entries()) {
      const { totals, score } = await runner.run(one!);
      const point = {
        value: values[place]!,
        ...totals,
        precision: score?.precision ?? null,
        recall: score?.recall ?? null,
        meanSecondsToDetect: score?.meanSecondsToDetect ?? null,
      };
      points.push(point);
      options.onPoint?.(point, points.length, values.length);
    }
    return { platform: definition.name, path, current: valueAt(definition, path), points };
  } finally {
    await runner.close();
  }
}

function valueAt(definition: unknown, path: string): number | string | null {
  let value: unknown = definition;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as { readonly [key: string]: unknown })[key];
  }
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}
