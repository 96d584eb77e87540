import assert from 'node:assert/strict';
import type { Manner } from '../account';
import { type Case, CHAMPION_STAYS, expectMatch, PROMOTED, withChampion } from '../case';

/** Every call that a release of a second version makes. */
export const OPERATIONS = [
  'aiplatform.endpoints.deployModel',
  'aiplatform.endpoints.get',
  'aiplatform.endpoints.operations.list',
  'aiplatform.endpoints.patch',
  'aiplatform.endpoints.undeployModel',
  'aiplatform.models.get',
  'aiplatform.models.mergeVersionAliases',
  'aiplatform.models.patch',
  'aiplatform.operations.get',
  'bigquery.jobs.get',
  'bigquery.jobs.getQueryResults',
  'bigquery.jobs.insert',
  'monitoring.alerts.list',
  'monitoring.timeSeries.list',
  'storage.objects.get',
  'storage.objects.insert',
  'storage.objects.list',
  'workflowexecutions.executions.create',
] as const;
/** Called before the release has begun. */
const DURING = OPERATIONS.filter((one) => one !== 'workflowexecutions.executions.create');
const MANNERS: readonly Manner[] = ['unavailable', 'lost', 'reset'];
/** A quota is met the same way wherever it is; these are the calls that are made most. */
const LIMITED = ['aiplatform.endpoints.get', 'monitoring.timeSeries.list', 'storage.objects.insert'];

const once = (operation: string, manner: Manner): Case =>
  withChampion('canary', { row: `each call fails once: ${manner}`, title: `${operation} once` }, async (world) => {
    const ended = await world.release(2, { operations: [{ operation, manner, times: 1 }] });
    expectMatch(await world.state(), PROMOTED, ended);
    assert.equal(ended.end, 'released');
  });

/** As many calls as a step makes until it is given up, and as many as its roll-back makes too. */
const forAWhile = (operation: string, times: number): Case =>
  withChampion(
    'canary',
    { row: `each call fails ${times} times in a row`, title: `${operation} for a while` },
    async (world) => {
      const ended = await world.release(2, { operations: [{ operation, manner: 'unavailable', times }] });
      const after = await world.state();
      expectMatch(after, after.aliases.champion === '2' ? PROMOTED : CHAMPION_STAYS, ended);
      assert.equal(world.account.traffic.unanswered, 0);
    },
  );

/** Each call of Google's services, failing once in each manner, and for a while. */
export const callCases: readonly Case[] = [
  withChampion('canary', { row: 'nothing', title: 'calls are those that are made to fail' }, async (world) => {
    await world.release(2);
    assert.deepEqual([...new Set(world.account.calls)].sort(), [...OPERATIONS]);
  }),
  ...MANNERS.flatMap((manner) => DURING.map((operation) => once(operation, manner))),
  ...LIMITED.map((operation) => once(operation, 'quota')),
  ...[22, 50].flatMap((times) => DURING.map((operation) => forAWhile(operation, times))),
];
