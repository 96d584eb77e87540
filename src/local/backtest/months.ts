import type { ModelDefinition } from '../../definition/platform';
import { computeMetric } from '../../runtime/core/metrics/metric';
import { readSample } from '../../runtime/core/metrics/rows';
import { maturedRows, type Ports } from '../../runtime/usecases';
import { monthOf, nextMonth } from '../data/calendar';
import type { ReplaySpan } from './replay/span';
import type { DriftWindow, QualityWindow } from './result';

/** One month (UTC) of recorded answers, by whichever version. */
export interface BacktestMonth {
  /** `2016-04`. */
  readonly month: string;
  /** Answers with a label that could be seen by the end of the history. */
  readonly labelled: number;
  /** The quality metrics of the definition on them; one without a value is not there. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Windows that ended in the month, by their verdict. */
  readonly drift: Readonly<Record<string, number>>;
  readonly quality: Readonly<Record<string, number>>;
}

/** The months of a replay, once it is over. */
export async function monthsOf(
  ports: Ports,
  { task, data, monitoring }: ModelDefinition,
  { from, last }: ReplaySpan,
  windows: { readonly drift: readonly DriftWindow[]; readonly quality: readonly QualityWindow[] },
): Promise<BacktestMonth[]> {
  const months: BacktestMonth[] = [];
  const names = Object.keys(monitoring.quality?.metrics ?? {});
  for (let begin = from; begin <= last; begin = nextMonth(begin)) {
    const range = { fromSeconds: begin, toSeconds: nextMonth(begin) };
    const rows = (await maturedRows(ports, { task, data, version: null, ...range, sliceColumns: [] })) ?? [];
    // Of a month only the value is told: its standard error costs two hundred times as much.
    const usable = rows.filter((row) => readSample(task, [row], data.label.positive).sample !== null);
    const { sample } = readSample(task, usable, data.label.positive);
    const values = names.flatMap((name) => {
      const value = sample === null || usable.length === 0 ? null : computeMetric(name, sample);
      return value === null ? [] : [[name, value] as const];
    });
    const month = monthOf(begin);
    months.push({
      month,
      labelled: usable.length,
      metrics: Object.fromEntries(values),
      drift: verdictsIn(windows.drift, month),
      quality: verdictsIn(windows.quality, month),
    });
  }
  return months;
}

function verdictsIn(
  windows: readonly { readonly at: number; readonly verdict: string }[],
  month: string,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { at, verdict } of windows) {
    // A window that ends at midnight is the last of the day before.
    if (monthOf(at - 1) === month) counts[verdict] = (counts[verdict] ?? 0) + 1;
  }
  return counts;
}
