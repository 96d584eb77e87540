import type { Data } from '../../../definition/data';
import { DATA_RULES } from '../../../kernel/data-rules';
import { type DataCheck, notApplicable } from './check';
import type { DataContext, DataFacts } from './facts';
import { judgeComparisons } from './judge-comparisons';
import { judgeLabels } from './judge-labels';
import { judgeRows } from './judge-rows';
import { judgeColumns, judgeTable } from './judge-table';

/** `fail`: do not use it. `quarantine`: use what is left when the bad rows are put apart. `warn`: use it, and tell. */
export type DataVerdict = 'pass' | 'warn' | 'quarantine' | 'fail';

export interface DataDecision {
  readonly verdict: DataVerdict;
  /** Every rule is there: held, broken, not applicable, or without enough data to say. */
  readonly checks: readonly DataCheck[];
  /** What is wrong, worst first; empty for `pass`. */
  readonly reasons: readonly string[];
}

const WORST_FIRST = ['fail', 'quarantine', 'warn'] as const;

/** What one check asks for. Not knowing is never fine: it is told, though it stops nothing. */
function consequence(check: DataCheck): DataVerdict {
  if (check.severity === 'off') return 'pass';
  if (check.verdict === 'violated') return check.severity;
  return check.verdict === 'insufficientData' ? 'warn' : 'pass';
}

/**
 * Whether data may be used, from its counts. Pure and total: every valid definition and every set of counts, an empty table
 * included, gives a verdict; the order of rows, of facts and of classes has no influence.
 */
export function decideDataChecks(facts: DataFacts, data: Data, context: DataContext): DataDecision {
  const judged = [
    ...judgeColumns(data, facts),
    ...judgeTable(data, facts, context),
    ...judgeRows(data, facts),
    judgeLabels(data, facts, context),
    ...judgeComparisons(data, context),
  ];
  const on = judged.filter(({ rule }) => data.checks[rule] !== 'off');
  const off = DATA_RULES.filter((rule) => data.checks[rule] === 'off');
  const checks = [...on, ...off.map((rule) => notApplicable(data, rule, 'switched off'))].sort(
    (a, b) => DATA_RULES.indexOf(a.rule) - DATA_RULES.indexOf(b.rule),
  );
  const verdict = WORST_FIRST.find((one) => checks.some((check) => consequence(check) === one)) ?? 'pass';
  const reasons = WORST_FIRST.flatMap((one) =>
    checks.filter((check) => consequence(check) === one).map(({ message }) => message),
  );
  return { verdict, checks, reasons };
}
