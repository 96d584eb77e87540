import { drillResult } from '../../../src/local/scenario/drill-result';
import { junitReport } from '../../../src/local/scenario/junit';
import { reportDrill, verdictText } from '../../../src/local/scenario/report';
import { alarm, DAY, END, FAULT, record, scenario } from './support/record';
import { story, storyPlatform } from './support/story';
import { type Element, parseXml } from './support/xml';

describe('text for people', () => {
  test('tells what happened when, what was expected and what was found', () => {
    expect(reportDrill(story(), false).split('\n')).toEqual([
      'weather-turns: the relation between weather and rides turns round',
      '  bike-share, model demand: 2026-01-01 00:00 to 2026-01-15 00:00 (14d), seed 1, 20412 requests, 1032 events',
      '  tests conceptDriftAlarm: quality that falls while inputs hold is told as concept drift',
      '',
      '  what happened (times from the first fault, 2026-01-03 00:00 UTC)',
      '    -1d       action   a training run is started',
      '    -1d       pipeline pipeline by-hand begins',
      '    -23h      pipeline pipeline by-hand: registered after 1h',
      '    -23h      release  release of version 2 begins',
      '    0         fault    conceptShift (by 2) begins',
      '    +5h       message  ticket releaseRolledBack: demand: version 2 was taken back: p99 is 40 % higher',
      '    +5h       release  release of version 2: rolledBack after 1d 4h: p99 is 40 % higher than the champion’s',
      '    +1d       alarm    page quality-mae: mae on matured labels is above 70 (81.2); people are told',
      '    +1d       decision retrain (start): quality: mae is above 70',
      '    +1d       pipeline pipeline retraining-1 begins, by a decision',
      '    +1d 2h    pipeline pipeline retraining-1: registered after 2h',
      '    +1d 2h    release  release of version 3 begins',
      '    +1d 3h    alarm    page concept-drift: Quality falls while the inputs do not drift (1); people are told',
      '    +1d 5h    release  release of version 3: released after 3h',
      '    +2d       decision skip (cooldown): a run began 2 days ago',
      '    +3d       decision skip (cooldown): a run began 3 days ago',
      '    +4d       alarm    page quality-mae is over',
      '    +6d       decision skip (cooldown): a run began 6 days ago (and 2 times like this in between)',
      '    +7d       fault    staleFeed begins, for 12h',
      '    +7d 3h    alarm    ticket data-freshness: The newest event is older than 3h (10800); people are told',
      '    +7d 12h   fault    staleFeed is over',
      '',
      '  what was expected',
      '    ✓ alarm conceptDrift rings within 2 runs of the quality monitor (2d) — concept-drift rang after 1d 3h (value 1)',
      '    ✓ no alarm dataDrift rings — none rang',
      '    ✗ pages: at most 1',
      '        got: 2: after 1d, after 1d 3h',
      '    ✓ the champion is replaced — version 3 replaced 1 after 1d 5h',
      '    ✗ mae of the last 7d: at most 60',
      '        got: 60.0004 on 168 labelled answers',
      '    ✓ 4 of 4 that hold in every drill — audit trail, live traffic, releases',
      '',
      'weather-turns failed: 2 of 5 expectations missed',
    ]);
  });

  const quiet = (changes: Parameters<typeof record>[0] = {}, without: Parameters<typeof drillResult>[3] = null) =>
    drillResult(
      storyPlatform,
      scenario({ tests: 'dataDriftAlarm', expect: [{ kind: 'noAlarm', alarm: 'dataDrift' }] }),
      record(changes),
      without,
    );
  const last = (text: string): string => text.split('\n').at(-1)!;

  test('the closing line', () => {
    expect(last(reportDrill(quiet(), false))).toBe('some-fault passed: 1 of 1 expectation holds');
    expect(last(reportDrill(quiet({ alarms: [alarm(FAULT + DAY)] }, 'dataDriftAlarm'), false))).toBe(
      'some-fault failed: 1 of 1 expectation missed (without dataDriftAlarm)',
    );
    expect(last(reportDrill(quiet({}, 'dataDriftAlarm'), false))).toBe(
      'some-fault passed: 1 of 1 expectation holds, without dataDriftAlarm too: it does not show here that this mechanism works',
    );
  });

  test('an invariant that is broken fails the drill and is named', () => {
    const result = quiet({ live: { 1: 90 } });
    expect(result.passed).toBe(false);
    expect(verdictText(result)).toBe(
      '0 of 1 expectation missed; no longer so: live traffic adds up to 100 %, or there is none',
    );
    expect(reportDrill(result, false)).toContain(
      '    ✗ in every drill: live traffic adds up to 100 %, or there is none\n        got: version 1 has 90 %',
    );
  });

  test('colours are for terminals alone', () => {
    expect([reportDrill(story(), false), reportDrill(story(), true)].map((text) => text.includes('\u001b['))).toEqual([
      false,
      true,
    ]);
  });
});

