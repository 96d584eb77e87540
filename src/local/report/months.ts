import { durationSeconds } from '../../kernel/duration';
import type { Json } from '../../kernel/json';
import { type MaturedRow, maturedRows, measureMetrics } from '../../runtime/usecases';
import { monthOf, nextMonth } from '../data/calendar';
import type { LocalModel } from '../engine/local-model';
import { type Evidence, evidenceOf } from './evidence';
import { firstVersionMetrics } from './first-version';
import type { MonthVerdict } from './progress-events';

const countBy = (all: readonly Evidence[], of: (one: Evidence) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const one of all) counts[of(one)] = (counts[of(one)] ?? 0) + 1;
  return counts;
};

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : 'unknown');

/**
 * What a month was like: the metrics on all of its labels that have arrived, and what the monitors said of the windows that
 * ended in it. Made of stored evidence, so that a platform that goes on tells the same.
 * @param from epoch seconds, within the month: events before were not served
 */
export async function monthVerdict(model: LocalModel, from: number): Promise<MonthVerdict> {
  const { ports, definition } = model;
  const { data, task, monitoring } = definition;
  const month = monthOf(from);
  const toSeconds = Math.min(nextMonth(from), ports.clock.now() - durationSeconds(data.label.delay) + 1);
  const rows: MaturedRow[] =
    toSeconds <= from
      ? []
      : ((await maturedRows(ports, { task, data, version: null, fromSeconds: from, toSeconds, sliceColumns: [] })) ??
        []);
  const names = Object.keys(monitoring.quality?.metrics ?? {});
  const { values, usable } = measureMetrics(task, names, rows, data.label.positive);
  const [quality, drift] = [
    await evidenceOf(ports.artifacts, 'quality', month),
    await evidenceOf(ports.artifacts, 'drift', month),
  ];
  const critical = quality.filter((one) => one['verdict'] === 'critical');
  const verdicts = {
    quality: countBy(quality, (one) => text(one['verdict'])),
    drift: countBy(drift, (one) => text(one['verdict'])),
  };
  const versions = championsIn(quality);
  const concept = critical.at(-1)?.['concept'] as Evidence | undefined;
  return {
    month,
    versions,
    predictions: usable,
    metrics: Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value])),
    firstVersion: versions.some((version) => version > 1) ? await firstVersionMetrics(model, from, toSeconds) : null,
    ...verdicts,
    driftedColumns: driftedColumns(drift),
    cause: concept === undefined ? null : text(concept['cause']),
    verdict:
      critical.length > 0
        ? 'decayed'
        : drift.some(isAlarm)
          ? 'drifted'
          : quality.some((one) => one['verdict'] !== 'insufficientData')
            ? 'ok'
            : 'insufficientData',
  };
}

const isAlarm = (one: Evidence): boolean => {
  const alarms = one['alarms'] as { readonly dataDrift?: boolean; readonly predictionDrift?: boolean } | undefined;
  return alarms?.dataDrift === true || alarms?.predictionDrift === true;
};

/** Versions that were champion when quality was judged, ascending. */
function championsIn(windows: readonly Evidence[]): number[] {
  const versions = windows.map(({ champion }) => champion).filter((one): one is number => typeof one === 'number');
  return [...new Set(versions)].sort((a, b) => a - b);
}

function driftedColumns(windows: readonly Evidence[]): MonthVerdict['driftedColumns'] {
  const counts = new Map<string, number>();
  for (const { columns } of windows) {
    for (const one of (columns ?? []) as readonly { readonly column: string; readonly verdict: string }[]) {
      if (one.verdict === 'critical') counts.set(one.column, (counts.get(one.column) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([column, count]) => ({ column, percentOfWindows: (100 * count) / windows.length }))
    .sort((a, b) => b.percentOfWindows - a.percentOfWindows || (a.column < b.column ? -1 : 1));
}
