import { durationSeconds } from '../../kernel/duration';
import type { DrillRecord } from './drill-record';
import { elapsed } from './elapsed';
import type { Expectation, Within } from './schema';

interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** Bounds in words: `none`, `exactly 2`, `2 to 4`, `1 or more`, `at most 3`. */
export function rangeText({ min, max }: Range): string {
  if (min === undefined) return max === undefined ? 'any' : max === 0 ? 'none' : `at most ${max}`;
  if (max === undefined) return `${min} or more`;
  return min === max ? (max === 0 ? 'none' : `exactly ${min}`) : `${min} to ${max}`;
}

/** What is named without a bound has to be there once. */
export const atLeastOne = ({ min, max }: Range): Range =>
  min === undefined && max === undefined ? { min: 1 } : { min, max };

/** Seconds from the first fault until it has to have happened; null where the definition has no such monitor. */
export function withinSeconds(within: Within, periods: DrillRecord['periods']): number | null {
  if (typeof within === 'string') return durationSeconds(within);
  if ('driftWindows' in within) return periods.drift === null ? null : within.driftWindows * periods.drift;
  return periods.quality === null ? null : within.qualityWindows * periods.quality;
}

function withinText(within: Within | undefined, periods: DrillRecord['periods']): string {
  if (within === undefined) return '';
  if (typeof within === 'string') return ` within ${within}`;
  const [times, monitor] =
    'driftWindows' in within ? [within.driftWindows, 'drift'] : [within.qualityWindows, 'quality'];
  const seconds = withinSeconds(within, periods);
  const runs = `${times} ${times === 1 ? 'run' : 'runs'} of the ${monitor} monitor`;
  return ` within ${runs}${seconds === null ? '' : ` (${elapsed(seconds, 4)})`}`;
}

/** What an expectation asks for, in words and figures. */
export function expectationText(one: Expectation, { periods }: Pick<DrillRecord, 'periods'>): string {
  switch (one.kind) {
    case 'alarm':
      return `alarm ${one.alarm} rings${withinText(one.within, periods)}`;
    case 'noAlarm':
      return `no alarm ${one.alarm} rings`;
    case 'notifications':
      return `notifications of severity ${one.severity}: ${rangeText(one)}`;
    case 'pages':
      return `pages: ${rangeText(one)}`;
    case 'champion':
      return one.is === 'unchanged' ? 'the champion stays' : 'the champion is replaced';
    case 'championTraffic':
      return `the champion has ${one.percent} % of live traffic at the end`;
    case 'retrains':
      return `training runs that decisions start: ${rangeText(one)}`;
    case 'decision':
      return `decisions to ${one.action}${one.code === undefined ? '' : ` (${one.code})`}: ${rangeText(atLeastOne(one))}`;
    case 'released':
      return `versions that are promoted: ${rangeText(one)}`;
    case 'rolledBack':
      return `releases that are taken back: ${rangeText(one)}`;
    case 'run': {
      const outcome = one.outcome === 'running' ? 'still run' : one.outcome;
      const reason = one.reason === undefined ? '' : ` and say “${one.reason}”`;
      return `${one.workflow} runs that ${outcome}${reason}: ${rangeText(atLeastOne(one))}`;
    }
    case 'quality':
      return `${one.metric} of the last ${one.over}: ${rangeText(one)}`;
  }
}
