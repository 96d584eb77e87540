import type { Data } from '../../definition/data';
import { durationSeconds } from '../../kernel/duration';
import type { Task } from '../../kernel/metric-catalogue';
import type { LabelledPrediction, Prediction, Scalar } from '../core/metrics/rows';
import { withinRange } from '../sql/table-source';
import { CAPTURE_COLUMNS } from './capture-columns';
import type { Ports } from './ports';

/** A captured prediction with its label, and the values of the columns that slices name. */
export interface MaturedRow extends LabelledPrediction {
  readonly slices: Readonly<Record<string, Scalar | null>>;
}

/** Most rows of a window that are measured; of more, the newest. */
export const MOST_ROWS = 200_000;

/**
 * Predictions of a version for events in `[fromSeconds, toSeconds)` whose labels are known by now, in the order of the
 * events. A prediction without a label is not among them; of two with the same key the last one counts.
 * @returns null when the data has no key, so that labels cannot be joined
 */
export async function maturedRows(
  { data: source, sql, dialect }: Pick<Ports, 'data' | 'sql' | 'dialect'>,
  request: {
    readonly task: Task;
    readonly data: Data;
    /** Null: what clients were answered, by whichever version. */
    readonly version: number | null;
    readonly fromSeconds: number;
    readonly toSeconds: number;
    readonly sliceColumns: readonly string[];
  },
): Promise<MaturedRow[] | null> {
  const { task, data, version, sliceColumns } = request;
  if (data.key === undefined) return null;
  const capture = await source.capture({ reader: 'quality', sinceSeconds: request.fromSeconds });
  const labels = (await source.labels()) ?? (await source.table());
  const id = (name: string): string => dialect.identifier(name);
  const found = await sql.query(dialect.describe(capture));
  const known = new Set(found.map((row) => String(row['name'])));
  const slices = sliceColumns.filter((name) => known.has(name));
  const sliceSql = slices.map((name, place) => `, ${dialect.toText(`c.${id(name)}`)} AS slice_${place}`).join('');
  const numeric = task !== 'multiclassClassification';
  const prediction = `c.${id(CAPTURE_COLUMNS.prediction)}`;
  const label = `l.${id(data.label.column)}`;
  const labelValue = task === 'regression' ? dialect.toDouble(label) : dialect.toText(label);
  const ofVersion = version === null ? '' : ` AND c.${id(CAPTURE_COLUMNS.version)} = ${dialect.integer(version)}`;
  const range = withinRange(dialect, `c.${id(CAPTURE_COLUMNS.eventTime)}`, {
    startMillis: request.fromSeconds * 1000,
    endMillis: request.toSeconds * 1000,
  });
  const rows = await sql.query(
    `SELECT ${labelValue} AS label, ${numeric ? dialect.toDouble(prediction) : dialect.toText(prediction)} AS answer, ` +
      `c.${id(CAPTURE_COLUMNS.key)} AS row_key${sliceSql} ` +
      `FROM ${dialect.table(capture)} c JOIN ${dialect.table(labels)} l ` +
      `ON c.${id(CAPTURE_COLUMNS.key)} = ${dialect.toText(`l.${id(data.key)}`)} ` +
      `WHERE ${range}${ofVersion} AND ${label} IS NOT NULL ` +
      `ORDER BY c.${id(CAPTURE_COLUMNS.eventTime)} DESC, row_key LIMIT ${MOST_ROWS}`,
  );
  const latest = new Map(rows.reverse().map((row) => [String(row['row_key']), row]));
  return [...latest.values()].map((row) => ({
    label: task === 'regression' ? numberOrNull(row['label']) : String(row['label']),
    prediction: predictionOf(task, row['answer']),
    slices: Object.fromEntries(slices.map((name, place) => [name, textOrNull(row[`slice_${place}`])])),
  }));
}

const numberOrNull = (value: unknown): number | null =>
  value === null || value === undefined || value === '' ? null : Number(value);
const textOrNull = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

function predictionOf(task: Task, value: unknown): Prediction | null {
  if (value === null || value === undefined) return null;
  if (task === 'binaryClassification') return { probability: Number(value) };
  return { value: task === 'regression' ? Number(value) : String(value) };
}

/** The matured window that ends now: its events are so old that their labels are due. */
export function maturedSpan(now: number, window: string, data: Data): { fromSeconds: number; toSeconds: number } {
  const toSeconds = now - durationSeconds(data.label.delay);
  return { fromSeconds: toSeconds - durationSeconds(window), toSeconds };
}
