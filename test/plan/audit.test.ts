import { auditPlatform } from '../../src/plan/audit';
import { foundation, scale } from '../support/definitions';

/** Row ids are public API; the list stands in the contract. */
const IDS =
  'cicd iac release-rollback release-canary release-blue-green release-shadow observability-logs observability-metrics observability-traces observability-alerts incident-runbooks incident-postmortems incident-on-call dora-deployment-frequency dora-lead-time dora-change-failure-rate dora-time-to-restore dora-rework-rate data-schema data-missing data-distribution experiment-tracking model-registry promotion evaluation-gates drift-data drift-concept quality-decay retraining-scheduled retraining-triggered kpi-quality kpi-drift kpi-freshness kpi-pipeline-success kpi-latency kpi-cost-per-prediction kpi-retraining-cadence kpi-time-to-fix governance-multi-model audit-trail cost-training cost-inference'.split(
    ' ',
  );

const row = (input: unknown, id: string) => auditPlatform(input).rows.find((one) => one.id === id)!;

test('has every row, and the full example covers all with evidence', () => {
  const audit = auditPlatform(scale());
  expect(audit.rows.map((one) => one.id).sort()).toEqual([...IDS].sort());
  expect(audit.score).toEqual({ covered: IDS.length, partial: 0, missing: 0 });
  expect(audit.rows.filter((one) => one.evidence.length === 0)).toEqual([]);
});

test('a row is covered exactly when it needs no next step, and missing exactly when it has no evidence', () => {
  for (const one of auditPlatform(foundation()).rows) {
    expect(one.next === null).toBe(one.status === 'covered');
    expect(one.evidence.length === 0).toBe(one.status === 'missing');
  }
});

const M = 'models.demand';
test.each<[string, Record<string, unknown>, 'partial' | 'missing']>([
  ['release-shadow', { [`${M}.release.shadow`]: undefined }, 'missing'],
  ['release-canary', { [`${M}.release.strategy`]: 'blueGreen' }, 'missing'],
  ['release-blue-green', { [`${M}.release.strategy`]: 'allAtOnce' }, 'missing'],
  ['retraining-scheduled', { [`${M}.retraining.schedule`]: undefined }, 'missing'],
  ['kpi-cost-per-prediction', { [`${M}.monitoring.costPerPrediction`]: undefined }, 'missing'],
  ['cost-inference', { [`${M}.monitoring.costPerPrediction`]: undefined }, 'partial'],
  ['cost-training', { [`${M}.budget.trainingRun`]: undefined }, 'partial'],
  ['data-schema', { [`${M}.data.checks`]: { extraColumn: 'off' } }, 'partial'],
  ['data-missing', { [`${M}.data.checks`]: { missingShare: 'off', rowCount: 'off' } }, 'missing'],
  ['release-rollback', { [`${M}.release.rollback`]: 'manual' }, 'partial'],
  ['cicd', { 'delivery.source.connection': undefined }, 'partial'],
  ['retraining-triggered', { [`${M}.retraining.on`]: [] }, 'missing'],
  [
    'retraining-triggered',
    { [`${M}.retraining.on`]: ['drift'], [`${M}.retraining.onDriftAlone`]: 'notify' },
    'missing',
  ],
  ['quality-decay', { [`${M}.monitoring.quality.metrics`]: { 'custom.profit': { min: 0 } } }, 'partial'],
  ['incident-postmortems', { 'incidents.postmortem.requiredFor': [] }, 'missing'],
  ['incident-runbooks', { 'incidents.runbooks.baseUrl': undefined }, 'partial'],
])('%s without what implements it', (id, changes, status) => {
  expect(row(scale(changes), id)).toMatchObject({ status, next: expect.stringMatching(/\w/) });
});

test('names the plan elements of every model', () => {
  const evidence = row(scale(), 'drift-data').evidence;
  expect(evidence).toEqual(['models.demand.drift.jobs.drift', 'models.demand.drift.alarms.data-drift']);
});

test('each DORA row names its own metric', () => {
  const own = auditPlatform(scale())
    .rows.filter((one) => one.group === 'DORA')
    .map((one) =>
      one.evidence
        .find((text) => text.includes('.metrics.'))
        ?.split('.')
        .at(-1),
    );
  expect(own).toEqual(['DeploymentFrequency', 'LeadTime', 'ChangeFailurePercent', 'TimeToRestore', 'ReworkPercent']);
});

test('retraining on drift by itself is a trigger whether or not drift is named', () => {
  const input = scale({ [`${M}.retraining.on`]: [], [`${M}.retraining.onDriftAlone`]: 'retrain' });
  expect(row(input, 'retraining-triggered')).toMatchObject({
    status: 'covered',
    evidence: [expect.stringContaining('causes.drift: dataDrift')],
  });
});
