import * as fc from 'fast-check';
import { parsePlatform, parsePlatformOrThrow } from '../../src/definition/parse';
import { DefinitionError } from '../../src/kernel/problem';
import { foundation, scale } from '../support/definitions';

const problems = (input: unknown) => {
  const result = parsePlatform(input);
  return result.ok ? [] : result.problems;
};
const at = (input: unknown, path: string) => problems(input).filter((problem) => problem.path === path);

describe('defaults', () => {
  const platform = parsePlatformOrThrow(foundation());
  const model = platform.models['churn']!;

  test('are all filled and stated once', () => {
    expect(platform).toMatchObject({
      version: 1,
      currency: 'USD',
      tags: {},
      environments: [{ name: 'production', approval: 'automatic' }],
      delivery: { source: { provider: 'github', branch: 'main' }, timeout: '60m' },
      incidents: {
        runbooks: { overrides: {} },
        escalateAfter: '15m',
        postmortem: { requiredFor: ['page'], dueWithin: '5d' },
      },
      governance: { auditRetention: '2555d', approvers: [], separationOfDuties: true, acknowledge: [] },
      security: { encryption: 'customerKey', network: 'standard', modelIntegrity: true, deletionProtection: true },
    });
    expect(model).toMatchObject({
      owner: 'growth',
      risk: 'medium',
      data: { label: { delay: '0s', lateness: '7d' }, minRows: 1, onViolation: 'fail', checks: {} },
      training: { maxDuration: '2h', spot: true, seed: 0, hyperparameters: {}, split: { testPercent: 20, by: 'time' } },
      serving: { targetRequestsPerInstance: 600, capturePercent: 100, timeout: '5s', payload: 'json' },
    });
    expect(model.data.columns).toMatchObject({
      event_time: { drift: false, feature: true, maxMissingPercent: 0, unique: false, critical: false },
      plan: { drift: true, maxUnseenPercent: 1 },
    });
  });

  test('of the sections of a later stage', () => {
    const { release, monitoring, retraining, evaluation } = parsePlatformOrThrow(
      scale({
        'models.demand.release': {},
        'models.demand.monitoring.drift': {},
        'models.demand.retraining': {},
        'models.demand.evaluation.primary': undefined,
      }),
    ).models['demand']!;
    expect(release).toEqual({
      strategy: 'canary',
      steps: [
        { percent: 5, hold: '10m' },
        { percent: 25, hold: '10m' },
        { percent: 50, hold: '10m' },
      ],
      finalHold: '30m',
      analysis: {
        every: '1m',
        minRequests: 500,
        alpha: 0.05,
        maxErrorPercent: 1,
        maxErrorIncreasePercent: 0.5,
        maxLatencyIncreasePercent: 20,
        maxPredictionDrift: 0.2,
        failureLimit: 1,
        providerErrorLimit: 4,
        maxExtension: 2,
        onInconclusive: 'pause',
        pauseTimeout: '24h',
      },
      rollback: 'automatic',
      keepPrevious: 3,
      onConcurrent: 'queue',
    });
    expect(monitoring.drift).toEqual({
      schedule: { every: '1h' },
      window: '24h',
      minRows: 500,
      method: 'psi',
      warning: 0.1,
      critical: 0.2,
      bins: 10,
      predictions: true,
      reference: 'training',
      breaches: { windows: 2, of: 3 },
      maxDriftedColumnsPercent: 20,
    });
    expect(retraining).toEqual({
      on: ['quality', 'conceptDrift'],
      onDriftAlone: 'notify',
      cooldown: '7d',
      maxRuns: { count: 6, per: '30d' },
      minNewLabels: 1000,
      afterFailure: { backoff: ['1h', '4h', '24h'] },
      release: 'automatic',
    });
    expect(evaluation?.primary).toBe('mae');
  });

  test('a drift method brings its own thresholds', () => {
    const drift = parsePlatformOrThrow(scale({ 'models.demand.monitoring.drift': { method: 'kolmogorovSmirnov' } }))
      .models['demand']!.monitoring.drift!;
    expect(drift.warning).not.toBe(0.1 + 0.1);
    expect(drift.critical).toBeGreaterThan(drift.warning);
  });
});

