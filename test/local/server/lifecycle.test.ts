import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { OperationError } from '../../../src/kernel/problem';
import { type LocalServer, startServer } from '../../../src/local/server';
import { until } from '../support/gateway-world';
import { FakeView, line } from './support/fake-view';
import { ask, EventClient, post } from './support/http';

const failure = async (started: Promise<LocalServer>): Promise<OperationError> => {
  try {
    await (await started).close();
  } catch (error) {
    return error as OperationError;
  }
  throw new Error('it has started');
};

describe('the server as a process sees it', () => {
  it('takes a free port, and says which', async () => {
    const [one, other] = [
      await startServer({ view: new FakeView(), port: 0 }),
      await startServer({ view: new FakeView(), port: 0 }),
    ];
    expect(one.port).not.toBe(other.port);
    expect(one.url).toBe(`http://127.0.0.1:${one.port}`);
    expect((await ask(other, '/ping')).status).toBe(200);
    await Promise.all([one.close(), other.close()]);
  });

  it('says which port is in use, and listens to no events then', async () => {
    const taken = createServer();
    await new Promise<void>((resume) => taken.listen(0, '127.0.0.1', resume));
    const { port } = taken.address() as { port: number };
    const view = new FakeView();
    const error = await failure(startServer({ view, port }));
    expect(error).toBeInstanceOf(OperationError);
    expect(error.problems).toEqual([
      {
        code: 'portInUse',
        path: `127.0.0.1:${port}`,
        got: 'a port that another program listens on',
        expected: 'a free port',
        fix: 'name another port, or 0 for a free one',
      },
    ]);
    expect(view.listeners.size).toBe(0);
    await new Promise((resume) => taken.close(resume));
    const server = await startServer({ view, port });
    expect(server.port).toBe(port);
    expect(view.listeners.size).toBe(1);
    await server.close();
    expect(view.listeners.size).toBe(0);
  });

  it.each([70_000, -1, 1.5])('does not take %p for a port', async (port) => {
    const error = await failure(startServer({ view: new FakeView(), port }));
    expect(error.problems).toMatchObject([{ code: 'badPort', got: String(port) }]);
  });

  it('ends streams of events when it closes, of clients that read and of those that do not', async () => {
    const view = new FakeView();
    const server = await startServer({ view, port: 0 });
    const [reads, deaf] = [(await EventClient.open(server)).read(), await EventClient.open(server)];
    await until(() => server.listeners === 2);
    for (let i = 0; i < 300; i++) view.emit(line('x'.repeat(100_000)));
    await until(() => reads.events.length === 300);
    await server.close();
    expect(server.listeners).toBe(0);
    deaf.read();
    await until(() => reads.ended && deaf.ended);
    expect(view.listeners.size).toBe(0);
    await expect(ask(server, '/ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  }, 30_000);

  it('answers what it was asked before it closes, and closes once', async () => {
    const view = new FakeView();
    let answer: (predictions: number[]) => void = () => undefined;
    view.answers = () =>
      new Promise((resolve) => {
        answer = (predictions) => resolve({ predictions, version: 1 });
      });
    const server = await startServer({ view, port: 0 });
    const asked = post(server, 'line', { instances: [{ x: 1 }] });
    await until(() => view.asked.length === 1);
    let closed = 0;
    const closing = [server.close(), server.close()].map((one) => one.then(() => closed++));
    await expect(ask(server, '/ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(closed).toBe(0);
    answer([42]);
    expect(await asked).toMatchObject({ status: 200, json: { predictions: [42] } });
    await Promise.all(closing);
  });

  it('does not wait for connections on which nothing is asked', async () => {
    const server = await startServer({ view: new FakeView(), port: 0 });
    const silent = connect(server.port, '127.0.0.1');
    await new Promise((resume) => silent.once('connect', resume));
    const gone = new Promise((resume) => silent.once('close', resume));
    const agent = new Agent({ keepAlive: true });
    await new Promise((resume) =>
      request({ host: '127.0.0.1', port: server.port, path: '/ping', agent }, (response) =>
        response.resume().once('end', resume),
      ).end(),
    );
    await server.close();
    await gone;
    agent.destroy();
  });

  it('keeps no process alive once it is closed', async () => {
    const script = `
      const { startServer } = require('./src/local/server');
      const { FakeView, line } = require('./test/local/server/support/fake-view');
      const { ask, EventClient } = require('./test/local/server/support/http');
      (async () => {
        const view = new FakeView();
        const server = await startServer({ view, port: 0 });
        await ask(server, '/ping');
        (await EventClient.open(server)).read();
        view.emit({ kind: 'replay', at: 0, from: 0, to: 1, requests: 1 }, line('a'));
        await server.close();
        process.stdout.write('closed');
      })();`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { cwd: join(__dirname, '../../..') });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
      });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ text, code }).toEqual({ text: 'closed', code: 0 });
  }, 30_000);
});
