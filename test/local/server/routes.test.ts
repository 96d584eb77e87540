import { type LocalServer, startServer } from '../../../src/local/server';
import { FakeView } from './support/fake-view';
import { ask } from './support/http';

describe('what the server shows', () => {
  const view = new FakeView();
  let server: LocalServer;
  beforeAll(async () => {
    server = await startServer({ view, port: 0 });
  });
  afterAll(() => server.close());

  const get = async (path: string): Promise<unknown> => {
    const { status, headers, json } = await ask(server, path);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('application/json');
    return json;
  };

  it('answers pings', async () => {
    expect(await get('/ping')).toEqual({});
  });

  it('lists its routes', async () => {
    const { routes } = (await get('/')) as { routes: { method: string; path: string; describe: string }[] };
    expect(routes).toHaveLength(18);
    expect(routes).toContainEqual({ method: 'GET', path: '/', describe: 'this list' });
    expect(routes.filter(({ method }) => method === 'POST').map(({ path }) => path)).toEqual([
      '/api/models/:model/versions/:version/decision',
      '/models/:model/invocations',
    ]);
    for (const { describe } of routes) expect(describe).not.toBe('');
  });

  it('shows the platform and its models', async () => {
    expect(await get('/api/state')).toEqual(JSON.parse(JSON.stringify(view.state())));
    expect(await get('/api/models')).toEqual({ models: ['line', 'churn'] });
    expect(await get('/api/models/line')).toMatchObject({
      name: 'line',
      champion: 7,
      live: { 7: 75, 8: 25 },
      requests: 42,
    });
    expect(await get('/api/models/churn')).toMatchObject({ name: 'churn', champion: null, drift: null });
  });

  it('shows runs, versions and months of a model', async () => {
    expect(await get('/api/models/line/runs')).toMatchObject({
      runs: [{ name: 'initial of line', outcome: 'succeeded' }],
    });
    expect(await get('/api/models/churn/versions')).toMatchObject({ versions: [{ gate: 'passed for churn' }] });
    expect(await get('/api/models/churn/months')).toEqual({ months: [] });
  });

  it('shows what happened, of all models or of one', async () => {
    expect(await get('/api/alarms')).toMatchObject({ alarms: [{ model: 'line' }, { model: 'churn' }] });
    expect(await get('/api/alarms?model=churn')).toMatchObject({ alarms: [{ model: 'churn' }] });
    expect(await get('/api/decisions?model=churn')).toMatchObject({
      decisions: [{ model: 'churn', action: 'retrain' }],
    });
    expect(await get('/api/notifications')).toMatchObject({ notifications: [{ severity: 'page', runbook: null }] });
  });

  it('shows the ledger by sequence', async () => {
    expect(await get('/api/ledger')).toEqual({ records: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }] });
    expect(await get('/api/ledger?from=2&limit=1')).toEqual({ records: [{ sequence: 2 }] });
  });

  it('shows plan and findings', async () => {
    expect(await get('/api/plan')).toEqual({ plan: { format: 1 } });
    expect(await get('/api/findings')).toEqual({ findings: [] });
  });

  it('asks for the metrics that are wanted', async () => {
    view.queries.length = 0;
    const found = await get(
      '/api/models/line/metrics?name=Quality&from=2024-02-01&to=2024-02-01T12:00:00%2B01:00&limit=5',
    );
    expect(found).toMatchObject({ points: [{ name: 'Quality', value: 1.5, dimensions: { Metric: 'mae' } }] });
    await get('/api/models/line/metrics');
    const from = Date.UTC(2024, 1, 1) / 1000;
    expect(view.queries).toEqual([
      { model: 'line', name: 'Quality', from, to: from + 11 * 3600, limit: 5 },
      { model: 'line', limit: 1000 },
    ]);
  });

  it('takes HEAD for GET', async () => {
    for (const path of ['/ping', '/api/events']) {
      expect(await ask(server, path, { method: 'HEAD' })).toMatchObject({ status: 200, json: null });
    }
    expect(server.listeners).toBe(0);
  });

  describe('and what it refuses', () => {
    const refused = async (path: string, method = 'GET') => {
      const { status, headers, json } = await ask(server, path, { method });
      expect(headers['content-type']).toBe('application/json');
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(Object.keys(json)).toEqual(['error']);
      const { error } = json as { error: Record<string, string> };
      expect(Object.keys(error)).toEqual(['code', 'path', 'got', 'expected', 'fix']);
      return { status, allow: headers['allow'], ...error };
    };

    it.each([
      ['/api/models/lien', 'did you mean line?'],
      ['/api/models/lien/runs', 'did you mean line?'],
      ['/api/alarms?model=chrun', 'did you mean churn?'],
      ['/api/models/something-else', 'name a model of the definition'],
    ])('a model that is not there: %s', async (path, fix) => {
      expect(await refused(path)).toMatchObject({
        status: 404,
        code: 'unknownModel',
        expected: 'one of line, churn',
        fix,
      });
    });

    it.each([
      ['/api/stat', 'did you mean /api/state?'],
      ['/api/models/line/run', 'did you mean /api/models/line/runs?'],
      ['/nowhere-at-all/and/then/some', 'ask GET / for the routes'],
    ])('a route that is not there: %s', async (path, fix) => {
      expect(await refused(path)).toMatchObject({ status: 404, code: 'unknownRoute', path, fix });
    });

    it.each([
      ['POST', '/api/state', 'GET'],
      ['OPTIONS', '/api/state', 'GET'],
      ['GET', '/models/line/invocations', 'POST'],
      ['DELETE', '/ping', 'GET'],
    ])('a method that a route does not take: %s %s', async (method, path, allow) => {
      const status = 405;
      expect(await refused(path, method)).toMatchObject({ status, code: 'methodNotAllowed', got: method, allow });
    });

    it.each([
      ['/api/ledger?from=0', 'from'],
      ['/api/ledger?from=-1', 'from'],
      ['/api/ledger?limit=10001', 'limit'],
      ['/api/ledger?limit=1e3', 'limit'],
      ['/api/ledger?limit=', 'limit'],
      ['/api/ledger?until=3', 'until'],
      ['/api/state?verbose=1', 'verbose'],
      ['/api/events?since=1', 'since'],
      ['/api/ledger?from=1&from=2', 'from'],
      ['/api/models/line/metrics?from=yesterday', 'from'],
      ['/api/models/line/metrics?to=2024-02-01T12:00:00', 'to'],
      ['/api/models/line/metrics?to=2024-13-01', 'to'],
    ])('a query that cannot be read: %s', async (path, name) => {
      expect(await refused(path)).toMatchObject({ status: 400, code: 'badQuery', path: name });
    });

    it('to hide its own mistakes, which stop nothing', async () => {
      const broken = view.notifications;
      view.notifications = () => Promise.reject(new Error('the disk is gone'));
      expect(await refused('/api/notifications')).toMatchObject({
        status: 500,
        code: 'internalError',
        path: '/api/notifications',
        got: '"the disk is gone"',
      });
      view.notifications = broken;
      expect(await get('/ping')).toEqual({});
    });
  });
});
