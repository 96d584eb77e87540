import type { LocalEvent } from '../../../src/local/report/progress-events';
import { type LocalServer, startServer } from '../../../src/local/server';
import { until } from '../support/gateway-world';
import { FakeView, line } from './support/fake-view';
import { EventClient } from './support/http';

const AT = Date.UTC(2024, 1, 1) / 1000;

describe('the stream of events', () => {
  let view: FakeView;
  let server: LocalServer;
  const clients: EventClient[] = [];

  const serve = async (options: { keepEvents?: number; heartbeatMs?: number } = {}): Promise<void> => {
    view = new FakeView();
    server = await startServer({ view, port: 0, ...options });
  };
  const listen = async (lastId?: string): Promise<EventClient> => {
    const client = (await EventClient.open(server, lastId)).read();
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) client.leave();
    await server.close();
  });

  it('tells what happens from now on, each event with its kind and an id, and times in ISO 8601', async () => {
    await serve();
    view.emit(line('before'));
    const client = await listen();
    expect(client.response.headers['content-type']).toBe('text/event-stream');
    await until(() => server.listeners === 1);
    const alarm: LocalEvent = {
      kind: 'alarm',
      model: 'line',
      id: 'quality',
      alarmKind: 'qualityDecay',
      value: 9,
      severity: 'page',
      firing: true,
      at: AT,
      text: 'two\nlines',
    };
    view.emit(line('after'), alarm, { kind: 'replay', at: AT, from: AT, to: AT + 60, requests: 3 });
    await until(() => client.events.length === 3);
    const at = '2024-02-01T00:00:00.000Z';
    expect(client.events.map(({ event, data }) => ({ event, data }))).toEqual([
      { event: 'line', data: { model: 'line', text: 'after' } },
      {
        event: 'alarm',
        data: {
          model: 'line',
          id: 'quality',
          alarmKind: 'qualityDecay',
          value: 9,
          severity: 'page',
          firing: true,
          at,
          text: 'two\nlines',
        },
      },
      { event: 'replay', data: { at, from: at, to: '2024-02-01T00:01:00.000Z', requests: 3 } },
    ]);
    expect(new Set(client.events.map(({ id }) => id)).size).toBe(3);
  });

  it('goes on after the event that a client got last', async () => {
    await serve();
    const first = await listen();
    await until(() => server.listeners === 1);
    view.emit(line('1'), line('2'));
    await until(() => first.events.length === 2);
    first.leave();
    await until(() => server.listeners === 0);
    view.emit(line('3'), line('4'));
    const again = await listen(first.events[1]!.id);
    await until(() => again.events.length === 2);
    view.emit(line('5'));
    await until(() => again.events.length === 3);
    const texts = again.events.map(({ event, data }) => [event, (data as { text: string }).text]);
    expect(texts).toEqual(['3', '4', '5'].map((text) => ['line', text]));
  });

  it('says how many events were forgotten meanwhile', async () => {
    await serve({ keepEvents: 3 });
    const first = await listen();
    await until(() => server.listeners === 1);
    view.emit(line('1'));
    await until(() => first.events.length === 1);
    first.leave();
    await until(() => server.listeners === 0);
    view.emit(...['2', '3', '4', '5', '6'].map(line));
    const again = await listen(first.events[0]!.id);
    await until(() => again.events.length === 4);
    expect(again.events.map(({ event, data }) => [event, data])).toEqual([
      ['gap', { missed: 2 }],
      ...['4', '5', '6'].map((text) => ['line', { model: 'line', text }]),
    ]);
  });

  it.each(['another-1', 'nonsense', '-', 'x'.repeat(500)])(
    'begins anew after an id of another server: %s',
    async (lastId) => {
      await serve();
      view.emit(line('1'));
      const client = await listen(lastId);
      await until(() => client.events.length === 2);
      expect(client.events.map(({ event, data }) => [event, data])).toEqual([
        ['gap', { missed: null }],
        ['line', { model: 'line', text: '1' }],
      ]);
    },
  );

  it('keeps the newest of what replaces what was before', async () => {
    await serve();
    const client = await listen();
    await until(() => server.listeners === 1);
    for (let i = 1; i <= 5000; i++) view.emit({ kind: 'replay', at: AT + i, from: AT, to: AT + 5000, requests: i });
    view.emit(line('over'));
    const last = (): unknown => client.events.filter(({ event }) => event === 'replay').at(-1)?.data;
    await until(() => (last() as { requests?: number } | undefined)?.requests === 5000);
    expect(client.events.length).toBeLessThan(10);
  });

  it('says from time to time that it is there', async () => {
    await serve({ heartbeatMs: 20 });
    const client = await listen();
    await until(() => client.messages.filter(({ comment }) => comment === 'heartbeat').length >= 2);
    expect(client.events).toEqual([]);
    expect(client.ended).toBe(false);
  });

  it('forgets a client that has gone', async () => {
    await serve();
    const [one, other] = [await listen(), await listen()];
    await until(() => server.listeners === 2);
    one.leave();
    await until(() => server.listeners === 1);
    view.emit(line('still there'));
    await until(() => other.events.length === 1);
  });

  it('drops a client that does not read, and not the others', async () => {
    await serve({ keepEvents: 50 });
    const deaf = await EventClient.open(server);
    clients.push(deaf);
    const attentive = await listen();
    await until(() => server.listeners === 2);
    const text = 'x'.repeat(100_000);
    let emitted = 0;
    // Until the buffers between the two are full and the ring has gone round.
    while (server.listeners === 2) {
      view.emit(line(text));
      emitted += 1;
      await until(() => attentive.events.length === emitted);
    }
    expect(server.listeners).toBe(1);
    view.emit(line('still there'));
    await until(() => attentive.events.length === emitted + 1);
    deaf.read();
    await until(() => deaf.ended);
    expect(deaf.events.length).toBeLessThan(emitted);
  }, 30_000);

  it('drops a client that takes nothing from one heartbeat to the next', async () => {
    await serve({ heartbeatMs: 50 });
    const deaf = await EventClient.open(server);
    clients.push(deaf);
    await until(() => server.listeners === 1);
    // Fewer events than the ring has, and more than the buffers take.
    for (let i = 0; i < 300; i++) view.emit(line('x'.repeat(100_000)));
    await until(() => server.listeners === 0);
    deaf.read();
    await until(() => deaf.ended);
  }, 30_000);
});