test('zero is a value', () => {
  const platform = parsePlatformOrThrow(
    scale({
      'models.demand.serving.instances.min': 0,
      'models.demand.serving.capturePercent': 0,
      'models.demand.release.analysis.failureLimit': 0,
    }),
  );
  expect(platform.models['demand']).toMatchObject({
    serving: { instances: { min: 0 }, capturePercent: 0 },
    release: { analysis: { failureLimit: 0 } },
  });
});

test('a parsed definition is deep-frozen, and parsing it again gives the same object', () => {
  const platform = parsePlatformOrThrow(scale());
  expect(Object.isFrozen(platform.models['demand']!.data.columns['temp'])).toBe(true);
  expect(() => {
    (platform.tags as Record<string, string>)['x'] = 'y';
  }).toThrow(TypeError);
  expect(parsePlatformOrThrow(platform)).toBe(platform);
});

describe('problems', () => {
  test.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'a duration without a unit',
      { 'models.demand.monitoring.latency.p99': 250 },
      'models.demand.monitoring.latency.p99',
      /duration/,
    ],
    [
      'an unknown unit',
      { 'models.demand.monitoring.freshness': '3 hours' },
      'models.demand.monitoring.freshness',
      /duration/,
    ],
    [
      'a duration of zero where it makes no sense',
      { 'models.demand.monitoring.drift.window': '0s' },
      'models.demand.monitoring.drift.window',
      /positive/,
    ],
    [
      'a percent above 100',
      { 'models.demand.serving.capturePercent': 120 },
      'models.demand.serving.capturePercent',
      /0 to 100/,
    ],
    ['an infinite number', { 'budget.monthly': Number.POSITIVE_INFINITY }, 'budget.monthly', /finite/],
    [
      'NaN',
      { 'models.demand.evaluation.metrics.mae.max': Number.NaN },
      'models.demand.evaluation.metrics.mae.max',
      /finite/,
    ],
    ['a name in capitals', { name: 'Bikes' }, 'name', /lower-case/],
    ['a name that is too long', { name: 'a'.repeat(25) }, 'name', /24/],
    [
      'a cron line of six fields',
      { 'models.demand.retraining.schedule': { cron: '0 0 3 * * 1' } },
      'models.demand.retraining.schedule.cron',
      /five/,
    ],
    [
      'a cron line that never fires',
      { 'models.demand.retraining.schedule': { cron: '0 3 31 2 *' } },
      'models.demand.retraining.schedule.cron',
      /exists/,
    ],
    [
      'an unknown time zone',
      { 'models.demand.retraining.schedule': { cron: '0 3 * * 1', timeZone: 'Europe/Bärlin' } },
      'models.demand.retraining.schedule.timeZone',
      /IANA/,
    ],
    [
      'a location without a place',
      { 'models.demand.data.source': {} },
      'models.demand.data.source',
      /at least one of aws, google and local/,
    ],
    [
      'steps that do not rise',
      {
        'models.demand.release.steps': [
          { percent: 25, hold: '1m' },
          { percent: 25, hold: '1m' },
        ],
      },
      'models.demand.release.steps.1.percent',
      /more than the step before/,
    ],
    [
      'linear without its step',
      { 'models.demand.release.strategy': 'linear' },
      'models.demand.release.linear',
      /stepPercent/,
    ],
    [
      'a quality bound against its direction',
      { 'models.demand.monitoring.quality.metrics': { r2: { max: 0.4 } } },
      'models.demand.monitoring.quality.metrics.r2.max',
      /higher is better/,
    ],
    [
      'a custom metric without direction',
      { 'models.demand.evaluation.metrics': { 'custom.profit': { min: 1 } } },
      'models.demand.evaluation.metrics.custom.profit.direction',
      /higherIsBetter/,
    ],
    [
      'a metric without a bound',
      { 'models.demand.evaluation.metrics.rmse': {} },
      'models.demand.evaluation.metrics.rmse',
      /at least one of/,
    ],
    [
      'a slice by an unknown column',
      { 'models.demand.evaluation.slices': [{ column: 'city', metrics: { mae: { max: 1 } } }] },
      'models.demand.evaluation.slices.0.column',
      /data's columns/,
    ],
    [
      'a minimum above its maximum',
      { 'models.demand.data.columns.temp.min': 2 },
      'models.demand.data.columns.temp.min',
      /up to max/,
    ],
    [
      'labels that arrive apart without a key',
      { 'models.demand.data.key': undefined, 'models.demand.data.label.source': { local: 'labels.csv' } },
      'models.demand.data.key',
      /joined/,
    ],
    [
      'an unknown alarm kind',
      { 'incidents.runbooks.overrides': { endpointError: 'https://x.example' } },
      'incidents.runbooks.overrides.endpointError',
      /endpointErrors/,
    ],
    [
      'more breaches than windows',
      { 'models.demand.monitoring.drift.breaches': { windows: 4, of: 3 } },
      'models.demand.monitoring.drift.breaches.windows',
      /at most/,
    ],
    [
      'two environments of one name',
      { environments: [{ name: 'prod' }, { name: 'prod' }] },
      'environments.1.name',
      /once/,
    ],
    ['no model', { models: {} }, 'models', /at least one model/],
    [
      'a short reason',
      { 'governance.acknowledge': [{ finding: 'x', reason: 'fine' }] },
      'governance.acknowledge.0.reason',
      /10 characters/,
    ],
  ])('%s', (_what, changes, path, expected) => {
    const [problem, ...others] = at(scale(changes), path);
    expect(problem?.expected).toMatch(expected);
    expect(others).toEqual([]);
    expect(problem?.got).not.toBe('');
    expect(problem?.fix).not.toBe('');
  });

  test.each([
    ['models.demand.servng', {}, 'serving'],
    ['models.demand.release.analysis.minRequest', 5, 'minRequests'],
    ['delivery.source.repo', 'a/b', undefined],
    ['budgt', {}, 'budget'],
    ['models.demand.data.columns.temp.mni', 1, 'min'],
    ['models.demand.monitoring.drift.windw', '1h', 'window'],
  ])('an unknown key %s is named with a suggestion', (path, value, suggestion) => {
    const [problem] = at(scale({ [path]: value }), path);
    expect(problem?.code).toBe('unknownKey');
    expect(problem?.fix).toBe(suggestion === undefined ? 'remove it' : `did you mean ${suggestion}?`);
  });

  test('reports rules across sections beside wrong types, all at once', () => {
    const found = problems(
      scale({
        name: 7,
        'models.demand.data.minRows': -1,
        'models.demand.data.timestamp': 'when',
        'models.demand.budget': undefined,
        'incidents.contacts': [{ kind: 'email', address: 'nobody', severities: ['ticket'] }],
      }),
    );
    expect(found.map((problem) => problem.path)).toEqual([
      'incidents.contacts',
      'incidents.contacts.0.address',
      'models.demand.budget',
      'models.demand.data.minRows',
      'models.demand.data.timestamp',
      'name',
    ]);
  });

  test('throws one error that lists them', () => {
    expect(() => parsePlatformOrThrow({})).toThrow(DefinitionError);
    expect(() => parsePlatformOrThrow({})).toThrow(/name: got nothing[\s\S]*owner: got nothing/);
  });

  test('is total: any JSON is parsed or refused with problems that have a path and a fix', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        for (const problem of problems(input)) {
          expect(typeof problem.path).toBe('string');
          expect(problem.expected.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('is total on a damaged definition', () => {
    const paths = [
      'name',
      'models.demand.data',
      'models.demand.data.columns',
      'models.demand.release.steps',
      'models.demand.evaluation.metrics',
      'incidents.contacts',
      'environments',
      'models',
      'models.demand.monitoring.quality.slices',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        expect(Array.isArray(problems(scale({ [path]: value })))).toBe(true);
      }),
    );
  });
});

