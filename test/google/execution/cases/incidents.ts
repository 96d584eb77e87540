import assert from 'node:assert/strict';
import type { Manner } from '../account';
import { type Case, withChampion } from '../case';
import type { World } from '../world';

/** Calls that a message of an alarm makes, and the execution that it starts. */
const OPERATIONS = [
  'pubsub.topics.publish',
  'storage.objects.get',
  'storage.objects.insert',
  'storage.objects.list',
  'workflowexecutions.executions.create',
  'workflowexecutions.executions.get',
] as const;
/** Deliveries of a message until it is answered well. */
const DELIVERIES = 5;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

interface Said {
  readonly id?: string;
  readonly alarm?: string;
  readonly state?: 'open' | 'closed';
  /** When the alarm began, in minutes from now; it lasts ten of them. */
  readonly began?: number;
}

/** A message of Cloud Monitoring, delivered until it is answered well. @returns the status of its last delivery */
async function say(world: World, { id = '0.a', alarm = 'endpoint-errors', state = 'open', began = 0 }: Said = {}) {
  const startedAt = Math.floor(world.time.now() / 1000) + began * 60;
  const incident = {
    incident_id: id,
    state,
    started_at: startedAt,
    ended_at: state === 'open' ? null : startedAt + 600,
    summary: 'more than 1 % of requests fail',
    policy_name: `bikes / demand: ${alarm}`,
    policy_user_labels: { alarm, kind: 'endpointerrors', urgency: 'page' },
  };
  const data = Buffer.from(JSON.stringify({ version: '1.2', incident })).toString('base64');
  const deliver = async (): Promise<number> => {
    world.time.began();
    const address = `${world.host.address}/handlers/release/incidents`;
    const { status } = await fetch(address, { method: 'POST', body: JSON.stringify({ message: { data } }) });
    world.time.ended();
    return status;
  };
  let status = 0;
  for (let delivery = 0; delivery < DELIVERIES && status !== 200; delivery++) {
    if (delivery > 0) await world.time.until(world.time.sleep(MINUTE_MS));
    status = await world.time.until(deliver());
  }
  return status;
}

const started = (world: World) =>
  world.account.executions.all.filter(({ name }) => name.startsWith(`${world.deployed.workflows.incident.name}/`));
const pages = (world: World) => world.account.published.filter(({ topic }) => topic.includes('page'));
const actions = async (world: World): Promise<string[]> =>
  ((await world.time.until(world.ports.ledger.read(1))) as unknown as readonly { readonly action: string }[])
    .map(({ action }) => action)
    .filter((action) => action.startsWith('incident'));

const incident = (row: string, title: string, run: (world: World) => Promise<void>): Case =>
  withChampion('allAtOnce', { row: `incident: ${row}`, title }, async (world) => {
    await run(world);
    const { chainHolds, twice } = await world.state();
    assert.deepEqual([chainHolds, twice], [true, []]);
  });

const TOLD_THREE_TIMES = ['incident', 'incidentEscalated', 'incidentEscalated', 'incidentEscalated'];

async function toldThreeTimes(world: World): Promise<void> {
  assert.equal(await say(world), 200);
  assert.equal((await world.last()).end, 'over');
  assert.equal(started(world).length, 1);
  assert.deepEqual(await actions(world), TOLD_THREE_TIMES);
  // A message whose answer was lost may be there twice; none is missing.
  assert.ok(pages(world).length >= 3, JSON.stringify(pages(world)));
}

/** A page alarm of Cloud Monitoring becomes an incident with a record, whatever fails and in whatever order it is told. */
export const incidentCases: readonly Case[] = [
  incident('nobody takes it', 'it is told again three times, and says how to take it', async (world) => {
    world.account.calls.length = 0;
    await toldThreeTimes(world);
    assert.equal(pages(world).length, 3);
    assert.match(pages(world)[0]!.text, new RegExp(`${started(world)[0]!.name}\\): cancel this execution`));
    assert.deepEqual([...new Set(world.account.calls)].filter((call) => OPERATIONS.includes(call as never)).sort(), [
      ...OPERATIONS,
    ]);
  }),
  incident('a person takes it', 'nothing more is told', async (world) => {
    assert.equal(await say(world), 200);
    world.host.onStep = (step) => {
      const [execution] = started(world);
      if (step === 'escalate' && pages(world).length === 1 && execution?.state === 'ACTIVE') {
        world.account.executions.cancel(execution.name);
      }
    };
    await world.time.until(world.time.sleep(6 * HOUR_MS));
    assert.equal(started(world)[0]!.state, 'CANCELLED');
    assert.equal(pages(world).length, 1);
    assert.deepEqual(await actions(world), ['incident', 'incidentEscalated']);
  }),
  incident('its alarm is over', 'the record is closed, and nobody is told again', async (world) => {
    assert.equal(await say(world), 200);
    await world.time.until(world.time.sleep(MINUTE_MS));
    assert.equal(await say(world, { state: 'closed' }), 200);
    await world.last();
    assert.deepEqual(await actions(world), ['incident', 'incidentResolved']);
    assert.equal(pages(world).length, 0);
  }),
  incident('messages out of order', 'closed comes before open, and both come twice', async (world) => {
    for (const state of ['closed', 'open', 'closed', 'open'] as const) {
      assert.equal(await say(world, { state, began: -10 }), 200);
    }
    assert.equal((await world.last()).end, 'over');
    assert.equal(started(world).length, 1);
    assert.deepEqual(await actions(world), ['incident', 'incidentResolved']);
    assert.equal(pages(world).length, 0);
  }),
  incident('messages out of order', 'a late end does not end what has begun again since', async (world) => {
    assert.equal(await say(world, { id: '0.a', began: -30 }), 200);
    assert.equal(await say(world, { id: '0.b', began: 0 }), 200);
    await world.time.until(world.time.sleep(MINUTE_MS));
    assert.equal(await say(world, { id: '0.a', began: -31, state: 'closed' }), 200);
    await world.time.until(world.time.sleep(HOUR_MS));
    assert.deepEqual(await actions(world), TOLD_THREE_TIMES);
  }),
  incident('alarms of a part fire together', 'each has a record, and they are told again as one', async (world) => {
    for (const [place, alarm] of ['endpoint-errors', 'endpoint-latency-p99'].entries()) {
      assert.equal(await say(world, { id: `0.${place}`, alarm }), 200);
      await world.time.until(world.time.sleep(MINUTE_MS));
    }
    await world.last();
    assert.deepEqual((await actions(world)).sort(), ['incident', ...TOLD_THREE_TIMES]);
    assert.equal(pages(world).length, 3);
  }),
  incident('what is no page alarm of the model', 'is no incident', async (world) => {
    assert.equal(await say(world, { alarm: 'release-paused' }), 200);
    assert.equal(await say(world, { alarm: 'nothing-of-ours' }), 200);
    assert.equal(started(world).length, 0);
  }),
  ...(['unavailable', 'lost', 'reset'] as readonly Manner[]).flatMap((manner) =>
    OPERATIONS.map((operation) =>
      incident(`each call fails once: ${manner}`, operation, async (world) => {
        world.account.fail({ operation, times: 1, manner });
        await toldThreeTimes(world);
      }),
    ),
  ),
  ...OPERATIONS.map((operation) =>
    incident('each call fails 7 times in a row', operation, async (world) => {
      world.account.fail({ operation, times: 7, manner: 'unavailable' });
      await toldThreeTimes(world);
    }),
  ),
];
