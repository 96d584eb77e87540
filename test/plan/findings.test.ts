import { FINDING_RULES } from '../../src/plan/findings/rules';
import { planPlatform } from '../../src/plan/plan-platform';
import { GAPS, RENDERED_BY } from '../../src/plan/renders';
import { foundation, scale } from '../support/definitions';

const M = 'models.demand';
/** For each rule a definition in which it holds, and where; beside it the definition in which it does not. */
const CASES: Record<string, { bad: unknown; path: string; good?: unknown }> = {
  'approval-by-anyone': {
    bad: foundation({
      stage: 'core',
      ...core(),
      'models.churn.evaluation': { metrics: { auc: { min: 0.7 } }, approval: 'manual' },
    }),
    path: 'governance.approvers',
  },
  'availability-above-objectives-on-google': {
    bad: scale({ [`${M}.monitoring.availability.targetPercent`]: 99.995 }),
    path: `${M}.monitoring.availability.targetPercent`,
    good: scale({ [`${M}.monitoring.availability.targetPercent`]: 99.99 }),
  },
  'budget-below-idle-cost': {
    bad: scale({ [`${M}.serving.pricePerInstanceHour`]: 3, 'budget.monthly': 100_000 }),
    path: `${M}.budget.monthly`,
  },
  'budget-not-in-usd-on-aws': { bad: scale(), path: 'currency', good: scale({ currency: 'USD' }) },
  'budget-without-billing-account': {
    bad: scale({ 'environments.1.google.billingAccount': undefined }),
    path: 'environments.1.google.billingAccount',
  },
  'burn-rate-unreachable': {
    bad: scale({ [`${M}.monitoring.availability.targetPercent`]: 93 }),
    path: `${M}.monitoring.availability.targetPercent`,
    good: scale({ [`${M}.monitoring.availability.targetPercent`]: 93.1 }),
  },
  'canary-starved': { bad: scale({ [`${M}.serving.expectedRequestsPerMinute`]: 2 }), path: `${M}.release.steps.0` },
  'capture-off': { bad: scale({ [`${M}.serving.capturePercent`]: 0 }), path: `${M}.serving.capturePercent` },
  'cooldown-longer-than-schedule': {
    bad: scale({ [`${M}.retraining.cooldown`]: '8d' }),
    path: `${M}.retraining.cooldown`,
  },
  'cost-lower-bound-on-google': {
    bad: scale(),
    path: `${M}.monitoring.costPerPrediction`,
    good: scale({ [`${M}.serving.instances`]: { min: 2, max: 2 } }),
  },
  'cost-tags-on-aws': {
    bad: scale({ currency: 'USD' }),
    path: 'budget',
    good: scale({ currency: 'EUR' }),
  },
  'cost-without-price': {
    bad: scale({ [`${M}.serving.compute`]: { aws: 'ml.p5.48xlarge', google: 'a3-highgpu-8g' } }),
    path: `${M}.serving.pricePerInstanceHour`,
    good: scale({
      [`${M}.serving.compute`]: { aws: 'ml.p5.48xlarge', google: 'a3-highgpu-8g' },
      [`${M}.serving.pricePerInstanceHour`]: 60,
      'budget.monthly': 90_000,
      [`${M}.budget.monthly`]: 80_000,
    }),
  },
  'deletion-protection-off': {
    bad: scale({ 'security.deletionProtection': false }),
    path: 'security.deletionProtection',
  },
  'delivery-without-connection': {
    bad: scale({ 'delivery.source.connection': undefined }),
    path: 'delivery.source.connection.aws',
  },
  'drift-nothing-to-watch': {
    bad: scale(
      Object.fromEntries(
        ['temp', 'hum', 'windspeed', 'weathersit'].map((name) => [`${M}.data.columns.${name}.drift`, false]),
      ),
    ),
    path: `${M}.data.columns`,
  },
  'drift-rows-unreachable': {
    bad: scale({ [`${M}.monitoring.drift.minRows`]: 100_000_000 }),
    path: `${M}.monitoring.drift.minRows`,
  },
  'drift-warning-above-critical': {
    bad: scale({ [`${M}.monitoring.drift.warning`]: 0.3 }),
    path: `${M}.monitoring.drift.warning`,
  },
  'drift-window-gaps': {
    bad: scale({ [`${M}.monitoring.drift.schedule`]: { cron: '0 0 1 * *' } }),
    path: `${M}.monitoring.drift.window`,
  },
  'environment-without-target': { bad: foundation(), path: 'environments.0', good: scale() },
  'estimates-in-usd': { bad: scale(), path: 'currency', good: scale({ currency: 'USD' }) },
  'first-step-too-big': {
    bad: scale({ [`${M}.release.steps`]: [{ percent: 50, hold: '30m' }] }),
    path: `${M}.release.steps.0.percent`,
  },
  'first-version-blocked': {
    bad: scale({ [`${M}.evaluation.metrics`]: { mae: { vsChampion: {} } } }),
    path: `${M}.evaluation.metrics`,
  },
  'fraction-of-percent-on-google': {
    bad: scale({
      [`${M}.release.steps`]: [
        { percent: 10, hold: '1h' },
        { percent: 12.5, hold: '1h' },
      ],
    }),
    path: `${M}.release.steps.1.percent`,
  },
  'freshness-noticed-late': {
    bad: scale({ [`${M}.monitoring.drift.schedule`]: { every: '6h' } }),
    path: `${M}.monitoring.freshness`,
  },
  'function-keys-on-google': {
    bad: scale({ 'security.encryption': 'customerKey' }),
    path: 'security.encryption',
    good: scale({ 'security.encryption': 'managed' }),
  },
  'gate-without-champion': {
    bad: scale({ [`${M}.evaluation.metrics.mae.vsChampion`]: undefined }),
    path: `${M}.evaluation.metrics`,
  },
  'high-risk-without-approval': {
    bad: scale({ [`${M}.risk`]: 'high' }),
    path: `${M}.evaluation.approval`,
    good: scale({ [`${M}.risk`]: 'high', [`${M}.evaluation.approval`]: 'manual' }),
  },
  'high-risk-without-shadow': {
    bad: scale({ [`${M}.risk`]: 'high', [`${M}.release.shadow`]: undefined }),
    path: `${M}.release.shadow`,
    good: scale({ [`${M}.risk`]: 'high' }),
  },
  'high-risk-without-slices': {
    bad: scale({ [`${M}.risk`]: 'high', [`${M}.evaluation.slices`]: [] }),
    path: `${M}.evaluation.slices`,
    good: scale({ [`${M}.risk`]: 'high' }),
  },
  'hold-shorter-than-look': {
    bad: scale({ [`${M}.release.analysis.every`]: '20m' }),
    path: `${M}.release.steps.0.hold`,
  },
  'job-logs-without-end': { bad: scale(), path: 'environments.0.aws', good: foundation() },
  'jobs-outside-network-on-google': {
    bad: scale({ 'security.network': 'private' }),
    path: 'security.network',
    good: scale({ 'security.network': 'standard' }),
  },
  'key-is-a-feature': {
    bad: scale({ [`${M}.data.columns.row_id.feature`]: true }),
    path: `${M}.data.columns.row_id.feature`,
  },
  'label-positive-missing': {
    bad: foundation({ 'models.churn.data.label.positive': undefined }),
    path: 'models.churn.data.label.positive',
    good: foundation(),
  },
  'labels-unreachable': {
    bad: scale({ [`${M}.monitoring.quality.minLabels`]: 1_000_000_000 }),
    path: `${M}.monitoring.quality.minLabels`,
  },
  'later-environment-laxer': {
    bad: scale({ 'environments.0.approval': 'manual', 'environments.1.approval': 'automatic' }),
    path: 'environments.1.approval',
  },
  'loose-alpha': { bad: scale({ [`${M}.release.analysis.alpha`]: 0.2 }), path: `${M}.release.analysis.alpha` },
  'model-age-below-cooldown': {
    bad: scale({ [`${M}.retraining.maxModelAge`]: '3d' }),
    path: `${M}.retraining.maxModelAge`,
    good: scale({ [`${M}.retraining.maxModelAge`]: '30d' }),
  },
  'model-integrity-off': { bad: scale({ 'security.modelIntegrity': false }), path: 'security.modelIntegrity' },
  'models-in-one-stack-on-aws': {
    bad: scale({ 'models.other': (scale() as { models: Record<string, unknown> }).models['demand'] }),
    path: 'models',
  },
  'monitoring-without-drift': {
    bad: foundation({ 'models.churn.monitoring.freshness': '3h' }),
    path: 'models.churn.monitoring.freshness',
  },
  'parquet-in-parts-on-google': {
    bad: scale({ [`${M}.data.format`]: 'parquet' }),
    path: `${M}.data.format`,
  },
  'payload-is-json': { bad: scale({ [`${M}.serving.payload`]: 'csv' }), path: `${M}.serving.payload` },
  'private-endpoint-figures-on-google': {
    bad: scale({ 'security.network': 'private' }),
    path: 'security.network',
    good: scale({ 'security.network': 'standard' }),
  },
  'promotion-across-regions': {
    bad: scale({ 'security.network': 'private', 'environments.1.aws.region': 'eu-west-1' }),
    path: 'environments.1.aws.region',
    // With NAT or the internet every region is reached.
    good: scale({ 'security.network': 'standard', 'environments.1.aws.region': 'eu-west-1' }),
  },
  'quality-metric-not-gated': {
    bad: scale({ [`${M}.monitoring.quality.metrics.rmse`]: { maxWorseThanRelease: 3 } }),
    path: `${M}.monitoring.quality.metrics.rmse.maxWorseThanRelease`,
  },
  'quality-metric-unmeasured': {
    bad: scale({ [`${M}.monitoring.quality.businessMetric`]: { name: 'revenue', min: 10 } }),
    path: `${M}.monitoring.quality.businessMetric`,
    good: scale({ [`${M}.monitoring.quality.businessMetric`]: { name: 'revenue' } }),
  },
  'quality-window-too-short': {
    bad: scale({ [`${M}.data.label.delay`]: '30d' }),
    path: `${M}.monitoring.quality.window`,
  },
  'quality-without-key': { bad: scale({ [`${M}.data.key`]: undefined }), path: `${M}.data.key` },
  'release-at-once': { bad: scale({ [`${M}.release.strategy`]: 'allAtOnce' }), path: `${M}.release.strategy` },
  'retraining-cause-unwatched': {
    bad: scale({ [`${M}.retraining.on`]: ['quality', 'newData'], [`${M}.retraining.schedule`]: undefined }),
    path: `${M}.retraining.on.1`,
    good: scale({ [`${M}.retraining.on`]: ['quality', 'newData', 'freshness', 'drift', 'conceptDrift'] }),
  },
  'retraining-exceeds-budget': {
    bad: scale({ [`${M}.retraining.maxRuns.count`]: 100 }),
    path: `${M}.retraining.maxRuns`,
  },
  'run-cost-above-budget': {
    bad: scale({ [`${M}.retraining.maxCostPerRun`]: 30 }),
    path: `${M}.retraining.maxCostPerRun`,
  },
  'runbooks-unpublished': {
    bad: scale({ 'incidents.runbooks.baseUrl': undefined }),
    path: 'incidents.runbooks.baseUrl',
  },
  'scale-to-zero': { bad: scale({ [`${M}.serving.instances.min`]: 0 }), path: `${M}.serving.instances.min` },
  'schedule-not-portable': {
    bad: scale({ [`${M}.monitoring.drift.schedule`]: { every: '7h' } }),
    path: `${M}.monitoring.drift.schedule.every`,
  },
  'severity-without-contact': {
    bad: scale({ 'incidents.contacts.1.severities': ['info'] }),
    path: 'incidents.contacts',
  },
  'shadow-not-on-google': {
    bad: scale(),
    path: `${M}.release.shadow`,
    good: scale({ [`${M}.release.shadow`]: undefined }),
  },
  'single-instance': {
    bad: scale({ [`${M}.monitoring.availability.targetPercent`]: 99.99 }),
    path: `${M}.serving.instances.min`,
    good: scale({ [`${M}.monitoring.availability.targetPercent`]: 99.99, [`${M}.serving.instances.min`]: 2 }),
  },
  'smoke-endpoint-public-on-google': {
    bad: scale({ [`${M}.evaluation.serving`]: { maxLatencyP99: '200ms' }, 'security.network': 'private' }),
    path: `${M}.evaluation.serving.maxLatencyP99`,
    good: scale({ [`${M}.evaluation.serving`]: { maxLatencyP99: '200ms' }, 'security.network': 'standard' }),
  },
  'spot-without-time': {
    bad: scale({ [`${M}.training.maxDuration`]: '10m' }),
    path: `${M}.training.maxDuration`,
    good: scale({ [`${M}.training.maxDuration`]: '10m', [`${M}.training.spot`]: false }),
  },
  'target-gap': { bad: scale({ [`${M}.data.source.google`]: undefined }), path: `${M}.data.source.google` },
  'volume-keys-on-aws': {
    bad: scale({ 'security.encryption': 'customerKey' }),
    path: 'security.encryption',
    good: scale({ 'security.encryption': 'managed' }),
  },
};

