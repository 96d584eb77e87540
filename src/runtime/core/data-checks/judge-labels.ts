import type { Data } from '../../../definition/data';
import { normalQuantile } from '../statistics/distributions';
import { count, type DataCheck, dataCheck, notApplicable } from './check';
import type { DataContext, DataFacts, LabelCount } from './facts';

const RULE = 'labelRate';
/** Probability, over all classes, of calling equal label rates different. */
const ALPHA = 0.001;
/** Odds of a class that are this many times as high or low are another population, not a season. */
const ODDS_RATIO = 2;
/** Fewer labelled rows on either side say nothing about a rate. */
const LEAST_ROWS = 50;

const total = (labels: readonly LabelCount[]): number => labels.reduce((sum, { rows }) => sum + rows, 0);

/** Odds ratio of two shares with half a row added to each cell (Haldane 1955, Anscombe 1956), so that 0 and all have one. */
function oddsRatio(hits: number, rows: number, hitsBefore: number, rowsBefore: number): number {
  const odds = (hits + 0.5) / (rows - hits + 0.5);
  return odds / ((hitsBefore + 0.5) / (rowsBefore - hitsBefore + 0.5));
}

/** |z| of two proportions with the pooled variance; 0 when neither varies. */
function zOfDifference(hits: number, rows: number, hitsBefore: number, rowsBefore: number): number {
  const pooled = (hits + hitsBefore) / (rows + rowsBefore);
  const variance = pooled * (1 - pooled) * (1 / rows + 1 / rowsBefore);
  return variance > 0 ? Math.abs(hits / rows - hitsBefore / rowsBefore) / Math.sqrt(variance) : 0;
}

/** Classes whose share is both significantly (Bonferroni over the classes) and strongly unlike the accepted one. */
function changedClasses(now: readonly LabelCount[], before: readonly LabelCount[]): number {
  const shares = (labels: readonly LabelCount[]) => new Map(labels.map(({ label, rows }) => [label, rows]));
  const [current, accepted] = [shares(now), shares(before)];
  const classes = new Set([...current.keys(), ...accepted.keys()]);
  const z = normalQuantile(1 - ALPHA / (2 * classes.size));
  const [rows, rowsBefore] = [total(now), total(before)];
  return [...classes].filter((label) => {
    const [hits, hitsBefore] = [current.get(label) ?? 0, accepted.get(label) ?? 0];
    const ratio = oddsRatio(hits, rows, hitsBefore, rowsBefore);
    const strong = ratio >= ODDS_RATIO || ratio <= 1 / ODDS_RATIO;
    return strong && zOfDifference(hits, rows, hitsBefore, rowsBefore) > z;
  }).length;
}

/** One class alone cannot be learnt; class shares that left those of the last accepted data mean another label. */
export function judgeLabels(data: Data, facts: DataFacts, context: DataContext): DataCheck {
  if (context.task === 'regression') return notApplicable(data, RULE, 'the label has no classes');
  if (facts.labels === null) return notApplicable(data, RULE, 'the label is not in this data');
  const classes = facts.labels.filter(({ rows }) => rows > 0);
  const rows = total(classes);
  if (facts.rows === 0)
    return dataCheck(data, { rule: RULE, verdict: 'insufficientData', message: 'there are no rows' });
  if (classes.length < 2) {
    const message = rows === 0 ? 'no row has a label' : `all ${count(rows, 'labelled row')} have one class`;
    return dataCheck(data, { rule: RULE, verdict: 'violated', violations: facts.rows, rows: facts.rows, message });
  }
  const previous = context.previousLabels?.filter((one) => one.rows > 0) ?? [];
  const rowsBefore = total(previous);
  if (rowsBefore === 0) {
    const message = `${count(classes.length, 'class')} in ${count(rows, 'row')}; no data was accepted before to compare with`;
    return dataCheck(data, { rule: RULE, verdict: 'ok', rows, message });
  }
  if (Math.min(rows, rowsBefore) < LEAST_ROWS) {
    const message = `${count(rows, 'labelled row')} against ${rowsBefore.toLocaleString('en-US')}: at least ${LEAST_ROWS} are needed`;
    return dataCheck(data, { rule: RULE, verdict: 'insufficientData', rows, message });
  }
  const changed = changedClasses(classes, previous);
  return dataCheck(data, {
    rule: RULE,
    verdict: changed > 0 ? 'violated' : 'ok',
    violations: changed,
    rows: classes.length,
    message:
      `${changed} of ${count(classes.length, 'class')} ${changed === 1 ? 'has' : 'have'} odds at least ${ODDS_RATIO} times ` +
      `as high or low as in the last accepted data (${count(rows, 'row')} against ${rowsBefore.toLocaleString('en-US')})`,
  });
}
