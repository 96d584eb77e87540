import { request } from 'node:http';
import { answerThrough, type LocalServer, startServer } from '../../../src/local/server';
import { MemoryStateStore } from '../../../src/runtime/adapters/memory/memory-state-store';
import { deployment, gatewayOf } from '../support/gateway-world';
import { FakeView } from './support/fake-view';
import { type Answered, ask, post } from './support/http';

const MIB = 1024 * 1024;

describe('requests to a model', () => {
  let view: FakeView;
  let server: LocalServer;
  beforeEach(async () => {
    view = new FakeView();
    server = await startServer({ view, port: 0 });
  });
  afterEach(() => server.close());

  const refused = ({ status, json }: Answered): Record<string, unknown> => ({
    status,
    ...(json as { error: Record<string, string> }).error,
  });

  it('are answered by one version, all rows of one request', async () => {
    const { status, headers, json } = await post(server, 'line', { instances: [{ x: 1 }, { x: 2.5 }] });
    expect({ status, json }).toEqual({ status: 200, json: { predictions: [2, 5] } });
    expect(headers).toMatchObject({ 'x-mlp-version': '7', 'content-type': 'application/json' });
    expect(view.asked).toEqual([{ model: 'line', instances: [{ x: 1 }, { x: 2.5 }], key: undefined }]);
  });

  it('say by a key which arm they want to stay at', async () => {
    await post(
      server,
      'churn',
      { instances: [{ x: 1 }] },
      { 'x-mlp-key': 'customer 12', 'Content-Type': 'application/json; charset=utf-8' },
    );
    expect(view.asked).toEqual([{ model: 'churn', instances: [{ x: 1 }], key: 'customer 12' }]);
  });

  it('keep characters of all languages', async () => {
    view.answers = async (instances) => ({ predictions: instances.map(({ name }) => name ?? null), version: 1 });
    const { json } = await post(server, 'line', { instances: [{ name: 'Ærø – 東京' }] });
    expect(json).toEqual({ predictions: ['Ærø – 東京'] });
  });

  it.each([
    ['', 'malformedJson', '', 'nothing'],
    ['{"instances": [', 'malformedJson', '', '"{\\"instances\\": ["'],
    ['[{"x": 1}]', 'malformedBody', '', '[{"x":1}]'],
    ['{"rows": []}', 'unknownKey', 'rows', '"rows"'],
    ['{}', 'malformedBody', 'instances', 'nothing'],
    ['{"instances": {"x": 1}}', 'malformedBody', 'instances', '{"x":1}'],
    ['{"instances": []}', 'malformedBody', 'instances', 'no rows'],
    ['{"instances": [{"x": 1}, 3]}', 'malformedBody', 'instances.1', '3'],
    ['{"instances": [null]}', 'malformedBody', 'instances.0', 'null'],
  ])('that are malformed are refused: %s', async (body, code, path, got) => {
    const found = refused(await post(server, 'line', body));
    expect(found).toMatchObject({ status: 400, code, path });
    expect(found['got']).toContain(got);
    expect(view.asked).toEqual([]);
  });

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['']])('of type %p are refused', async (type) => {
    const found = refused(await post(server, 'line', { instances: [{ x: 1 }] }, { 'content-type': type }));
    expect(found).toMatchObject({ status: 415, code: 'unsupportedMediaType', path: 'content-type' });
    expect(view.asked).toEqual([]);
  });

  it('may have 6 MiB and no more', async () => {
    const body = (bytes: number): string => `{"instances":[{"x":1,"text":"${'a'.repeat(bytes - 33)}"}]}`;
    expect(Buffer.byteLength(body(6 * MIB))).toBe(6 * MIB);
    expect(await post(server, 'line', body(6 * MIB))).toMatchObject({ status: 200, json: { predictions: [2] } });
    expect(refused(await post(server, 'line', body(6 * MIB + 1)))).toMatchObject({ status: 413, code: 'bodyTooLarge' });
    expect(view.asked).toHaveLength(1);
  });

  it('that do not say how long they are are cut off when they are too long', async () => {
    const answered = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: server.port,
          method: 'POST',
          path: '/models/line/invocations',
          headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      sent.on('error', reject);
      for (let i = 0; i < 7; i++) sent.write(Buffer.alloc(MIB, 'a'));
      sent.end();
    });
    expect(answered.status).toBe(413);
    expect(JSON.parse(answered.text)).toMatchObject({ error: { code: 'bodyTooLarge' } });
  });

  it('to a model that is not there are told what is', async () => {
    const found = refused(await post(server, 'lines', { instances: [{ x: 1 }] }));
    expect(found).toMatchObject({ status: 404, code: 'unknownModel', fix: 'did you mean line?' });
  });

  it('are told when nothing serves yet, and when the server of a version has failed', async () => {
    view.answers = async () => ({
      error: { code: 'nothingServes', text: 'no version has live traffic', version: null },
    });
    expect(refused(await post(server, 'line', { instances: [{ x: 1 }] }))).toMatchObject({
      status: 503,
      code: 'nothingServes',
      path: 'models.line',
    });
    view.answers = async () => ({ error: { code: 'invocationFailed', text: 'version 8: status 500', version: 8 } });
    const failed = await post(server, 'line', { instances: [{ x: 1 }] });
    expect(refused(failed)).toMatchObject({ status: 502, code: 'invocationFailed', got: 'version 8: status 500' });
    expect(failed.headers['x-mlp-version']).toBe('8');
  });

  it('go through a gateway', async () => {
    const { target } = await gatewayOf(new MemoryStateStore(), async ({ version }) => ({
      invoke: async (instances) =>
        instances.some(({ x }) => x === 0)
          ? { predictions: null, latencyMs: 1, error: 'status 500' }
          : { predictions: instances.map(({ x }) => version * Number(x)), latencyMs: 1, error: null },
      stop: async () => undefined,
    }));
    view.answers = (instances) => answerThrough(target, { at: 0, instances, watch: Number });
    expect((await post(server, 'line', { instances: [{ x: 2 }] })).status).toBe(503);
    await target.deploy(deployment(3, true));
    const answered = await post(server, 'line', { instances: [{ x: 2 }] });
    expect(answered).toMatchObject({ status: 200, json: { predictions: [6] }, headers: { 'x-mlp-version': '3' } });
    expect(await post(server, 'line', { instances: [{ x: 0 }] })).toMatchObject({
      status: 502,
      json: { error: { code: 'invocationFailed', got: 'version 3: status 500' } },
    });
  });

  it('that a client breaks off stop nothing', async () => {
    const sent = request({
      host: '127.0.0.1',
      port: server.port,
      method: 'POST',
      path: '/models/line/invocations',
      headers: { 'content-type': 'application/json', 'content-length': 1000 },
    });
    const gone = new Promise((resume) => sent.once('error', resume));
    await new Promise<void>((resume) => sent.write('{"instances": [', () => resume()));
    sent.destroy(new Error('gone'));
    await gone;
    expect((await post(server, 'line', { instances: [{ x: 1 }] })).status).toBe(200);
    expect((await ask(server, '/ping')).status).toBe(200);
    expect(view.asked).toHaveLength(1);
  });
});
