import type { DrillRecord } from '../../../src/local/scenario/drill-record';
import { judgeInvariants } from '../../../src/local/scenario/invariants';
import { FAULT, record, release } from './support/record';

const broken = (changes: Partial<DrillRecord>): string[] =>
  judgeInvariants(record(changes)).flatMap(({ id, passed }) => (passed ? [] : [id]));
const running = release(FAULT, { endedAt: null, endedWith: null, outcome: 'running', version: 2 });

test.each<[string, Partial<DrillRecord>, string[]]>([
  ['a champion with all traffic', {}, []],
  ['nothing serves', { live: {}, champion: { before: null, after: null } }, []],
  ['a canary that holds', { live: { 1: 75, 2: 25 }, runs: [running] }, []],
  ['a final hold', { live: { 1: 0, 2: 100 }, runs: [running] }, []],
  ['shares of instances', { live: { 1: 100 / 3, 2: 200 / 3 }, runs: [running] }, []],
  ['a chain that is broken', { ledger: { ok: false, records: 3, text: 'record 2 was changed' } }, ['ledgerVerifies']],
  ['traffic that leaks', { live: { 1: 99.9 } }, ['trafficIsWhole']],
  ['traffic twice', { live: { 1: 100, 2: 5 }, runs: [running] }, ['trafficIsWhole']],
  ['negative traffic', { live: { 1: 105, 2: -5 }, runs: [running] }, ['trafficIsWhole']],
  ['all traffic at zero', { live: { 1: 0 } }, ['trafficIsWhole']],
  ['a challenger of no release', { live: { 1: 95, 2: 5 } }, ['trafficIsKnown']],
  ['a challenger of a release that is over', { live: { 1: 95, 2: 5 }, runs: [release(FAULT)] }, ['trafficIsKnown']],
  ['another version than the challenger', { live: { 1: 95, 3: 5 }, runs: [running] }, ['trafficIsKnown']],
  ['traffic without a champion', { champion: { before: 1, after: null } }, ['trafficIsKnown']],
  [
    'a release without a champion',
    { champion: { before: 1, after: null }, live: { 2: 100 }, runs: [running] },
    ['releasesHaveAChampion'],
  ],
  ['a release while nothing serves', { live: {}, runs: [running] }, ['releasesHaveAChampion']],
])('%s', (_what, changes, ids) => {
  expect(broken(changes)).toEqual(ids);
});

test('each says what it found', () => {
  expect(judgeInvariants(record({ live: { 1: 95, 3: 5 } }))).toContainEqual({
    kind: 'invariant',
    id: 'trafficIsKnown',
    text: 'what has live traffic is the champion, or the challenger of a running release',
    passed: false,
    got: 'version 3 is neither',
    at: null,
  });
});
