import type { DrillRecord } from '../../../../src/local/scenario/drill-record';
import { parseScenarioOrThrow } from '../../../../src/local/scenario/parse';
import type { Scenario, ScenarioInput } from '../../../../src/local/scenario/schema';

export const HOUR = 3600;
export const DAY = 86_400;
/** Begin of the scenarios of these tests. */
export const START = Date.UTC(2026, 0, 1) / 1000;
/** Begin of their first fault. */
export const FAULT = START + 2 * DAY;
export const END = START + 14 * DAY;

/** Fourteen days in which nothing happens; the fault begins on the third. */
export const record = (changes: Partial<DrillRecord> = {}): DrillRecord => ({
  model: 'demand',
  start: START,
  end: END,
  faultAt: FAULT,
  alarms: [],
  notifications: [],
  decisions: [],
  runs: [],
  champion: { before: 1, after: 1 },
  live: { 1: 100 },
  quality: [],
  requests: 1000,
  events: 1000,
  ledger: { ok: true, records: 12, text: 'the chain verifies' },
  periods: { drift: 12 * HOUR, quality: DAY },
  ...changes,
});

type Alarm = DrillRecord['alarms'][number];
export const alarm = (at: number, changes: Partial<Alarm> = {}): Alarm => ({
  at,
  id: 'data-drift',
  kind: 'dataDrift',
  severity: 'ticket',
  firing: true,
  value: 0.31,
  summary: 'Inputs drift',
  ...changes,
});

type Notification = DrillRecord['notifications'][number];
export const notification = (at: number, changes: Partial<Notification> = {}): Notification => ({
  at,
  severity: 'page',
  kind: 'qualityDecay',
  subject: 'demand: mae is above 70',
  text: '',
  ...changes,
});

type Decision = DrillRecord['decisions'][number];
export const decision = (at: number, changes: Partial<Decision> = {}): Decision => ({
  at,
  action: 'retrain',
  code: 'start',
  cause: 'quality',
  text: 'quality: mae is above 70',
  ...changes,
});

type Run = DrillRecord['runs'][number];
export const pipeline = (startedAt: number, changes: Partial<Run> = {}): Run => ({
  workflow: 'pipeline',
  name: 'retraining-1',
  startedAt,
  endedAt: startedAt + HOUR,
  outcome: 'succeeded',
  endedWith: 'registered',
  reason: null,
  version: null,
  byDecision: true,
  ...changes,
});
export const release = (startedAt: number, changes: Partial<Run> = {}): Run =>
  pipeline(startedAt, {
    workflow: 'release',
    name: 'v2-retraining-1',
    endedWith: 'released',
    version: 2,
    byDecision: false,
    ...changes,
  });

/** The least scenario, changed; its first fault begins on the third day. */
export const scenarioInput = (changes: Partial<ScenarioInput> = {}): ScenarioInput => ({
  name: 'some-fault',
  title: 'something goes wrong',
  duration: '14d',
  faults: [{ kind: 'covariateShift', at: '2d' }],
  expect: [{ kind: 'pages', max: 0 }],
  ...changes,
});
export const scenario = (changes: Partial<ScenarioInput> = {}): Scenario =>
  parseScenarioOrThrow(scenarioInput(changes));
