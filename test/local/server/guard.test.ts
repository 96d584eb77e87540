import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type LocalServer, startServer } from '../../../src/local/server';
import { FakeView } from './support/fake-view';
import { ask, post } from './support/http';

describe('the server on the loopback interface', () => {
  const view = new FakeView();
  let server: LocalServer;
  beforeAll(async () => {
    server = await startServer({ view, port: 0 });
  });
  afterAll(() => server.close());

  it('is reached by the names of this machine', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LocalHost', '[::1]']) {
      expect((await ask(server, '/ping', { headers: { host: `${name}:${server.port}` } })).status).toBe(200);
    }
  });

  it.each([
    ['another name', () => `evil.example:${server.port}`],
    ['another port', () => `127.0.0.1:${server.port === 1234 ? 1235 : 1234}`],
    ['no port', () => 'localhost'],
    ['a name that begins like ours', () => `localhost.evil.example:${server.port}`],
    ['a name that ends like ours', () => `evil-localhost:${server.port}`],
  ])('refuses %s in Host, for every route', async (_, host) => {
    for (const path of ['/ping', '/api/state', '/api/events', '/nowhere']) {
      const { status, json } = await ask(server, path, { headers: { host: host() } });
      expect(status).toBe(403);
      expect(json).toMatchObject({ error: { code: 'foreignHost', path: 'host' } });
    }
    const invoked = await post(server, 'line', { instances: [{ x: 1 }] }, { host: host() });
    expect(invoked.status).toBe(403);
    expect(view.asked).toEqual([]);
  });

  it('refuses a request without a Host, and one that cannot be read', async () => {
    const answer = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let found = '';
        const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
        socket.on('data', (chunk) => {
          found += chunk;
        });
        socket.on('close', () => resolve(found)).on('error', reject);
      });
    expect(await answer('GET /api/state HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 .*foreignHost/s);
    const unreadable = await answer('GET /api/state HTTP/1.1\r\nHost: a b@c\r\nConnection: close\r\n\r\n');
    expect(unreadable).toMatch(/^HTTP\/1\.1 40[03] .*"code":"(malformedRequest|foreignHost)"/s);
  });

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'https://localhost'])(
    'refuses a page of the origin %s',
    async (origin) => {
      const state = await ask(server, '/api/state', { headers: { origin } });
      expect(state).toMatchObject({ status: 403, json: { error: { code: 'foreignOrigin', path: 'origin' } } });
      expect(state.headers['access-control-allow-origin']).toBeUndefined();
      expect((await post(server, 'line', { instances: [{ x: 1 }] }, { origin })).status).toBe(403);
      const preflight = { origin, 'access-control-request-method': 'POST' };
      const { status, headers } = await ask(server, '/models/line/invocations', {
        method: 'OPTIONS',
        headers: preflight,
      });
      expect(status).toBe(403);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(view.asked).toEqual([]);
    },
  );

  it('takes requests of a page that it has served', async () => {
    for (const name of ['127.0.0.1', 'localhost']) {
      const origin = `http://${name}:${server.port}`;
      expect((await ask(server, '/api/state', { headers: { origin } })).status).toBe(200);
    }
  });

  it('is reached by no other address of this machine', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address);
    for (const host of ['127.0.0.2', ...others]) {
      const code = await new Promise((resolve) => {
        const sent = request({ host, port: server.port, path: '/ping', timeout: 2000 }, () => resolve('answered'));
        sent.on('timeout', () => sent.destroy(Object.assign(new Error(), { code: 'timeout' })));
        sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        sent.end();
      });
      expect(code).not.toBe('answered');
    }
  });
});
