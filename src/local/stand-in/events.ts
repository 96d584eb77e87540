import { durationSeconds } from '../../kernel/duration';
import type { Scenario } from '../scenario/schema';
import { deliveredRow, timesOf, touchesBy, worldAt } from './data-faults';
import { eventsPerDayFor } from './event-rate';
import { activeFaults } from './faults';
import type { MadeEvent } from './made-event';
import type { RowPlan } from './rows';
import { STREAMS, streamOf } from './stream';

const DAY = 86_400;
/** An event is up to this part of a step later than evenly spaced ones would be. */
const JITTER = 0.8;
/** Events that are so far apart (seconds) happen at whole seconds. */
const WHOLE_SECONDS = 5;

/** The parts of a scenario that decide about its events. */
export type EventScenario = Pick<Scenario, 'seed' | 'history' | 'duration' | 'traffic' | 'labels' | 'faults'>;

/**
 * The events of a scenario with its history, in the order in which they happen (which is not that of their arrival while a
 * fault makes them late). Faults act on the events that happen while they last; an event that is delivered twice is there
 * twice.
 * @param start of the scenario, epoch seconds; the history lies before it
 */
export function* makeEvents(plan: RowPlan, scenario: EventScenario, start: number): Generator<MadeEvent> {
  const { definition, features } = plan;
  const history = durationSeconds(scenario.history);
  const perDay = scenario.traffic.eventsPerDay ?? eventsPerDayFor(definition, history);
  const labelDelaySeconds = durationSeconds(scenario.labels.delay ?? definition.data.label.delay);
  const touches = touchesBy(scenario, scenario.seed);
  const from = start - history;
  const step = DAY / perDay;
  const quantum = step >= WHOLE_SECONDS ? 1 : 0.001;
  const count = Math.floor(((history + durationSeconds(scenario.duration)) * perDay) / DAY);
  for (let index = 0; index < count; index++) {
    const later = JITTER * streamOf(scenario.seed, STREAMS.jitter, index).next();
    const at = from + Math.floor(((index + later) * step) / quantum) * quantum;
    if (activeFaults(scenario, start, at, 'staleFeed').length > 0) continue;
    const { key, row: meant } = plan.rowAt(index, at, worldAt(plan, scenario, start, at));
    const row = deliveredRow(plan, scenario, start, { index, at, row: meant }, touches);
    const event: MadeEvent = {
      key,
      row,
      meant,
      instance: Object.fromEntries(features.map((name) => [name, row[name]!])),
      happenedAt: at,
      ...timesOf(plan, scenario, start, { index, at, labelDelaySeconds }, touches),
    };
    yield event;
    for (const fault of activeFaults(scenario, start, at, 'duplicateEvents')) {
      if (touches(fault, index)) yield event;
    }
  }
}
