import type { Data } from '../../../definition/data';
import type { DataRule, DataRuleSeverity } from '../../../kernel/data-rules';

export type DataCheckVerdict = 'ok' | 'violated' | 'notApplicable' | 'insufficientData';

/** The bound that a check was held against. */
export interface DataCheckLimit {
  readonly value: number;
  readonly unit: 'percent' | 'rows' | 'seconds';
}

/** What came of one rule on one column, or on the table. */
export interface DataCheck {
  readonly rule: DataRule;
  readonly column?: string;
  /** Name of the expression. */
  readonly name?: string;
  /** What follows from a violation. */
  readonly severity: DataRuleSeverity;
  readonly verdict: DataCheckVerdict;
  /** Rows (or columns, for rules about columns) that break the rule. */
  readonly violations: number;
  /** Rows (or columns) that were looked at. */
  readonly rows: number;
  /** `violations` of `rows`; null of none. For `rowCountChange`, the change itself. */
  readonly percent: number | null;
  readonly limit: DataCheckLimit | null;
  /** Up to 20 keys of offending rows, ascending. */
  readonly keys: readonly string[];
  /** One sentence for people; it holds no values of the data but keys. */
  readonly message: string;
}

type Finding = Pick<DataCheck, 'rule' | 'verdict' | 'message'> & Partial<DataCheck>;

/** The severity a rule has: its override, else what the definition does with violations. */
export function severityOf(rule: DataRule, data: Data): DataRuleSeverity {
  return data.checks[rule] ?? data.onViolation;
}

/** A check with everything filled that the finding leaves open. */
export function dataCheck(data: Data, finding: Finding): DataCheck {
  const { violations = 0, rows = 0 } = finding;
  return {
    severity: severityOf(finding.rule, data),
    violations,
    rows,
    percent: shareOf(violations, rows),
    limit: null,
    keys: [],
    ...finding,
  };
}

/** A rule that has nothing to hold here, and why. */
export function notApplicable(data: Data, rule: DataRule, message: string): DataCheck {
  return dataCheck(data, { rule, verdict: 'notApplicable', message });
}

/** Percent of `part` in `whole`; null where there is no whole. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? (100 * part) / whole : null;
}

/** A percent for people: up to three digits, and never 0 for what is not. */
export function showPercent(percent: number): string {
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  return `${Number(percent.toPrecision(3))} %`;
}

/** `1 row`, `1,840 rows`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}
