import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { backtest, definitionOf } from './backtest';
import { compareBacktests } from './compare';
import { type BacktestGates, checkGates, gateProblems } from './gates';
import type { BacktestOptions } from './options';
import { Problems } from './problems';
import { compareText } from './report/compare-text';
import { sweepSvg } from './report/sweep-plot';
import { sweepText } from './report/sweep-text';
import { backtestText } from './report/text';
import { timelineSvg } from './report/timeline-plot';
import { type SweepPoint, sweepBacktest } from './sweep/sweep';

export interface BacktestCommandOptions extends BacktestOptions {
  readonly file: string;
  /** Another definition. */
  readonly compare?: string;
  /** `PATH=FROM..TO:POINTS` or `PATH=VALUE,…`. */
  readonly sweep?: string;
  /** A file to draw to, as SVG. */
  readonly plot?: string;
  readonly gates: BacktestGates;
  /** Colours for people at a terminal. */
  readonly terminal: boolean;
  readonly onPoint?: (point: SweepPoint, done: number, of: number) => void;
}

/** What a command came to: for people, for programs, and whether what was asked holds. */
export interface BacktestOutcome {
  readonly text: string;
  readonly json: unknown;
  readonly holds: boolean;
}

/**
 * `mlp backtest`: one backtest, two side by side, or a sweep.
 * @throws DefinitionError; BacktestError, also for options that do not go together
 */
export async function runBacktestCommand(options: BacktestCommandOptions): Promise<BacktestOutcome> {
  checkTogether(options);
  if (options.compare !== undefined) {
    const comparison = await compareBacktests(options, { file: options.compare });
    const text = compareText(comparison, [options.file, options.compare], options.terminal);
    return { text, json: comparison, holds: true };
  }
  if (options.sweep !== undefined) {
    const sweep = await sweepBacktest(options, options.sweep);
    const drawn = options.plot === undefined ? [] : [draw(options.plot, sweepSvg(sweep))];
    return { text: [sweepText(sweep, options.terminal), ...drawn].join('\n'), json: sweep, holds: true };
  }
  const definition = await definitionOf(options);
  const result = await backtest({ ...options, definition });
  const checks = checkGates(result, options.gates);
  const drawn = options.plot === undefined ? [] : [draw(options.plot, timelineSvg(result, definition))];
  const said = checks.map(({ holds, text }) => `  ${holds ? 'holds' : 'does not hold'}: ${text}`);
  return {
    text: [backtestText(result, options.terminal), ...said, ...drawn].join('\n'),
    json: { ...result, checks },
    holds: checks.every(({ holds }) => holds),
  };
}

function checkTogether({ compare, sweep, plot, gates, incidents }: BacktestCommandOptions): void {
  const problems = new Problems();
  const clash = (path: string, got: string, fix: string): void =>
    problems.add({ code: 'optionsClash', path, got, expected: 'one question at a time', fix });
  const isGated = Object.values(gates).some((gate) => gate !== undefined);
  if (compare !== undefined && sweep !== undefined) clash('sweep', '--compare and --sweep', 'ask for one of them');
  if (compare !== undefined && plot !== undefined)
    clash('plot', '--compare and --plot', 'draw each definition by itself, without --compare');
  if (isGated && (compare !== undefined || sweep !== undefined))
    clash(
      'gates',
      'a limit for more than one definition',
      'hold one definition against limits, without --compare and --sweep',
    );
  // Said before the work, and not after it.
  if (plot !== undefined && !existsSync(dirname(resolve(plot)))) problems.add(notWritable(plot, 'no such folder'));
  gateProblems(gates, (incidents ?? []).length > 0, problems);
  problems.throwAny('the backtest cannot begin');
}

/** Writes a picture. @returns a line that says so */
function draw(path: string, svg: string): string {
  const problems = new Problems();
  try {
    writeFileSync(path, svg);
  } catch (error) {
    problems.add(notWritable(path, (error as NodeJS.ErrnoException).code ?? (error as Error).message));
  }
  problems.throwAny('the plot cannot be written');
  return `  drawn to ${path}`;
}

const notWritable = (path: string, got: string) => ({
  code: 'fileNotWritable',
  path,
  got,
  expected: 'a file that can be written',
  fix: 'name a file in a folder that is there, with --plot',
});
