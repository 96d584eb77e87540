import { parsePlatformOrThrow } from '../../../../src/definition/parse';
import { drillResult } from '../../../../src/local/scenario/drill-result';
import type { Mechanism } from '../../../../src/local/scenario/mechanisms';
import { scale } from '../../../support/definitions';
import { alarm, DAY, decision, FAULT, HOUR, notification, pipeline, record, release, scenario } from './record';

export const storyPlatform = parsePlatformOrThrow(scale());
export const storyScenario = scenario({
  name: 'weather-turns',
  title: 'the relation between weather and rides turns round',
  tests: 'conceptDriftAlarm',
  actions: [{ at: '1d', do: 'train' }],
  faults: [
    { kind: 'conceptShift', at: '2d', by: 2 },
    { kind: 'staleFeed', at: '9d', for: '12h' },
  ],
  expect: [
    { kind: 'alarm', alarm: 'conceptDrift', within: { qualityWindows: 2 } },
    { kind: 'noAlarm', alarm: 'dataDrift' },
    { kind: 'pages', max: 1 },
    { kind: 'champion', is: 'replaced' },
    { kind: 'quality', metric: 'mae', max: 60 },
  ],
});

const quality = {
  id: 'quality-mae',
  kind: 'qualityDecay',
  severity: 'page',
  summary: 'mae on matured labels is above 70',
} as const;
const concept = {
  id: 'concept-drift',
  kind: 'conceptDrift',
  severity: 'page',
  value: 1,
  summary: 'Quality falls while the inputs do not drift',
} as const;

/** A model that decays, is retrained, held back by the cooldown, and replaced. */
export const storyRecord = record({
  alarms: [
    alarm(FAULT + DAY, { ...quality, value: 81.234 }),
    alarm(FAULT + DAY + 3 * HOUR, concept),
    alarm(FAULT + 4 * DAY, { ...quality, firing: false, value: 55 }),
    alarm(FAULT + 7 * DAY + 3 * HOUR, {
      id: 'data-freshness',
      kind: 'dataFreshness',
      summary: 'The newest event is older than 3h',
      value: 10_800,
    }),
  ],
  notifications: [
    notification(FAULT + DAY),
    notification(FAULT + DAY + 3 * HOUR, { kind: 'conceptDrift' }),
    notification(FAULT + 5 * HOUR, {
      severity: 'ticket',
      kind: 'releaseRolledBack',
      subject: 'demand: version 2 was taken back',
      text: 'p99 is 40 % higher',
    }),
    notification(FAULT + 7 * DAY + 3 * HOUR, { severity: 'ticket', kind: 'dataFreshness' }),
  ],
  decisions: [
    decision(FAULT + DAY),
    ...[2, 3, 4, 5, 6].map((day) =>
      decision(FAULT + day * DAY, { action: 'skip', code: 'cooldown', text: `a run began ${day} days ago` }),
    ),
  ],
  runs: [
    pipeline(FAULT - DAY, { name: 'by-hand', byDecision: false }),
    release(FAULT - DAY + HOUR, {
      endedAt: FAULT + 5 * HOUR,
      endedWith: 'rolledBack',
      outcome: 'failed',
      reason: 'p99 is 40 % higher than the champion’s',
      version: 2,
    }),
    pipeline(FAULT + DAY, { endedAt: FAULT + DAY + 2 * HOUR }),
    release(FAULT + DAY + 2 * HOUR, { endedAt: FAULT + DAY + 5 * HOUR, version: 3 }),
  ],
  champion: { before: 1, after: 3 },
  live: { 3: 100 },
  quality: [{ metric: 'mae', over: '7d', value: 60.0004, rows: 168 }],
  requests: 20_412,
  events: 1032,
});

export const story = (without: Mechanism | null = null) =>
  drillResult(
    storyPlatform,
    storyScenario,
    { ...storyRecord, alarms: [...storyRecord.alarms].sort((a, b) => a.at - b.at) },
    without,
  );
