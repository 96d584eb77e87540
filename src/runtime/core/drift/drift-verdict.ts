import type { Drift } from '../../../definition/monitoring';
import { type Alarms, alarmsOf, type WindowOutcome } from './breaches';
import { DRIFT_ALPHA } from './chance';
import { type ColumnDrift, type DriftLevel, judgeColumn } from './column-drift';
import { type ColumnIdentity, columnIdentity } from './column-identity';
import { type DataColumns, driftRules, predictionRule } from './drift-rules';
import { explainVerdict } from './explain-verdict';
import type { ReferenceProfile, WindowProfile, WindowSpan } from './profile';
import { assertComparable } from './profile-check';

/** What a drift decision is made of. */
export interface DriftInput {
  readonly reference: ReferenceProfile;
  readonly window: WindowProfile;
  /** `monitoring.drift` of the definition. */
  readonly policy: Drift;
  /** `data` of the definition. */
  readonly data: DataColumns;
  /** `outcome` of earlier verdicts, in any order; the last `policy.breaches.of − 1` are enough. */
  readonly history: readonly WindowOutcome[];
}

/** What one window says, and whether that is an alarm. */
export interface DriftVerdict {
  readonly span: WindowSpan;
  readonly rows: number;
  /** Of this window alone; `critical` when it breaches. */
  readonly verdict: DriftLevel;
  /** Every watched column, in the definition's order. */
  readonly columns: readonly ColumnDrift[];
  /** The model's answers; null when they are not watched. */
  readonly prediction: ColumnDrift | null;
  /** Columns at their critical threshold, of all that are watched; null when not one could be judged. */
  readonly driftedColumnsPercent: number | null;
  readonly identity: ColumnIdentity;
  /** To be stored, and passed as history with the next windows. */
  readonly outcome: WindowOutcome;
  readonly alarms: Alarms;
  /** One sentence for a person. */
  readonly explanation: string;
}

/**
 * The drift verdict of one window: the same function of the same numbers on every target. A window breaches when a
 * column that the definition flags `critical` is at its critical threshold, or more than `maxDriftedColumnsPercent` of
 * the watched columns are; an alarm is `breaches.windows` of the last `breaches.of` windows. Every statistic must also
 * exceed what chance gives at these row counts. Total: every valid pair of profiles has a verdict without NaN.
 * @throws DriftProfileError when the profiles do not belong together; OperationError when a span is no pair of instants
 */
export function driftVerdict({ reference, window, policy, data, history }: DriftInput): DriftVerdict {
  assertComparable(reference, window);
  const rules = driftRules(policy, data);
  const watchesPrediction = policy.predictions && reference.prediction !== null;
  const alpha = DRIFT_ALPHA / Math.max(rules.length + (watchesPrediction ? 1 : 0), 1);
  const judging = { minRows: policy.minRows, alpha };
  const references = new Map(reference.columns.map((column) => [column.name, column]));
  const windows = new Map(window.columns.map((column) => [column.name, column]));
  const columns = rules.map((rule) => judgeColumn(rule, references.get(rule.name), windows.get(rule.name), judging));
  const prediction =
    watchesPrediction && reference.prediction !== null
      ? judgeColumn(
          predictionRule(policy, reference.prediction.type),
          reference.prediction,
          window.prediction ?? undefined,
          judging,
        )
      : null;
  const drifted = columns.filter(({ verdict }) => verdict === 'critical');
  const judged = columns.filter(({ verdict }) => verdict !== 'insufficientData');
  const driftedColumnsPercent = judged.length === 0 ? null : (100 * drifted.length) / columns.length;
  const outcome: WindowOutcome = {
    span: window.span,
    dataBreach:
      driftedColumnsPercent === null
        ? null
        : drifted.some(({ flaggedCritical }) => flaggedCritical) ||
          driftedColumnsPercent > policy.maxDriftedColumnsPercent,
    predictionBreach:
      prediction === null || prediction.verdict === 'insufficientData' ? null : prediction.verdict === 'critical',
  };
  const identity = columnIdentity(reference, window, alpha);
  const result = {
    span: window.span,
    rows: window.rows,
    verdict: levelOf(outcome, columns, prediction, identity),
    columns,
    prediction,
    driftedColumnsPercent,
    identity,
    outcome,
    alarms: alarmsOf(outcome, history, policy.breaches),
  };
  return { ...result, explanation: explainVerdict(result, policy) };
}

function levelOf(
  { dataBreach, predictionBreach }: WindowOutcome,
  columns: readonly ColumnDrift[],
  prediction: ColumnDrift | null,
  identity: ColumnIdentity,
): DriftLevel {
  if (dataBreach === true || predictionBreach === true) return 'critical';
  const levels = [...columns, ...(prediction === null ? [] : [prediction])].map(({ verdict }) => verdict);
  if (levels.includes('critical') || levels.includes('warning') || identity.pattern !== 'none') return 'warning';
  return levels.includes('ok') ? 'ok' : 'insufficientData';
}
