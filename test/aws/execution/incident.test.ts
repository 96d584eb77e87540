import { verifyChain } from '../../../src/runtime/core/ledger';
import { type Controller, controllerOf, ReleaseWorld } from './release-world';

let controller: Controller;
beforeAll(() => {
  controller = controllerOf({ strategy: 'allAtOnce' });
});

let world: ReleaseWorld;
beforeEach(() => {
  world = new ReleaseWorld(controller);
});
afterEach(() => world.close());

const pages = () => world.account.published.filter(({ topic }) => /page/i.test(topic));
const items = () => [...world.account.opsCenter.items.values()];
const actions = async () => {
  const records = await world.ports.ledger.read(1);
  expect(verifyChain(records).ok).toBe(true);
  return (records as unknown as readonly { readonly action: string }[]).map(({ action }) => action);
};

describe('an incident of a page alarm', () => {
  it('that nobody takes is told again three times, and stays open', async () => {
    const { end } = await world.time.until(world.incident('event-1'));
    expect(end).toBe('over');
    expect(items()).toMatchObject([{ status: 'Open', Severity: '1' }]);
    expect(pages()).toHaveLength(3);
    expect(pages()[0]!.text).toContain('Runbook: https://runbooks.example.com/errors');
    expect(await actions()).toEqual(['incident', 'incidentEscalated', 'incidentEscalated', 'incidentEscalated']);
  });

  it('that a person takes is not told again', async () => {
    const running = world.incident('event-1', {
      onState: (state) => {
        if (state === 'escalate' && pages().length === 1) items()[0]!.status = 'InProgress';
      },
    });
    expect((await world.time.until(running)).end).toBe('over');
    expect(pages()).toHaveLength(1);
    expect(await actions()).toEqual(['incident', 'incidentEscalated']);
  });

  it('whose alarm fires again meanwhile is the same one', async () => {
    const [first, second] = await world.time.until(Promise.all([world.incident('event-1'), world.incident('event-2')]));
    expect([first.end, second.end]).toEqual(['over', 'over']);
    expect(first.path.length + second.path.length).toBeGreaterThan(4);
    expect(items()).toHaveLength(1);
    expect(pages()).toHaveLength(3);
    expect((await actions()).filter((one) => one === 'incident')).toHaveLength(1);
  });

  it('is told in the next round when it could not be told in one', async () => {
    const { end } = await world.time.until(world.incident('event-1', { operations: { 'SNS.Publish': 4 } }));
    expect(end).toBe('over');
    expect(pages()).toHaveLength(3);
  });

  it.each(['DynamoDB.PutItem', 'S3.PutObject', 'SSM.CreateOpsItem', 'SSM.GetOpsItem'])(
    'is recorded once, though %s fails once',
    async (operation) => {
      await world.time.until(world.incident('event-1', { operations: { [operation]: 1 } }));
      expect(items()).toHaveLength(1);
      expect((await actions()).filter((one) => one === 'incident')).toHaveLength(1);
      expect(pages()).toHaveLength(3);
    },
  );

  it('that cannot be recorded is a failed execution, after the alarm itself has told people', async () => {
    const { end, succeeded } = await world.time.until(
      world.incident('event-1', { states: { record: Number.POSITIVE_INFINITY } }),
    );
    expect([end, succeeded]).toEqual(['notRecorded', false]);
    expect(await actions()).toEqual([]);
  });
});
