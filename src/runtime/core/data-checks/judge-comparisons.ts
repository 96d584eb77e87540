import type { Data } from '../../../definition/data';
import { count, type DataCheck, dataCheck, notApplicable, severityOf } from './check';
import type { DataContext, DistributionFacts } from './facts';

function judgeLeakage(data: Data, { split }: DataContext): DataCheck {
  const rule = 'leakage';
  if (split === null) return notApplicable(data, rule, 'the data is not split here');
  if (split.trainRows === 0 || split.testRows === 0) {
    const message = `train has ${count(split.trainRows, 'row')}, test has ${count(split.testRows, 'row')}: nothing to compare`;
    return dataCheck(data, { rule, verdict: 'insufficientData', rows: split.testRows, message });
  }
  const early = split.testRowsBeforeTrainEnd ?? 0;
  const shared = split.sharedKeys.violations;
  // a row can break both; never more than there are
  const violations = Math.min(split.testRows, Math.max(shared, early));
  return dataCheck(data, {
    rule,
    verdict: violations > 0 ? 'violated' : 'ok',
    violations,
    rows: split.testRows,
    limit: { value: 0, unit: 'percent' },
    keys: split.sharedKeys.keys,
    message:
      `of ${count(split.testRows, 'test row')}, ${shared.toLocaleString('en-US')} have a key that train has` +
      (split.testRowsBeforeTrainEnd === null
        ? ''
        : `, ${early.toLocaleString('en-US')} are older than the newest of train`),
  });
}

function judgeIdentity(data: Data, { identity }: DataContext): DataCheck[] {
  const rule = 'columnIdentity';
  if (identity === null) return [notApplicable(data, rule, 'no data was accepted before')];
  if (identity.mapping.length === 0) {
    return [dataCheck(data, { rule, verdict: 'ok', message: 'no column looks like another one' })];
  }
  return identity.mapping.map(({ column, looksLike }) =>
    dataCheck(data, {
      rule,
      column,
      verdict: 'violated',
      violations: 1,
      rows: 1,
      message: `${column} holds what ${looksLike} held`,
    }),
  );
}

function judgeDistribution(data: Data, { column, verdict }: DistributionFacts): DataCheck {
  const rule = 'distribution';
  const severity = severityOf(rule, data);
  if (verdict === 'insufficientData') {
    return dataCheck(data, {
      rule,
      column,
      verdict: 'insufficientData',
      message: `${column}: too few rows to compare`,
    });
  }
  if (verdict === 'ok')
    return dataCheck(data, { rule, column, verdict: 'ok', rows: 1, message: `${column}: distributed as before` });
  const message = `${column}: distributed unlike the last accepted data (${verdict})`;
  return dataCheck(data, {
    rule,
    column,
    // a warning is a warning, whatever a critical one does
    severity: verdict === 'warning' ? 'warn' : severity,
    verdict: 'violated',
    violations: 1,
    rows: 1,
    message,
  });
}

/** Rules that hold this data against other data: its own split, and the last accepted data. */
export function judgeComparisons(data: Data, context: DataContext): DataCheck[] {
  const { distribution } = context;
  const compared =
    distribution === null || distribution.length === 0
      ? [notApplicable(data, 'distribution', 'no data was accepted before')]
      : distribution.map((one) => judgeDistribution(data, one));
  return [judgeLeakage(data, context), ...judgeIdentity(data, context), ...compared];
}
