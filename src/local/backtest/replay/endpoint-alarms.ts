import type { AlarmPlan } from '../../../plan/plan';
import { AlarmLog } from './alarm-log';
import { MINUTE, type ServingMinute } from './serving-minutes';
import type { ReplaySpan } from './span';

/** Alarms on what the serving platform measures. */
export const servingAlarms = (alarms: readonly AlarmPlan[]): AlarmPlan[] =>
  alarms.filter(({ metric }) => metric.name === 'Latency' || metric.name === 'Errors');

/**
 * The endpoint's alarms over recorded minutes, judged as a minute is over: percentiles of the minute, and the share of
 * failed requests in the alarm's period up to it.
 */
export async function endpointAlarms(
  alarms: readonly AlarmPlan[],
  minutes: AsyncIterable<ServingMinute>,
  span: ReplaySpan,
): Promise<AlarmLog> {
  const log = new AlarmLog(alarms, { from: span.from, until: span.last });
  const longest = Math.max(MINUTE, ...alarms.map(({ periodSeconds }) => periodSeconds));
  const past: ServingMinute[] = [];
  // Until then an alarm may still count a breach; after it, minutes that are well change nothing and are not judged.
  const restless = new Map<string, number>();
  for await (const minute of minutes) {
    past.push(minute);
    while (past[0]!.begin <= minute.begin - longest) past.shift();
    for (const alarm of alarms) {
      const value = valueIn(alarm, minute, past);
      if (value === null) continue;
      const breaches = value > alarm.threshold;
      if (breaches) restless.set(alarm.id, minute.begin + alarm.periodSeconds * (alarm.datapoints.of + 1));
      if (breaches || minute.begin <= (restless.get(alarm.id) ?? Number.NEGATIVE_INFINITY))
        log.takeValue(alarm, value, minute.begin, minute.begin + MINUTE);
    }
  }
  return log;
}

function valueIn(
  { metric, periodSeconds }: AlarmPlan,
  minute: ServingMinute,
  past: readonly ServingMinute[],
): number | null {
  if (metric.statistic === 'p50') return minute.p50;
  if (metric.statistic === 'p99') return minute.p99;
  let [requests, errors] = [0, 0];
  for (const one of past) {
    if (one.begin <= minute.begin - periodSeconds || one.requests === null || one.errors === null) continue;
    requests += one.requests;
    errors += one.errors;
  }
  return requests > 0 ? (100 * errors) / requests : null;
}
