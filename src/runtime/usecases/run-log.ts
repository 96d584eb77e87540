import type { TaskEvent } from '../../contract/events';
import { toJson } from '../../kernel/json';
import type { MetricPoint } from '../ports';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports } from './ports';

/** Runs of a model's pipeline that have ended, the newest last. */
interface RunLog {
  /** `monitoring.pipelineSuccess.window`, as the last run was told it: a run that was stopped is told nothing. */
  readonly windowSeconds: number;
  readonly runs: readonly { readonly id: string; readonly endedAtSeconds: number; readonly succeeded: boolean }[];
}

/** As many runs as a document of a state table holds with ease. */
const MAX_RUNS = 2000;

/**
 * Notes how a run has ended, once, and says which share of the window's runs ended well. No alarm of a cloud can say it of a window
 * of weeks: periods end at seven days (CloudWatch) and 25 hours (Cloud Monitoring). Nothing without `windowSeconds` among the
 * arguments, now or before.
 */
export async function noteRunEnd(
  { state, model }: Pick<Ports, 'state' | 'model'>,
  { run, arguments: fixed }: Pick<TaskEvent, 'run' | 'arguments'>,
  succeeded: boolean,
  now: number,
): Promise<MetricPoint[]> {
  const asked = fixed['successWindowSeconds'];
  return changeDocument<MetricPoint[]>(state, stateKeys.runs(model), (value) => {
    const before = value as unknown as RunLog | undefined;
    const windowSeconds = typeof asked === 'number' ? asked : before?.windowSeconds;
    if (windowSeconds === undefined) return { write: undefined, answer: [] };
    const known = before?.runs ?? [];
    const ended = known.find(({ id }) => id === run) ?? { id: run, endedAtSeconds: now, succeeded };
    const runs = [...known.filter(({ id }) => id !== run), { ...ended, succeeded }]
      .filter(({ endedAtSeconds }) => endedAtSeconds > now - windowSeconds)
      .slice(-MAX_RUNS);
    const good = runs.filter((one) => one.succeeded).length;
    const points: MetricPoint[] =
      runs.length === 0 ? [] : [{ name: 'PipelineSuccessPercent', value: (100 * good) / runs.length, dimensions: {} }];
    return { write: toJson({ windowSeconds, runs }), answer: points };
  });
}
