import { createColors } from 'picocolors';
import type { BacktestComparison, UnmatchedEpisode } from '../compare';
import type { BacktestResult } from '../result';
import { table, when, wholeNumber } from './table';
import { FEW_NOTE, shortRatio, timeToDetect } from './words';

const MOST_EPISODES = 20;

/** Two backtests side by side, for people. */
export function compareText(
  { a, b, onlyA, onlyB }: BacktestComparison,
  names: readonly [string, string],
  terminal: boolean,
): string {
  const c = createColors(terminal);
  const row = (what: string, of: (result: BacktestResult) => string): string[] => [what, of(a), of(b)];
  const rows = [
    row('alarms', ({ totals }) => wholeNumber(totals.alarms)),
    row('pages', ({ totals }) => wholeNumber(totals.pages)),
    row('tickets', ({ totals }) => wholeNumber(totals.tickets)),
    row('retrainings', ({ totals }) => wholeNumber(totals.retrains)),
    row('releases rolled back', (result) => wholeNumber(released(result, 'rolledBack'))),
    row('releases promoted', (result) => wholeNumber(released(result, 'promoted'))),
    ...(a.score === null && b.score === null
      ? []
      : [
          row('precision', ({ score }) => shortRatio(score?.precision)),
          row('recall', ({ score }) => shortRatio(score?.recall)),
          row('mean time to detect', ({ score }) => timeToDetect(score)),
        ]),
  ];
  const few = [a, b].some(({ score }) => score !== null && (score.precision.tooFew || score.recall.tooFew));
  return [
    c.bold('the same history under two definitions'),
    '',
    table(
      ['', ...names].map((text) => c.bold(text)),
      rows,
    ),
    ...(few ? [`  ${c.dim(FEW_NOTE)}`] : []),
    ...only(c, names[0], onlyA),
    ...only(c, names[1], onlyB),
  ].join('\n');
}

const released = ({ models }: BacktestResult, outcome: 'promoted' | 'rolledBack'): number =>
  Object.values(models).reduce(
    (sum, { releases }) => sum + releases.filter(({ policy }) => policy.outcome === outcome).length,
    0,
  );

function only(c: ReturnType<typeof createColors>, name: string, episodes: readonly UnmatchedEpisode[]): string[] {
  if (episodes.length === 0) return ['', `  only ${name}: nothing`];
  const lines = episodes
    .slice(0, MOST_EPISODES)
    .map(
      ({ model, severity, id, from, to, summary }) =>
        `    ${severity.padEnd(6)} ${when(from)} to ${to === null ? 'the end' : when(to)} ${model} ${c.bold(id)}: ${summary}`,
    );
  const rest = episodes.length - MOST_EPISODES;
  return ['', `  only ${name}:`, ...lines, ...(rest > 0 ? [`    … and ${rest} more`] : [])];
}
