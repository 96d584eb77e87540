import type { AlarmChange } from '../engine/alarm-board';
import type { WorldEvents } from '../engine/world';
import type { LocalEvent } from './progress-events';

/** Tells what happens to whoever listens, in the order in which they came. */
export interface Emitter {
  emit(event: LocalEvent): void;
  /** @returns ends it */
  subscribe(listener: (event: LocalEvent) => void): () => void;
  /** The world's events as what is told. @param now epoch seconds */
  world(now: () => number): WorldEvents;
}

export function emitterOf(first?: (event: LocalEvent) => void): Emitter {
  const listeners = new Set<(event: LocalEvent) => void>(first === undefined ? [] : [first]);
  const emit = (event: LocalEvent): void => {
    for (const listener of listeners) listener(event);
  };
  return {
    emit,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    world: (now) => ({
      onStep: (model, step, run, what, error) =>
        emit({
          kind: 'step',
          at: now(),
          model,
          workflow: run.workflow,
          run: run.name,
          step: step.id,
          describe: step.describe,
          what,
          ...(error !== undefined && { text: error.message }),
        }),
      onNotify: (model, { severity, kind, subject, text }) =>
        emit({ kind: 'notification', at: now(), model, severity, alarmKind: kind, subject, text }),
      onAlarm: (model, change) => emit(alarmEvent(model, change)),
      onDecision: (model, decision) => emit({ kind: 'decision', model, ...decision }),
    }),
  };
}

const alarmEvent = (model: string, { alarm, firing, at, value }: AlarmChange): LocalEvent => ({
  kind: 'alarm',
  model,
  id: alarm.id,
  alarmKind: alarm.kind,
  severity: alarm.severity,
  firing,
  at,
  value,
  text: alarm.summary,
});
