import type { Drift } from '../../../definition/monitoring';
import type { DriftVerdict } from './drift-verdict';
import { formatCount, formatPercent } from './explain';

/** A window's verdict in one paragraph: what drifted, how many windows stand, what the columns hold. */
export function explainVerdict(result: Omit<DriftVerdict, 'explanation'>, policy: Drift): string {
  const sentences = [columnsSentence(result, policy)];
  if (result.prediction !== null) sentences.push(result.prediction.explanation);
  if (result.identity.pattern !== 'none') sentences.push(result.identity.explanation);
  sentences.push(alarmSentence(result, policy));
  return sentences.join('; ');
}

function columnsSentence({ columns, rows, driftedColumnsPercent }: Omit<DriftVerdict, 'explanation'>, policy: Drift) {
  if (columns.length === 0) return 'no column is watched';
  if (driftedColumnsPercent === null) {
    return `${formatCount(rows)} rows are too few to judge any of ${columns.length} columns (at least ${formatCount(policy.minRows)})`;
  }
  const drifted = columns.filter(({ verdict }) => verdict === 'critical');
  const limit = `limit ${formatPercent(policy.maxDriftedColumnsPercent)}`;
  const share = `${drifted.length} of ${columns.length} columns drifted (${formatPercent(driftedColumnsPercent)}, ${limit})`;
  const shown = drifted.slice(0, 3).map(({ explanation }) => explanation);
  const flagged = drifted.filter(({ flaggedCritical }) => flaggedCritical).map(({ column }) => column);
  return [share, ...(flagged.length === 0 ? [] : [`critical among them: ${flagged.join(', ')}`]), ...shown].join('; ');
}

function alarmSentence({ alarms, outcome }: Omit<DriftVerdict, 'explanation'>, { breaches }: Drift): string {
  const breached = alarms.counted.filter(
    ({ dataBreach, predictionBreach }) => dataBreach === true || predictionBreach === true,
  );
  const count = `${breached.length} of the last ${alarms.counted.length} windows breach (an alarm from ${breaches.windows} of ${breaches.of})`;
  const overlap = alarms.overlapping && breached.length > 1 ? ', which share data because they overlap' : '';
  const alarm = alarms.dataDrift || alarms.predictionDrift ? 'alarm: ' : '';
  const unknown =
    outcome.dataBreach === null && outcome.predictionBreach === null ? ', this one has too little data' : '';
  return `${alarm}${count}${overlap}${unknown}`;
}
