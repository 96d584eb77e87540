import { diffPlatforms } from '../../src/plan/diff';
import { foundation, scale } from '../support/definitions';

const M = 'models.demand';

test('the same definition, and one whose defaults are written out, do not differ', () => {
  expect(diffPlatforms(scale(), scale({ [`${M}.release.analysis.alpha`]: 0.05 }))).toEqual([]);
});

test.each<[Record<string, unknown>, string, string]>([
  [{ [`${M}.evaluation.metrics.mae.max`]: 61 }, `${M}.evaluation.metrics.mae.max`, 'loosens'],
  [{ [`${M}.evaluation.metrics.mae.max`]: 59 }, `${M}.evaluation.metrics.mae.max`, 'harmless'],
  [{ [`${M}.evaluation.metrics.r2.min`]: 0.4 }, `${M}.evaluation.metrics.r2.min`, 'loosens'],
  [{ [`${M}.evaluation.slices`]: [] }, `${M}.evaluation.slices.0`, 'loosens'],
  [{ [`${M}.release.shadow`]: undefined }, `${M}.release.shadow`, 'loosens'],
  [{ [`${M}.release.analysis.alpha`]: 0.1 }, `${M}.release.analysis.alpha`, 'loosens'],
  [{ [`${M}.release.analysis.minRequests`]: 100 }, `${M}.release.analysis.minRequests`, 'loosens'],
  [{ [`${M}.release.finalHold`]: '30m' }, `${M}.release.finalHold`, 'loosens'],
  [{ [`${M}.release.finalHold`]: '2h' }, `${M}.release.finalHold`, 'harmless'],
  [{ [`${M}.monitoring.latency.p99`]: '300ms' }, `${M}.monitoring.latency.p99`, 'loosens'],
  [
    { [`${M}.monitoring.quality.metrics.mae.maxWorseThanRelease`]: 20 },
    `${M}.monitoring.quality.metrics.mae.maxWorseThanRelease`,
    'loosens',
  ],
  [{ [`${M}.monitoring.drift.schedule`]: { every: '15m' } }, `${M}.monitoring.drift.schedule.every`, 'costsMore'],
  [{ [`${M}.data.checks`]: { range: 'warn' } }, `${M}.data.checks.range`, 'loosens'],
  [{ 'environments.1.approval': 'automatic' }, 'environments.production.approval', 'loosens'],
  [{ 'environments.1.aws.region': 'eu-west-1' }, 'environments.production.aws.region', 'replaces'],
  [{ 'security.encryption': 'managed' }, 'security.encryption', 'replaces'],
  [{ name: 'bikes' }, 'name', 'replaces'],
  [{ [`${M}.serving.instances.max`]: 10 }, `${M}.serving.instances.max`, 'costsMore'],
  [{ [`${M}.training.spot`]: false }, `${M}.training.spot`, 'costsMore'],
  [{ [`${M}.budget.monthly`]: 1000 }, `${M}.budget.monthly`, 'costsMore'],
  [{ [`${M}.description`]: 'Bikes' }, `${M}.description`, 'harmless'],
])('%j is %s: %s', (changes, path, kind) => {
  expect(diffPlatforms(scale(), scale(changes)).map((change) => [change.path, change.class])).toEqual([[path, kind]]);
});

describe('an environment that comes', () => {
  const [staging, production] = (scale() as { environments: { name: string; aws?: { account: string } }[] })
    .environments;
  const of = (...environments: unknown[]) => scale({ environments });
  const changes = (before: unknown, after: unknown) =>
    diffPlatforms(before, after).map(({ path, class: kind, why }) => [path, kind, why]);

  test('after those that are there, elsewhere, is harmless to them', () => {
    expect(changes(of(staging), of(staging, production))).toEqual([
      ['environments.production', 'harmless', expect.any(String)],
    ]);
  });

  test('in the account of one that is there gives that one other names', () => {
    const beside = { ...production, aws: staging!.aws };
    const why = expect.stringContaining('staging has names of its own');
    expect(changes(of(staging), of(staging, beside))).toEqual([['environments.production', 'replaces', why]]);
    expect(changes(of(staging, beside), of(staging))).toEqual([['environments.production', 'replaces', why]]);
  });

  test('before those that are there takes their images away', () => {
    expect(changes(of(production), of(staging, production))).toEqual([
      ['environments.staging', 'replaces', expect.stringContaining('the repositories of production')],
    ]);
  });
});

test('every change backwards of a loosening is not a loosening', () => {
  const [there] = diffPlatforms(scale(), scale({ [`${M}.evaluation.confidencePercent`]: 90 }));
  const [back] = diffPlatforms(scale({ [`${M}.evaluation.confidencePercent`]: 90 }), scale());
  expect([there!.class, back!.class]).toEqual(['loosens', 'harmless']);
});

test('a model that comes or goes is one change', () => {
  const two = scale({ 'models.second': (scale() as { models: { demand: unknown } }).models.demand });
  expect(diffPlatforms(scale(), two).map((change) => [change.path, change.class])).toEqual([
    ['models.second', 'costsMore'],
  ]);
  expect(diffPlatforms(two, scale()).map((change) => [change.path, change.class])).toEqual([
    ['models.second', 'replaces'],
  ]);
});

test('an invalid side is named', () => {
  expect(() => diffPlatforms({}, foundation())).toThrow(/the old definition/);
});
