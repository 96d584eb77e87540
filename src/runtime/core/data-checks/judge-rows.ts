import type { Data } from '../../../definition/data';
import { DATA_RULES, type DataRule, isRowRule, type RowRule } from '../../../kernel/data-rules';
import { count, type DataCheck, dataCheck, notApplicable, shareOf, showPercent } from './check';
import type { DataFacts, RowCheckFacts } from './facts';
import { columnOf, rulesOf } from './row-checks';

const WHAT: Record<RowRule, string> = {
  typeChange: 'cannot be read as the declared type',
  missingShare: 'are missing',
  nonFinite: 'are NaN or infinite',
  range: 'are outside of the range',
  unseenCategory: 'have a category that is not declared',
  uniqueness: 'have a value that is there more than once',
  duplicateRows: 'are copies of another row',
  pattern: 'do not match the pattern',
  futureEvent: 'are later than now',
  newLabel: 'have a class that is not known',
  expressions: 'break the expression',
};

const NOTHING_TO_HOLD: Partial<Record<DataRule, string>> = {
  range: 'no column has min or max',
  unseenCategory: 'no column has values',
  uniqueness: 'there is no key, and no column is unique',
  pattern: 'no column has a pattern',
  newLabel: 'the label has no classes, or none are known yet',
  expressions: 'there are no expressions',
};

function limitPercent({ check }: RowCheckFacts): number {
  if (check.rule === 'missingShare') return check.column.column.maxMissingPercent;
  if (check.rule === 'unseenCategory') {
    return check.column.column.type === 'category' ? check.column.column.maxUnseenPercent : 0;
  }
  return 0;
}

/** Rows in which the check's column has a value at all; all rows for checks that are not about values. */
function rowsLookedAt(facts: DataFacts, one: RowCheckFacts): number {
  const column = columnOf(one.check);
  if (column === undefined || one.check.rule === 'missingShare') return facts.rows;
  const missing = facts.rowChecks.find(({ check }) => check.rule === 'missingShare' && columnOf(check) === column);
  return facts.rows - (missing?.violations ?? 0);
}

function judge(data: Data, facts: DataFacts, one: RowCheckFacts): DataCheck {
  const { check, violations, keys } = one;
  const column = columnOf(check);
  const rows = rowsLookedAt(facts, one);
  const subject = {
    rule: check.rule,
    ...(column === undefined ? {} : { column }),
    ...(check.rule === 'expressions' ? { name: check.name } : {}),
  };
  const value = limitPercent(one);
  const limit = { value, unit: 'percent' as const };
  const percent = shareOf(violations, rows);
  const where = column ?? (check.rule === 'expressions' ? check.name : 'the table');
  if (facts.rows === 0) {
    return dataCheck(data, { ...subject, verdict: 'insufficientData', limit, message: `${where}: there are no rows` });
  }
  if (percent === null) {
    return dataCheck(data, { ...subject, verdict: 'notApplicable', limit, message: `${where}: there is no value` });
  }
  const tolerated = value === 0 ? 'none may' : `at most ${showPercent(value)} may`;
  const message =
    `${where}: ${violations.toLocaleString('en-US')} of ${count(rows, 'row')} (${showPercent(percent)}) ` +
    `${WHAT[check.rule]}; ${tolerated}`;
  const verdict = percent > value ? 'violated' : 'ok';
  return dataCheck(data, { ...subject, verdict, violations, rows, percent, limit, keys, message });
}

/** Checks of the row rules, and for each row rule that had nothing to check, why. */
export function judgeRows(data: Data, facts: DataFacts): DataCheck[] {
  const judged = facts.rowChecks
    .filter(({ check }) => data.checks[check.rule] !== 'off')
    .map((one) => judge(data, facts, one));
  const covered = rulesOf(facts.rowChecks.map(({ check }) => check));
  const rest = DATA_RULES.filter((rule) => isRowRule(rule) && !covered.has(rule) && data.checks[rule] !== 'off');
  const missing = new Set(judged.filter(({ rule }) => rule === 'expressions').map(({ name }) => name));
  const unevaluated = (data.expressions ?? []).filter(
    ({ name }) => data.checks.expressions !== 'off' && !missing.has(name),
  );
  return [
    ...judged,
    ...rest
      .filter((rule) => rule !== 'expressions' || unevaluated.length === 0)
      .map((rule) => notApplicable(data, rule, NOTHING_TO_HOLD[rule] ?? 'no declared column is there')),
    ...unevaluated.map(({ name }) =>
      dataCheck(data, {
        rule: 'expressions',
        name,
        verdict: 'insufficientData',
        message: `${name}: it was not evaluated`,
      }),
    ),
  ];
}
