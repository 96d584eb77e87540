import type { Data } from '../../../definition/data';
import { isRowRule } from '../../../kernel/data-rules';
import { OperationError } from '../../../kernel/problem';
import type { DataCheck } from './check';
import type { DataDecision, DataVerdict } from './decide';
import type { DataFacts } from './facts';
import { type RowCheck, rowCheckId } from './row-checks';

/** What to put apart: the rows that break any of `checks`, or the whole table when a rule about the table is broken. */
export interface QuarantinePlan {
  readonly wholeTable: boolean;
  /** Rules about the table that are broken and ask for quarantine. */
  readonly tableRules: readonly string[];
  readonly checks: readonly RowCheck[];
}

const broken = (check: DataCheck): boolean => check.verdict === 'violated' && check.severity === 'quarantine';

function sameCheck(check: DataCheck, row: RowCheck): boolean {
  const subject = check.name ?? check.column;
  return rowCheckId(row) === (subject === undefined ? check.rule : `${check.rule}:${subject}`);
}

/** Which rows a decision wants apart. Rows that break a rule within its tolerance stay. */
export function quarantinePlan(decision: DataDecision, facts: DataFacts): QuarantinePlan {
  const wanted = decision.checks.filter(broken);
  const tableRules = wanted.filter(({ rule }) => !isRowRule(rule)).map(({ rule }) => rule);
  const checks = facts.rowChecks
    .map(({ check }) => check)
    .filter((row) => wanted.some((check) => sameCheck(check, row)));
  return { wholeTable: tableRules.length > 0, tableRules: [...new Set(tableRules)], checks };
}

/** How many rows went where. */
export interface QuarantineCounts {
  readonly acceptedRows: number;
  readonly quarantinedRows: number;
}

/**
 * The verdict once the rows are apart: `fail` when fewer than `minRows` (or none) are left.
 *
 * @throws OperationError `quarantineLostRows` when the two parts are not the whole; neither may be used then
 */
export function settleQuarantine(
  facts: DataFacts,
  data: Data,
  counts: QuarantineCounts,
): Extract<DataVerdict, 'quarantine' | 'fail'> {
  const { acceptedRows, quarantinedRows } = counts;
  if (acceptedRows + quarantinedRows !== facts.rows) {
    throw new OperationError({
      code: 'quarantineLostRows',
      path: 'data',
      got: `${acceptedRows} accepted and ${quarantinedRows} quarantined rows`,
      expected: `${facts.rows} rows together`,
      fix: 'the source changed while it was read: read it again from a snapshot',
    });
  }
  return acceptedRows === 0 || acceptedRows < data.minRows ? 'fail' : 'quarantine';
}
