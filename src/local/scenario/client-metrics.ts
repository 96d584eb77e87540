import { durationSeconds } from '../../kernel/duration';
import { maturedRows, measureMetrics } from '../../runtime/usecases';
import type { LocalModel } from '../engine/local-model';
import type { DrillRecord } from './drill-record';

/** A metric of what clients were answered, by whichever version, for the newest events whose labels are due. */
export async function clientMetrics(
  { ports, definition }: LocalModel,
  metric: string,
  over: string,
): Promise<DrillRecord['quality'][number]> {
  const { task, data } = definition;
  const toSeconds = ports.clock.now() - durationSeconds(data.label.delay);
  const fromSeconds = toSeconds - durationSeconds(over);
  const rows = await maturedRows(ports, { task, data, version: null, fromSeconds, toSeconds, sliceColumns: [] });
  const { values, usable } = measureMetrics(task, [metric], rows ?? [], data.label.positive);
  return { metric, over, value: values[metric]?.value ?? null, rows: usable };
}