function core(): Record<string, unknown> {
  return {
    'models.churn.release': {},
    'models.churn.data.key': 'plan',
    'models.churn.monitoring.drift': {},
    'models.churn.monitoring.quality': { metrics: { auc: { min: 0.6 } } },
  };
}

const hits = (input: unknown, id: string) => planPlatform(input).findings.filter((finding) => finding.id === id);

test('there are at least 20 rules, each with a case here, and the full example has but remarks', () => {
  expect(Object.keys(CASES)).toEqual(FINDING_RULES.map((rule) => rule.id).filter((id) => id !== 'gap-on-google'));
  expect(FINDING_RULES.length).toBeGreaterThanOrEqual(20);
  expect(planPlatform(scale()).findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
});

test('a concept that Google Cloud does not render is a finding of each definition that has it', () => {
  const rendered = RENDERED_BY.traces as { google: string | null };
  const [by, gaps] = [rendered.google, GAPS as { traces: object }];
  const before = gaps.traces;
  const path = `${M}.pipeline.permissions.writeTraces`;
  const onAws = { name: 'production', aws: { account: '123456789012', region: 'eu-central-1' } };
  try {
    rendered.google = null;
    gaps.traces = { ...before, google: 'nobody writes traces there' };
    const finding = hits(scale(), 'gap-on-google').find((one) => one.path === path);
    expect(finding).toMatchObject({ path, acknowledged: null });
    expect(finding!.message).toBe('traces: nobody writes traces there');
    expect(hits(scale({ environments: [onAws] }), 'gap-on-google')).toEqual([]);
  } finally {
    rendered.google = by;
    gaps.traces = before;
  }
  expect(hits(scale(), 'gap-on-google').map((one) => one.path)).toEqual(['delivery.stages.deploy-staging']);
});

test.each(Object.entries(CASES))('%s', (id, { bad, path, good }) => {
  const [finding] = hits(bad, id).filter((one) => one.path === path);
  expect(finding).toMatchObject({ id, path, acknowledged: null });
  expect(finding!.message.length).toBeGreaterThan(20);
  expect(finding!.fix.length).toBeGreaterThan(5);
  expect(hits(good ?? scale(), id)).toEqual([]);
});

describe('acknowledgement', () => {
  const bad = {
    [`${M}.risk`]: 'high',
    'governance.acknowledge': [
      { finding: 'high-risk-without-approval', reason: 'approved by the board', until: '2027-01-31' },
    ],
  };
  const found = (asOf?: string) => planPlatform(scale(bad), asOf === undefined ? {} : { asOf }).findings;

  test('keeps the finding and its reason', () => {
    expect(found('2027-01-31')).toContainEqual(
      expect.objectContaining({
        id: 'high-risk-without-approval',
        acknowledged: { reason: 'approved by the board', until: '2027-01-31' },
      }),
    );
  });

  test('ends after its day, and says so', () => {
    const after = found('2027-02-01');
    expect(after).toContainEqual(expect.objectContaining({ id: 'high-risk-without-approval', acknowledged: null }));
    expect(after).toContainEqual(
      expect.objectContaining({ id: 'acknowledgement-expired', path: 'governance.acknowledge.0' }),
    );
  });

  test('of nothing is reported: it would hide a finding that comes later', () => {
    const { findings } = planPlatform(
      scale({ 'governance.acknowledge': [{ finding: 'loose-alpha', reason: 'we accept this' }] }),
    );
    const ids = findings.map((finding) => finding.id);
    expect(ids).toEqual([
      'budget-not-in-usd-on-aws',
      'estimates-in-usd',
      'gap-on-google',
      'job-logs-without-end',
      'acknowledgement-unused',
      'smoke-endpoint-public-on-google',
      'cost-lower-bound-on-google',
      'shadow-not-on-google',
      'function-keys-on-google',
      'volume-keys-on-aws',
      'jobs-outside-network-on-google',
      'private-endpoint-figures-on-google',
    ]);
  });
});
