import type { GateCheck, Verdict } from './types';
import { rowsText } from './wording';

/** Reasons beyond this number are counted, not told. */
const TOLD = 3;

/** The verdict in a sentence or two: how many checks, and the reasons of those that decided. */
export function explainVerdict(
  verdict: Verdict,
  checks: readonly GateCheck[],
  firstVersion: boolean,
  rows: number,
): string {
  const first = firstVersion ? ' This is a first version: only absolute bounds were judged.' : '';
  if (verdict === 'pass')
    return `pass: all ${checks.length} checks hold or were optional, on ${rowsText(rows)}.${first}`;
  const reasons = checks.filter((check) => check.verdict === verdict && (verdict === 'fail' || check.required));
  const told = reasons.slice(0, TOLD).map(({ explanation }) => explanation);
  const more = reasons.length > TOLD ? [`and ${reasons.length - TOLD} more`] : [];
  const state = verdict === 'fail' ? 'do not hold' : 'could not be decided';
  return `${verdict}: ${reasons.length} of ${checks.length} checks ${state}: ${[...told, ...more].join('. ')}.${first}`;
}
