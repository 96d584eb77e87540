import assert from 'node:assert/strict';
import type { Manner } from '../account';
import { type Case, withChampion } from '../case';
import type { World } from '../world';

/** Calls that a decision to train again makes. */
const OPERATIONS = [
  'bigquery.jobs.get',
  'bigquery.jobs.getQueryResults',
  'bigquery.jobs.insert',
  'bigquery.tables.get',
  'monitoring.timeSeries.create',
  'storage.objects.get',
  'storage.objects.insert',
  'storage.objects.list',
  'workflowexecutions.executions.create',
] as const;
/** Deliveries of a message until it is answered well. */
const DELIVERIES = 5;

/** An alert on quality that has opened, as Cloud Monitoring publishes it. @returns the status of its last delivery */
async function alert(world: World): Promise<number> {
  const incident = {
    incident_id: 'incident-1',
    state: 'open',
    started_at: world.time.now() / 1000,
    summary: 'mae is above 70',
    policy_user_labels: { kind: 'qualitydecay', alarm: 'quality-mae' },
  };
  const data = Buffer.from(JSON.stringify({ incident })).toString('base64');
  const deliver = async (): Promise<number> => {
    world.time.began();
    const address = `${world.host.address}/handlers/retraining/alerts`;
    const { status } = await fetch(address, { method: 'POST', body: JSON.stringify({ message: { data } }) });
    world.time.ended();
    return status;
  };
  let status = 0;
  for (let delivery = 0; delivery < DELIVERIES && status !== 200; delivery++) {
    status = await world.time.until(deliver());
    await world.time.until(world.time.sleep(60_000));
  }
  return status;
}

const retraining = (row: string, title: string, run: (world: World) => Promise<void>): Case =>
  withChampion('allAtOnce', { row: `retraining: ${row}`, title }, async (world) => {
    world.account.executions.onCreated = () => undefined;
    await run(world);
    const { chainHolds, twice } = await world.state();
    assert.deepEqual([chainHolds, twice], [true, []]);
  });

const runs = (world: World): number => {
  const { name } = world.deployed.workflows.pipeline;
  return world.account.executions.all.filter((one) => one.name.startsWith(`${name}/`)).length;
};

/** An alert asks for the decision to train again: it starts one run, whatever fails and however often it is delivered. */
export const retrainingCases: readonly Case[] = [
  retraining('nothing', 'an alert that is delivered twice starts one run', async (world) => {
    world.account.calls.length = 0;
    assert.equal(await alert(world), 200);
    assert.deepEqual([...new Set(world.account.calls)].sort(), [...OPERATIONS]);
    assert.equal(await alert(world), 200);
    assert.equal(runs(world), 1);
  }),
  ...(['unavailable', 'lost', 'reset'] as readonly Manner[]).flatMap((manner) =>
    OPERATIONS.map((operation) =>
      retraining(`each call fails once: ${manner}`, operation, async (world) => {
        world.account.fail({ operation, times: 1, manner });
        assert.equal(await alert(world), 200);
        assert.equal(runs(world), 1);
      }),
    ),
  ),
  ...OPERATIONS.map((operation) =>
    retraining('each call fails 7 times in a row', operation, async (world) => {
      world.account.fail({ operation, times: 7, manner: 'unavailable' });
      assert.equal(await alert(world), 200);
      assert.equal(runs(world), 1);
    }),
  ),
];