test('the result is JSON without loss, its timeline in the order of time', () => {
  const result = story();
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  const seconds = result.timeline.map(({ afterSeconds }) => afterSeconds);
  expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
  expect(result.timeline[0]).toEqual({
    at: '2026-01-02T00:00:00.000Z',
    afterSeconds: -DAY,
    what: 'action',
    text: 'a training run is started',
    group: 'action:train',
    tone: 'neutral',
  });
});

test('a fault that lasts to the end is not told to be over', () => {
  const faults = (duration: `${number}d`) =>
    drillResult(
      storyPlatform,
      scenario({ faults: [{ kind: 'staleFeed', at: '2d', for: duration }] }),
      record(),
    ).timeline.map(({ text }) => text);
  expect(faults('11d')).toEqual(['staleFeed begins, for 11d', 'staleFeed is over']);
  expect(faults('12d')).toEqual(['staleFeed begins']);
  expect(END - FAULT).toBe(12 * DAY);
});

describe('JUnit', () => {
  const report = (): Element =>
    parseXml(
      junitReport([
        { kind: 'done', result: story('conceptDriftAlarm'), seconds: 2.3456 },
        { kind: 'skipped', scenario: 'stale-feed', reason: 'no "drift" <section> & no\u0001thing' },
        { kind: 'error', scenario: 'broken-artifact', error: 'boom <x> & "y"\nsecond line', seconds: 1 },
      ]),
    );
  const cases = (suite: Element): Element[] => suite.children.filter(({ name }) => name === 'testcase');

  test('a suite for each scenario with its counts', () => {
    const root = report();
    expect(root.attributes).toMatchObject({ tests: '11', failures: '2', errors: '1', skipped: '1' });
    expect(root.children.map(({ attributes }) => attributes)).toMatchObject([
      { name: 'drill weather-turns', tests: '9', failures: '2', errors: '0', skipped: '0', time: '2.346' },
      { name: 'drill stale-feed', tests: '1', failures: '0', errors: '0', skipped: '1' },
      { name: 'drill broken-artifact', tests: '1', failures: '0', errors: '1', skipped: '0', time: '1' },
    ]);
  });

  test('a case for each expectation and invariant, failures with what was expected and got', () => {
    const suite = report().children[0]!;
    const verdicts = cases(suite).map(({ attributes, children }) => [
      attributes['name'],
      children.map((child) => [child.name, child.attributes['type'], child.attributes['message']]),
    ]);
    expect(verdicts.slice(0, 6)).toEqual([
      ['1. alarm conceptDrift rings within 2 runs of the quality monitor (2d)', []],
      ['2. no alarm dataDrift rings', []],
      ['3. pages: at most 1', [['failure', 'pages', 'expected pages: at most 1; got 2: after 1d, after 1d 3h']]],
      ['4. the champion is replaced', []],
      [
        '5. mae of the last 7d: at most 60',
        [['failure', 'quality', 'expected mae of the last 7d: at most 60; got 60.0004 on 168 labelled answers']],
      ],
      ['invariant: the audit trail verifies', []],
    ]);
    expect(cases(suite).every(({ attributes }) => attributes['classname'] === 'weather-turns')).toBe(true);
    const properties = suite.children.find(({ name }) => name === 'properties')!.children;
    expect(Object.fromEntries(properties.map(({ attributes }) => [attributes['name'], attributes['value']]))).toEqual({
      title: 'the relation between weather and rides turns round',
      platform: 'bike-share',
      model: 'demand',
      tests: 'conceptDriftAlarm',
      without: 'conceptDriftAlarm',
    });
  });

  test('texts of any kind come back, but for what XML cannot hold', () => {
    const [, skipped, error] = report().children.map((suite) => cases(suite)[0]!);
    expect(skipped!.children.map(({ name, text }) => [name, text])).toEqual([
      ['skipped', ''],
      ['system-out', 'no "drift" <section> & no\uFFFDthing'],
    ]);
    expect(error!.children[0]).toMatchObject({
      name: 'error',
      attributes: { message: 'boom <x> & "y"\nsecond line', type: 'error' },
    });
  });
});
