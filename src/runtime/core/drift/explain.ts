import type { DriftMethod } from '../../../kernel/drift-defaults';
import type { ColumnDrift } from './column-drift';

const NAMES: Record<DriftMethod, string> = {
  psi: 'PSI',
  jensenShannon: 'Jensen–Shannon distance',
  kolmogorovSmirnov: 'Kolmogorov–Smirnov distance',
  chiSquared: "Cramér's V",
  wasserstein: 'Wasserstein distance in standard deviations',
};

/** One column's verdict as a sentence, without a full stop. */
export function explainColumn(drift: Omit<ColumnDrift, 'explanation'>): string {
  const { column, verdict, reason, statistic, chanceBound, changes } = drift;
  const rows = `${formatCount(drift.windowRows)} rows against ${formatCount(drift.referenceRows)}`;
  if (statistic === null || chanceBound === null) {
    if (reason === 'notInReference') return `${column}: the reference was made without this column`;
    if (reason === 'missingColumn') return `${column}: the window has no such column`;
    if (reason === 'otherKind') return `${column}: numbers on one side and categories on the other cannot be compared`;
    return `${column}: nothing to compare (${rows})`;
  }
  const measured = `${column}: ${NAMES[drift.method]} ${formatNumber(statistic)} (${rows})`;
  if (reason === 'tooFewRows') return `${measured}: too few rows to judge`;
  if (reason === 'withinChance') {
    return `${measured} is above its limit, but chance alone reaches ${formatNumber(chanceBound)} with so few rows: too few to say`;
  }
  if (reason === 'tooManyCategories') {
    return `${measured}, but most of its values are in more categories than a profile remembers: group them, or set drift to false`;
  }
  if (verdict === 'ok') return `${measured}, below ${formatNumber(drift.warning)}: as in the reference`;
  const limit = verdict === 'critical' ? drift.critical : drift.warning;
  const change = changes[0];
  const where =
    change === undefined
      ? ''
      : `; most of the change is in ${change.bin}: ${formatPercent(change.referencePercent)} before, ${formatPercent(change.windowPercent)} now`;
  return `${measured}, ${verdict} from ${formatNumber(limit)}, chance reaches ${formatNumber(chanceBound)}${where}`;
}

/** A whole number with commas: 34960 → `34,960`; the same in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Three significant digits, without trailing zeros. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** One decimal: 12.345 → `12.3 %`. */
export function formatPercent(percent: number): string {
  return `${Number(percent.toFixed(1))} %`;
}
