import type { DrillRecord } from '../../../src/local/scenario/drill-record';
import { judge } from '../../../src/local/scenario/expectations';
import { type ScenarioInput, scenarioSchema } from '../../../src/local/scenario/schema';
import {
  alarm,
  DAY,
  decision,
  FAULT,
  HOUR,
  notification,
  pipeline,
  record,
  release,
  START,
  scenarioInput,
} from './support/record';

type Expect = ScenarioInput['expect'][number];

/** What one expectation comes to on a record; the schema fills its defaults, the rules are not asked. */
function judged(expectation: Expect, changes: Partial<DrillRecord> = {}) {
  const scenario = scenarioSchema.parse(scenarioInput({ expect: [expectation] }));
  return judge(scenario, record(changes))[0]!;
}
const later = (seconds: number): string => new Date((FAULT + seconds) * 1000).toISOString();

describe.each<
  [string, Expect, [what: string, changes: Partial<DrillRecord>, passed: boolean, got: RegExp, at: string | null][]]
>([
  [
    'alarm, whenever',
    { kind: 'alarm', alarm: 'dataDrift' },
    [
      [
        'rings',
        { alarms: [alarm(FAULT + 28 * HOUR)] },
        true,
        /^data-drift rang after 1d 4h \(value 0.31\)$/,
        later(28 * HOUR),
      ],
      ['nothing rings', {}, false, /^it did not ring$/, null],
      [
        'rang before and still does',
        { alarms: [alarm(FAULT - 2 * HOUR)] },
        false,
        /^it did not ring; it began 2h before$/,
        null,
      ],
      ['rang at the very instant', { alarms: [alarm(FAULT)] }, false, /it began at once/, null],
      ['rang a second later', { alarms: [alarm(FAULT + 1)] }, true, /after 1s/, later(1)],
      [
        'goes on ringing, which is told again',
        { alarms: [alarm(FAULT - HOUR), alarm(FAULT + HOUR)] },
        false,
        /it began 1h before/,
        null,
      ],
      [
        'rings again after it was over',
        { alarms: [alarm(FAULT - 2 * HOUR), alarm(FAULT - HOUR, { firing: false }), alarm(FAULT + HOUR)] },
        true,
        /after 1h/,
        later(HOUR),
      ],
      [
        'ends after the fault, which is no begin',
        { alarms: [alarm(FAULT - 2 * HOUR), alarm(FAULT + HOUR, { firing: false })] },
        false,
        /it began 2h before/,
        null,
      ],
      [
        'another alarm of the kind begins while one rings',
        { alarms: [alarm(FAULT - HOUR), alarm(FAULT + HOUR, { id: 'second' })] },
        true,
        /^second rang after 1h/,
        later(HOUR),
      ],
      [
        'another kind rings',
        { alarms: [alarm(FAULT + HOUR, { id: 'q', kind: 'qualityDecay', severity: 'page' })] },
        false,
        /^it did not ring; others did: qualityDecay$/,
        null,
      ],
    ],
  ],
  [
    'alarm within a duration',
    { kind: 'alarm', alarm: 'dataDrift', within: '3d' },
    [
      ['at the last second', { alarms: [alarm(FAULT + 3 * DAY)] }, true, /after 3d \(/, later(3 * DAY)],
      ['a second later', { alarms: [alarm(FAULT + 3 * DAY + 1)] }, false, /1s too late$/, later(3 * DAY + 1)],
    ],
  ],
  [
    'alarm within runs of the drift monitor',
    { kind: 'alarm', alarm: 'dataDrift', within: { driftWindows: 3 } },
    [
      ['in the last one', { alarms: [alarm(FAULT + 36 * HOUR)] }, true, /after 1d 12h/, later(36 * HOUR)],
      ['after it', { alarms: [alarm(FAULT + 36 * HOUR + 60)] }, false, /1m too late$/, later(36 * HOUR + 60)],
      [
        'without the monitor',
        { alarms: [alarm(FAULT + HOUR)], periods: { drift: null, quality: DAY } },
        false,
        /there is no such monitor/,
        later(HOUR),
      ],
    ],
  ],
  [
    'alarm within runs of the quality monitor',
    { kind: 'alarm', alarm: 'dataDrift', within: { qualityWindows: 1 } },
    [
      ['in time', { alarms: [alarm(FAULT + DAY)] }, true, /after 1d/, later(DAY)],
      ['too late', { alarms: [alarm(FAULT + DAY + 1)] }, false, /1s too late/, later(DAY + 1)],
    ],
  ],
  [
    'noAlarm',
    { kind: 'noAlarm', alarm: 'dataDrift' },
    [
      ['nothing rings', {}, true, /^none rang$/, null],
      ['rang before', { alarms: [alarm(FAULT - 1)] }, true, /none/, null],
      ['rang at the very instant', { alarms: [alarm(FAULT)] }, true, /none/, null],
      ['rings a second later', { alarms: [alarm(FAULT + 1)] }, false, /^data-drift rang after 1s$/, later(1)],
      ['another kind rings', { alarms: [alarm(FAULT + 1, { kind: 'conceptDrift' })] }, true, /none/, null],
    ],
  ],
  [
    'notifications',
    { kind: 'notifications', severity: 'ticket', min: 1, max: 2 },
    [
      ['none', {}, false, /^none$/, null],
      [
        'one',
        { notifications: [notification(FAULT + HOUR, { severity: 'ticket' })] },
        true,
        /^1: after 1h$/,
        later(HOUR),
      ],
      [
        'three',
        { notifications: [1, 2, 3].map((hour) => notification(FAULT + hour * HOUR, { severity: 'ticket' })) },
        false,
        /^3: after 1h, after 2h, after 3h$/,
        later(3 * HOUR),
      ],
      ['one of another severity', { notifications: [notification(FAULT + 1)] }, false, /^none$/, null],
      ['one before', { notifications: [notification(FAULT, { severity: 'ticket' })] }, false, /^none$/, null],
    ],
  ],
  [
    'pages',
    { kind: 'pages', max: 0 },
    [
      ['none', {}, true, /^none$/, null],
      ['one before', { notifications: [notification(FAULT)] }, true, /^none$/, null],
      ['one after', { notifications: [notification(FAULT + 1)] }, false, /^1: after 1s$/, later(1)],
      ['a ticket', { notifications: [notification(FAULT + 1, { severity: 'ticket' })] }, true, /^none$/, null],
    ],
  ],
  [
    'champion unchanged',
    { kind: 'champion', is: 'unchanged' },
    [
      ['the same', { champion: { before: 3, after: 3 } }, true, /^version 3 serves as before$/, null],
      ['another', { champion: { before: 3, after: 4 } }, false, /^version 4 replaced 3$/, null],
      ['gone', { champion: { before: 3, after: null } }, false, /none does at the end/, null],
      ['none at all', { champion: { before: null, after: null } }, false, /no version served/, null],
    ],
  ],
  [
    'champion replaced',
    { kind: 'champion', is: 'replaced' },
    [
      [
        'another',
        { champion: { before: 1, after: 2 }, runs: [release(FAULT + HOUR)] },
        true,
        /^version 2 replaced 1 after 2h$/,
        later(2 * HOUR),
      ],
      ['the same', { champion: { before: 1, after: 1 } }, false, /serves as before/, null],
      ['gone', { champion: { before: 1, after: null } }, false, /none does/, null],
      [
        'the first one',
        { champion: { before: null, after: 1 } },
        false,
        /no version served when it began; 1 does/,
        null,
      ],
    ],
  ],
  [
    'championTraffic',
    { kind: 'championTraffic', percent: 100 },
    [
      ['all of it', {}, true, /^champion 1: version 1 has 100 %$/, null],
      ['nearly all of it', { live: { 1: 99.99, 2: 0.01 } }, false, /version 1 has 99.99 %/, null],
      ['another version has it', { live: { 2: 100 } }, false, /^champion 1: version 2 has 100 %$/, null],
      ['nothing serves', { live: {} }, false, /no version has live traffic/, null],
      ['no champion', { champion: { before: 1, after: null } }, false, /there is no champion/, null],
    ],
  ],
  [
    'championTraffic of zero',
    { kind: 'championTraffic', percent: 0 },
    [
      ['another version has all', { live: { 2: 100 } }, true, /champion 1/, null],
      ['nothing serves, which is not zero of something', { live: {} }, false, /no version/, null],
    ],
  ],
  [
    'retrains',
    { kind: 'retrains', min: 1, max: 1 },
    [
      ['one', { runs: [pipeline(FAULT + HOUR)] }, true, /^1: after 1h$/, later(HOUR)],
      ['one at the very instant', { runs: [pipeline(FAULT)] }, true, /^1: at once$/, later(0)],
      ['one before', { runs: [pipeline(FAULT - 1)] }, false, /^none$/, null],
      ['one that a person started', { runs: [pipeline(FAULT + 1, { byDecision: false })] }, false, /^none$/, null],
      ['two', { runs: [pipeline(FAULT + 1), pipeline(FAULT + DAY)] }, false, /^2: /, later(DAY)],
      ['a release', { runs: [release(FAULT + 1, { byDecision: true })] }, false, /^none$/, null],
    ],
  ],
  [
    'decision, at least one where nothing is said',
    { kind: 'decision', action: 'skip', code: 'cooldown' },
    [
      [
        'one',
        { decisions: [decision(FAULT + HOUR, { action: 'skip', code: 'cooldown' })] },
        true,
        /^1: after 1h$/,
        later(HOUR),
      ],
      ['none', {}, false, /^none$/, null],
      [
        'another code',
        { decisions: [decision(FAULT + 1, { action: 'skip', code: 'inFlight' })] },
        false,
        /^none$/,
        null,
      ],
      [
        'another action',
        { decisions: [decision(FAULT + 1, { action: 'defer', code: 'cooldown' })] },
        false,
        /^none$/,
        null,
      ],
      ['one before', { decisions: [decision(FAULT - 1, { action: 'skip', code: 'cooldown' })] }, false, /^none$/, null],
    ],
  ],
  [
    'decision of any code, none',
    { kind: 'decision', action: 'retrain', max: 0 },
    [
      ['none', {}, true, /^none$/, null],
      ['one', { decisions: [decision(FAULT + 1)] }, false, /^1: /, later(1)],
    ],
  ],
  [
    'released',
    { kind: 'released', min: 1 },
    [
      ['one', { runs: [release(FAULT)] }, true, /^1: after 1h$/, later(HOUR)],
      ['one that began before', { runs: [release(FAULT - 1)] }, true, /^1: /, later(HOUR - 1)],
      ['one that ended before', { runs: [release(FAULT - HOUR)] }, false, /^none$/, null],
      [
        'one that runs',
        { runs: [release(FAULT, { endedAt: null, endedWith: null, outcome: 'running' })] },
        false,
        /^none$/,
        null,
      ],
      [
        'one that was taken back',
        { runs: [release(FAULT, { endedWith: 'rolledBack', outcome: 'failed' })] },
        false,
        /^none$/,
        null,
      ],
    ],
  ],
  [
    'rolledBack',
    { kind: 'rolledBack', min: 1 },
    [
      ['one', { runs: [release(FAULT, { endedWith: 'rolledBack', outcome: 'failed' })] }, true, /^1: /, later(HOUR)],
      ['one that was promoted', { runs: [release(FAULT)] }, false, /^none$/, null],
      [
        'one that was refused',
        { runs: [release(FAULT, { endedWith: 'rejected', outcome: 'failed' })] },
        false,
        /^none$/,
        null,
      ],
    ],
  ],
  [
    'run',
    { kind: 'run', workflow: 'pipeline', outcome: 'failed', reason: 'looks like' },
    [
      [
        'one with the reason',
        { runs: [pipeline(FAULT, { outcome: 'failed', endedWith: 'failed', reason: 'temp looks like hum' })] },
        true,
        /^1: at once$/,
        later(0),
      ],
      [
        'one with another reason',
        { runs: [pipeline(FAULT, { outcome: 'failed', endedWith: 'failed', reason: 'disk full' })] },
        false,
        /^none; pipeline runs: failed \(disk full\)$/,
        null,
      ],
      [
        'one without a reason',
        { runs: [pipeline(FAULT, { outcome: 'failed' })] },
        false,
        /^none; pipeline runs: failed$/,
        null,
      ],
      ['one that went well', { runs: [pipeline(FAULT)] }, false, /^none; pipeline runs: succeeded$/, null],
      [
        'one before',
        { runs: [pipeline(FAULT - 1, { outcome: 'failed', reason: 'temp looks like hum' })] },
        false,
        /^none$/,
        null,
      ],
      [
        'a release',
        { runs: [release(FAULT, { outcome: 'failed', reason: 'temp looks like hum' })] },
        false,
        /^none$/,
        null,
      ],
    ],
  ],
  [
    'quality',
    { kind: 'quality', metric: 'mae', over: '7d', min: 10, max: 70 },
    [
      [
        'at the bound',
        { quality: [{ metric: 'mae', over: '7d', value: 70, rows: 400 }] },
        true,
        /^70 on 400 labelled/,
        null,
      ],
      [
        'a hair beyond',
        { quality: [{ metric: 'mae', over: '7d', value: 70.0001, rows: 400 }] },
        false,
        /^70.0001 on 400/,
        null,
      ],
      ['below min', { quality: [{ metric: 'mae', over: '7d', value: 9.9, rows: 400 }] }, false, /^9.9 on/, null],
      [
        'the same length written otherwise',
        { quality: [{ metric: 'mae', over: '168h', value: 50, rows: 9 }] },
        true,
        /^50 on/,
        null,
      ],
      [
        'another length',
        { quality: [{ metric: 'mae', over: '1d', value: 50, rows: 9 }] },
        false,
        /^it was not measured$/,
        null,
      ],
      [
        'another metric',
        { quality: [{ metric: 'rmse', over: '7d', value: 50, rows: 9 }] },
        false,
        /^it was not measured$/,
        null,
      ],
      ['no value', { quality: [{ metric: 'mae', over: '7d', value: null, rows: 0 }] }, false, /^no value, on 0/, null],
      ['no number', { quality: [{ metric: 'mae', over: '7d', value: Number.NaN, rows: 3 }] }, false, /NaN/, null],
      [
        'the entry that is meant, of several',
        {
          quality: [
            { metric: 'mae', over: '1d', value: 999, rows: 1 },
            { metric: 'mae', over: '7d', value: 20, rows: 7 },
          ],
        },
        true,
        /^20 on 7/,
        null,
      ],
    ],
  ],
])('%s', (_kind, expectation, cases) => {
  test.each(cases)('%s', (_what, changes, passed, got, at) => {
    expect(judged(expectation, changes)).toEqual({
      expectation: expect.objectContaining(expectation),
      text: expect.any(String),
      passed,
      got: expect.stringMatching(got),
      at,
    });
  });
});

test('without a fault, times count from the begin', () => {
  const one = judged(
    { kind: 'alarm', alarm: 'dataDrift', within: '1d' },
    { faultAt: null, alarms: [alarm(START + DAY)] },
  );
  expect(one).toMatchObject({ passed: true, got: 'data-drift rang after 1d (value 0.31)' });
});

test('more moments than people read are counted', () => {
  const notifications = [1, 2, 3, 4, 5].map((hour) => notification(FAULT + hour * HOUR));
  expect(judged({ kind: 'pages', max: 4 }, { notifications })).toMatchObject({
    passed: false,
    got: '5: after 1h, after 2h, after 3h and 2 times more',
    at: later(5 * HOUR),
  });
});

test('nothing passes on a drill in which nothing was', () => {
  const nothing = { champion: { before: null, after: null }, live: {}, alarms: [], quality: [] };
  const expectations: Expect[] = [
    { kind: 'alarm', alarm: 'dataDrift' },
    { kind: 'notifications', severity: 'page', min: 1 },
    { kind: 'pages', min: 1 },
    { kind: 'champion', is: 'unchanged' },
    { kind: 'champion', is: 'replaced' },
    { kind: 'championTraffic', percent: 0 },
    { kind: 'retrains', min: 1 },
    { kind: 'decision', action: 'skip' },
    { kind: 'released', min: 1 },
    { kind: 'rolledBack', min: 1 },
    { kind: 'run', workflow: 'pipeline', outcome: 'succeeded' },
    { kind: 'quality', metric: 'mae', max: 1e9 },
  ];
  expect(expectations.map((one) => judged(one, nothing).passed)).toEqual(expectations.map(() => false));
});

test.each<[Expect, string]>([
  [{ kind: 'alarm', alarm: 'dataDrift' }, 'alarm dataDrift rings'],
  [{ kind: 'alarm', alarm: 'dataDrift', within: '3d' }, 'alarm dataDrift rings within 3d'],
  [
    { kind: 'alarm', alarm: 'dataDrift', within: { driftWindows: 3 } },
    'alarm dataDrift rings within 3 runs of the drift monitor (1d 12h)',
  ],
  [
    { kind: 'alarm', alarm: 'qualityDecay', within: { qualityWindows: 1 } },
    'alarm qualityDecay rings within 1 run of the quality monitor (1d)',
  ],
  [{ kind: 'pages', max: 0 }, 'pages: none'],
  [{ kind: 'pages', min: 2, max: 2 }, 'pages: exactly 2'],
  [{ kind: 'released', min: 1, max: 3 }, 'versions that are promoted: 1 to 3'],
  [{ kind: 'decision', action: 'skip', code: 'cooldown' }, 'decisions to skip (cooldown): 1 or more'],
  [
    { kind: 'run', workflow: 'pipeline', outcome: 'failed', reason: 'looks like', max: 2 },
    'pipeline runs that failed and say “looks like”: at most 2',
  ],
  [{ kind: 'quality', metric: 'mae', max: 70 }, 'mae of the last 7d: at most 70'],
])('%j in words', (expectation, text) => {
  expect(judged(expectation).text).toBe(text);
});