describe('names that JavaScript gives every object', () => {
  test.each([
    ['models.churn.data.timestamp', 'toString'],
    ['models.churn.data.label.column', 'constructor'],
  ])('%s: %s is no column', (path, name) => {
    expect(at(foundation({ [path]: name }), path)).toMatchObject([{ code: 'noSuchColumn' }]);
  });

  test('are no metric', () => {
    const path = 'models.demand.evaluation.primary';
    expect(at(scale({ [path]: 'valueOf' }), path)).toMatchObject([{ code: 'unknownPrimary' }]);
  });

  test('__proto__ is refused wherever it stands, instead of being dropped', () => {
    const columns: unknown = JSON.parse(
      '{"event_time": {"type": "timestamp"}, "churned": {"type": "boolean"}, "__proto__": {"type": "number"}}',
    );
    expect(problems(foundation({ 'models.churn.data.columns': columns })).map(({ path }) => path)).toContain(
      'models.churn.data.columns.__proto__',
    );
  });
});

test('a code that no currency has is refused', () => {
  expect(at(foundation({ currency: 'ABC' }), 'currency')).toHaveLength(1);
  expect(at(foundation({ currency: 'CHF' }), 'currency')).toEqual([]);
});

test('a bound on one half of breaches is judged with the default of the other', () => {
  const drift = 'models.demand.monitoring.drift';
  expect(at(scale({ [`${drift}.breaches`]: { windows: 4 } }), `${drift}.breaches.windows`)).toHaveLength(1);
  expect(at(scale({ [`${drift}.breaches`]: { of: 1 } }), `${drift}.breaches.windows`)).toHaveLength(1);
  expect(problems(scale({ [`${drift}.breaches`]: { windows: 4, of: 5 } }))).toEqual([]);
});

