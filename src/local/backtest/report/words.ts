import { lengthOf } from '../arguments';
import type { IncidentScore, Ratio } from '../incidents/score';
import { figure } from './table';

/** A share with what it is made of: `0.75 (3 of 4, too few to say much)`; of nothing there is no share. */
export function ratioText({ value, numerator, denominator, tooFew }: Ratio): string {
  if (value === null) return 'none (0 of 0)';
  return `${figure(value)} (${numerator} of ${denominator}${tooFew ? ', too few to say much' : ''})`;
}

/** The same for cells of a table. */
export const shortRatio = (ratio: Ratio | null | undefined): string =>
  ratio === null || ratio === undefined
    ? '–'
    : ratio.value === null
      ? `– (0/0)`
      : `${figure(ratio.value)} (${ratio.numerator}/${ratio.denominator})${ratio.tooFew ? '*' : ''}`;

export const FEW_NOTE = '* fewer than five cases: says little';

export const timeToDetect = (score: Pick<IncidentScore, 'meanSecondsToDetect'> | null): string =>
  score === null || score.meanSecondsToDetect === null ? '–' : lengthOf(score.meanSecondsToDetect);
