import { createColors } from 'picocolors';
import { lengthOf } from '../arguments';
import type { BacktestSweep, SweepPoint } from '../sweep/sweep';
import { table, wholeNumber } from './table';
import { FEW_NOTE, shortRatio } from './words';

const BAR = 40;

/** A sweep for people: its table, and a plot of text. */
export function sweepText({ platform, path, current, points }: BacktestSweep, terminal: boolean): string {
  const c = createColors(terminal);
  const scored = points.some(({ recall }) => recall !== null);
  const head = [
    'value',
    'alarms',
    'pages',
    'tickets',
    'retrainings',
    ...(scored ? ['precision', 'recall', 'delay'] : []),
  ];
  const rows = points.map((point) => [
    `${point.value}${point.value === current ? ' (now)' : ''}`,
    ...[point.alarms, point.pages, point.tickets, point.retrains].map(wholeNumber),
    ...(scored ? [shortRatio(point.precision), shortRatio(point.recall), delayOf(point)] : []),
  ]);
  const few = points.some(({ precision, recall }) => precision?.tooFew === true || recall?.tooFew === true);
  return [
    c.bold(`${platform}: ${path}`),
    '',
    table(
      head.map((text) => c.bold(text)),
      rows,
    ),
    ...(few ? [`  ${c.dim(FEW_NOTE)}`] : []),
    '',
    ...barLines(points),
  ].join('\n');
}

const delayOf = ({ meanSecondsToDetect }: SweepPoint): string =>
  meanSecondsToDetect === null ? '–' : lengthOf(meanSecondsToDetect);

/** Alarms by value, as bars; how many incidents were found stands beside them. */
function barLines(points: readonly SweepPoint[]): string[] {
  const most = Math.max(1, ...points.map(({ alarms }) => alarms));
  const width = Math.max(...points.map(({ value }) => String(value).length));
  return points.map(({ value, alarms, recall }) => {
    const bar = '█'.repeat(Math.round((alarms / most) * BAR)).padEnd(BAR, '·');
    const found = recall === null ? '' : `, ${recall.numerator} of ${recall.denominator} incidents found`;
    return `  ${String(value).padStart(width)} ${bar} ${alarms} ${alarms === 1 ? 'alarm' : 'alarms'}${found}`;
  });
}