describe('a custom metric', () => {
  const M = 'models.demand';
  const gate = { 'custom.profit': { direction: 'higherIsBetter', min: 1 }, mae: { max: 60 } };

  test('is bounded in its own direction on matured labels too', () => {
    const input = scale({
      [`${M}.evaluation.metrics`]: gate,
      [`${M}.monitoring.quality.metrics`]: { 'custom.profit': { max: 5 } },
    });
    expect(problems(input).map(({ path, code }) => [path, code])).toEqual([
      [`${M}.monitoring.quality.metrics.custom.profit.max`, 'againstDirection'],
    ]);
  });

  test('needs to say its direction once, not in every slice', () => {
    const slices = [{ column: 'workingday', metrics: { 'custom.profit': { min: 0 } } }];
    const input = scale({ [`${M}.evaluation.metrics`]: gate, [`${M}.evaluation.slices`]: slices });
    expect(parsePlatformOrThrow(input).models['demand']?.evaluation?.slices[0]?.metrics['custom.profit']).toEqual({
      direction: 'higherIsBetter',
      min: 0,
    });
  });
});

test('a key of another form says so, instead of suggesting itself', () => {
  const path = 'models.demand.monitoring.drift.schedule';
  const [problem] = at(scale({ [path]: { every: '1h', cron: '0 * * * *' } }), `${path}.cron`);
  expect(problem).toMatchObject({ code: 'unknownKey', fix: expect.stringContaining('remove cron') });
});

test('severities that cannot be read are one problem, not two', () => {
  const contacts = [{ kind: 'email', address: 'a@b.example', severities: ['pages'] }];
  expect(problems(foundation({ 'incidents.contacts': contacts })).map(({ path }) => path)).toEqual([
    'incidents.contacts.0.severities.0',
  ]);
});

describe('what to do', () => {
  const M = 'models.demand';
  test.each<[string, unknown, string]>([
    [`${M}.monitoring.latency.p99`, 300, 'add the unit, such as "300s"'],
    [`${M}.training.maxDuration`, '60', 'add the unit, such as "60s"'],
    ['name', 'Bike_Share', 'rename it, for instance to bike-share'],
    [`${M}.monitoring.errors.maxPercent`, '5%', 'write 5, without quotes and sign'],
    [`${M}.training.seed`, '7', 'write 7, without quotes and sign'],
    [`${M}.retraining`, null, 'fill it in, or remove the key'],
  ])('about %s: %j', (path, value, fix) => {
    expect(at(scale({ [path]: value }), path)).toMatchObject([{ fix }]);
  });
});

test('a duration is exact, and a linear release has no hundreds of steps', () => {
  const duration = 'models.demand.training.maxDuration';
  expect(at(scale({ [duration]: '99999999999999999999d' }), duration)).toHaveLength(1);
  const linear = 'models.demand.release.linear';
  expect(at(scale({ [linear]: { stepPercent: 0.01, hold: '1m' } }), `${linear}.stepPercent`)).toHaveLength(1);
});
