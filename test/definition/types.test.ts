import type { ModelInput, PlatformInput } from '../../src';
import { definePlatform } from '../../src';

/** Checked by tsc (`npm run types`): each expected error must be there, or the types have become weaker. */
const base = {
  name: 'typed-app',
  owner: 'team',
  delivery: { source: { repository: 'a/b' }, build: { commands: ['x'] }, test: { commands: ['x'] } },
  incidents: { contacts: [{ kind: 'email', address: 'a@b.example', severities: ['page'] }] },
} as const satisfies Partial<PlatformInput>;

const model = {
  task: 'regression',
  data: {
    source: { local: 'x.csv' },
    format: 'csv',
    key: 'id',
    timestamp: 't',
    label: { column: 'y' },
    columns: { id: { type: 'string', feature: false }, t: { type: 'timestamp' }, y: { type: 'number' } },
  },
  training: { image: { build: 'trainer' }, compute: 'small' },
  serving: { image: { build: 'server' }, compute: 'small', instances: { min: 1, max: 1 } },
  evaluation: { metrics: { mae: { max: 1, vsChampion: {} } } },
  release: { steps: [{ percent: 10, hold: '10m' }] },
  monitoring: {
    latency: { p99: '250ms' },
    errors: { maxPercent: 1 },
    drift: {},
    quality: { metrics: { mae: { max: 2 } } },
  },
} as const satisfies ModelInput;

test('a literal definition is accepted and parsed', () => {
  const platform = definePlatform({ ...base, models: { my: model } });
  expect(platform.models['my']?.release?.steps).toEqual([{ percent: 10, hold: '10m' }]);
});

test('a custom metric says its direction once', () => {
  const metrics = { 'custom.profit': { direction: 'higherIsBetter', min: 1 } } as const;
  const slices = [{ column: 'id', metrics: { 'custom.profit': { min: 0 } } }] as const;
  const my: ModelInput = { ...model, evaluation: { metrics, slices } };
  expect(definePlatform({ ...base, models: { my } }).models['my']?.evaluation?.slices).toHaveLength(1);
});

const problemsOf = (models: Record<string, unknown>): string => {
  try {
    definePlatform({ ...base, models } as never);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('what TypeScript can say is an error in the editor, and at run time', () => {
  test('an unknown unit', () => {
    const monitoring = { ...model.monitoring, latency: { p99: '250 millis' } } as const;
    // @ts-expect-error an unknown unit
    const my: ModelInput = { ...model, monitoring };
    expect(problemsOf({ my })).toMatch(/models.my.monitoring.latency.p99/);
  });

  test('a number where a duration stands', () => {
    const monitoring = { ...model.monitoring, latency: { p99: 250 } } as const;
    // @ts-expect-error a number is not a duration
    const my: ModelInput = { ...model, monitoring };
    expect(problemsOf({ my })).toMatch(/models.my.monitoring.latency.p99/);
  });

  test('a metric of another task', () => {
    const evaluation = { metrics: { auc: { min: 0.5 } } } as const;
    // @ts-expect-error auc is not a metric of regression
    const my: ModelInput = { ...model, evaluation };
    expect(problemsOf({ my })).toMatch(/models.my.evaluation.metrics.auc/);
  });

  test('a bound against the direction', () => {
    const evaluation = { metrics: { mae: { min: 0.5 } } } as const;
    // @ts-expect-error lower is better for mae: its bound is max
    const my: ModelInput = { ...model, evaluation };
    expect(problemsOf({ my })).toMatch(/models.my.evaluation.metrics.mae.min/);
  });

  test('a canary step of 100', () => {
    const my = { ...model, release: { steps: [{ percent: 100, hold: '10m' }] } } as const;
    // @ts-expect-error 100 % follows by itself
    expect(() => definePlatform({ ...base, models: { my } })).toThrow(/models.my.release.steps.0.percent/);
    const below = { ...model, release: { steps: [{ percent: 99, hold: '10m' }] } } as const;
    expect(definePlatform({ ...base, models: { my: below } }).models['my']?.release?.steps[0]?.percent).toBe(99);
  });

  test('a missing owner', () => {
    const { owner: _, ...rest } = base;
    // @ts-expect-error a platform has an owner
    expect(() => definePlatform({ ...rest, models: { my: model } })).toThrow(/owner/);
  });
});
