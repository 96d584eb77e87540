import type { Data } from '../../../definition/data';
import type { Drift } from '../../../definition/monitoring';
import { DRIFT_DEFAULTS, type DriftMethod } from '../../../kernel/drift-defaults';
import type { Task } from '../../../kernel/metric-catalogue';
import type { ProfileColumn, ProfileColumnType } from './profile';

/** How one column is compared with its reference. */
export interface ColumnRule {
  readonly name: string;
  readonly type: ProfileColumnType;
  readonly method: DriftMethod;
  readonly warning: number;
  readonly critical: number;
  /** One such column at its critical threshold is enough for a breach. */
  readonly flaggedCritical: boolean;
}

/** The columns of a definition whose distribution is watched. */
export type DataColumns = Pick<Data, 'columns' | 'key' | 'timestamp' | 'label'>;

/** Methods that need an order of the values; a category has none and is compared by PSI instead. */
const ORDERED_ONLY: ReadonlySet<DriftMethod> = new Set(['kolmogorovSmirnov', 'wasserstein']);

/** Whether a method reads moments and quantiles beside the counts. */
export const needsSketch = (method: DriftMethod): boolean => ORDERED_ONLY.has(method);

/** Name of the column with the model's answers, in tables and in the profile. */
export const PREDICTION_COLUMN = 'prediction';

/**
 * The rule of every watched column, in the definition's order. Not watched: `drift: false`, times, the key, the
 * timestamp, the label (its truth comes later), and columns that are no feature, unless they have a rule of their own.
 */
export function driftRules(drift: Drift, data: DataColumns): ColumnRule[] {
  const apart = new Set([data.key, data.timestamp, data.label.column]);
  const rules: ColumnRule[] = [];
  for (const [name, column] of Object.entries(data.columns)) {
    if (column.drift === false || column.type === 'timestamp' || apart.has(name)) continue;
    if (!column.feature && column.drift === true) continue;
    const override = column.drift === true ? {} : column.drift;
    const method = methodFor(column.type, override.method ?? drift.method);
    const defaults = method === drift.method ? drift : DRIFT_DEFAULTS[method];
    const critical = override.critical ?? defaults.critical;
    const warning = Math.min(override.warning ?? defaults.warning, critical);
    rules.push({ name, type: column.type, method, warning, critical, flaggedCritical: column.critical });
  }
  return rules;
}

/** The rule of the model's answers. */
export function predictionRule(drift: Drift, type: ProfileColumnType): ColumnRule {
  const method = methodFor(type, drift.method);
  const { warning, critical } = method === drift.method ? drift : DRIFT_DEFAULTS[method];
  const name = PREDICTION_COLUMN;
  return { name, type, method, warning: Math.min(warning, critical), critical, flaggedCritical: false };
}

/** The column of the model's answers: a class, or a number (a probability of the positive class, a regression's value). */
export function predictionColumn(task: Task): ProfileColumn {
  return { name: PREDICTION_COLUMN, type: task === 'multiclassClassification' ? 'category' : 'number' };
}

function methodFor(type: ProfileColumnType, method: DriftMethod): DriftMethod {
  const ordered = type === 'number' || type === 'integer';
  return ordered || !ORDERED_ONLY.has(method) ? method : 'psi';
}
