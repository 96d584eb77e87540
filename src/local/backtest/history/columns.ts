import type { Data } from '../../../definition/data';
import { nearest } from '../../../definition/schema-keys';
import type { Task } from '../../../kernel/metric-catalogue';
import { show } from '../../../kernel/problem';
import { CAPTURE_COLUMNS } from '../../../runtime/usecases';
import type { ColumnRole, HistoryOptions } from '../options';
import type { Problems } from '../problems';
import type { Header } from './probe';

const PROBABILITIES = [
  'predicted_probability',
  'prediction_probability',
  'predicted_proba',
  'y_pred_proba',
  'y_proba',
  'probability',
  'proba',
];
const ANSWERS = ['prediction', 'y_pred', 'predicted', 'predicted_value', 'predicted_class', 'y_hat', 'forecast'];

/** Usual names of what is no column of the definition, first choice first. */
const USUAL: Readonly<Record<Exclude<ColumnRole, 'key' | 'label' | 'prediction'>, readonly string[]>> = {
  time: ['time', 'timestamp', 'at'],
  version: [CAPTURE_COLUMNS.version, 'version', 'model_version'],
  latency: ['latency_ms', 'latencyMs'],
  failed: ['failed'],
  status: ['status', 'status_code'],
  labelTime: ['label_time', 'labelled_at', 'label_arrived_at'],
  metric: ['metric', 'name'],
  value: ['value'],
  statistic: ['statistic'],
  dimensions: ['dimensions'],
};

/** Which column of a file is for what. */
export class ColumnFinder {
  constructor(
    private readonly data: Data,
    private readonly task: Task,
    private readonly overrides: NonNullable<HistoryOptions['columns']>,
  ) {}

  /** The column of a role; null where the file has none. A name that is given is the only one that is looked for. */
  find(role: ColumnRole, header: Header): string | null {
    const given = this.overrides[role];
    if (given !== undefined) return header.has(given) ? given : null;
    return this.candidates(role).find((name) => header.has(name)) ?? null;
  }

  /** The names that would do, for errors. */
  candidates(role: ColumnRole): string[] {
    const given = this.overrides[role];
    if (given !== undefined) return [given];
    const { key, timestamp, label, columns } = this.data;
    switch (role) {
      case 'key':
        return key === undefined ? [] : [CAPTURE_COLUMNS.key, key];
      case 'label':
        return [label.column];
      case 'prediction': {
        // A feature may be called `forecast`: the model's answer it is not.
        const own = new Set(Object.keys(columns));
        const names = this.task === 'binaryClassification' ? [...PROBABILITIES, ...ANSWERS] : ANSWERS;
        return names.filter((name) => !own.has(name));
      }
      case 'time':
        return [CAPTURE_COLUMNS.eventTime, timestamp, ...USUAL.time.filter((name) => !Object.hasOwn(columns, name))];
      default:
        return USUAL[role].filter((name) => !Object.hasOwn(columns, name));
    }
  }
}

/** Tells of names that were given and that no file has. */
export function reportUnknownColumns(
  given: NonNullable<HistoryOptions['columns']>,
  headers: readonly Header[],
  problems: Problems,
): void {
  const all = [...new Set(headers.flatMap((header) => [...header.keys()]))];
  for (const [role, name] of Object.entries(given)) {
    if (all.length === 0 || name === undefined || all.includes(name)) continue;
    const meant = nearest(name, all);
    problems.add({
      code: 'columnMissing',
      path: `columns.${role}`,
      got: show(name),
      expected: 'a column of one of the files',
      fix: meant === undefined ? `the files have ${listed(all)}` : `did you mean ${meant}?`,
    });
  }
}

const MOST_LISTED = 16;

/** Names for a message. */
export const listed = (names: readonly string[]): string =>
  names.length <= MOST_LISTED
    ? names.join(', ')
    : `${names.slice(0, MOST_LISTED).join(', ')} and ${names.length - MOST_LISTED} more`;
