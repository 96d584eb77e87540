import type { MetricName } from '../contract/metrics';
import type { UseCase } from '../contract/use-cases';
import type { Retraining } from '../definition/retraining';
import type { AlarmKind } from '../kernel/alarm-kinds';
import type { DataRule } from '../kernel/data-rules';
import type { AuditInput, Evidence } from './audit';
import { targetsOf } from './findings/rule';
import type { ModelPlan, PartPlan } from './plan';
import type { StepGraph } from './step-graph';

export type AuditGroup = 'DevOps' | 'DORA' | 'MLOps' | 'KPI' | 'Scale';
type Auditor = (input: AuditInput) => Evidence;

const yes = (...found: string[]): Evidence => ({ found, lacking: [] });
const no = (...lacking: string[]): Evidence => ({ found: [], lacking });
const all = (parts: readonly Evidence[]): Evidence => ({
  found: parts.flatMap((part) => part.found),
  lacking: [...new Set(parts.flatMap((part) => part.lacking))],
});

const perModel =
  (audit: (model: ModelPlan, path: string) => Evidence): Auditor =>
  ({ models }) =>
    all(models.map((model) => audit(model, `models.${model.name}`)));

const parts = (model: ModelPlan): [string, PartPlan][] =>
  (['registry', 'pipeline', 'endpoint', 'drift', 'retraining'] as const).flatMap((name): [string, PartPlan][] => {
    const part = model[name];
    return part ? [[name, part]] : [];
  });

/** Steps of a graph that call a use case (or run a job). */
const steps = (graph: StepGraph, path: string, what: UseCase | 'train' | 'score', next: string): Evidence => {
  const found = graph.steps.filter(
    (step) => (step.kind === 'task' && step.use === what) || (step.kind === 'job' && step.job === what),
  );
  return found.length > 0 ? yes(...found.map((step) => `${path}.${step.id}`)) : no(next);
};

const job = (model: ModelPlan, path: string, use: UseCase, next: string): Evidence => {
  const found = model.drift?.jobs.filter((one) => one.use === use) ?? [];
  return found.length > 0 ? yes(...found.map((one) => `${path}.drift.jobs.${one.id}`)) : no(next);
};

const alarms = (model: ModelPlan, path: string, kinds: readonly AlarmKind[], next: string): Evidence => {
  const found = parts(model).flatMap(([name, part]) =>
    part.alarms.filter((alarm) => kinds.includes(alarm.kind)).map((alarm) => `${path}.${name}.alarms.${alarm.id}`),
  );
  return found.length > 0 ? yes(...found) : no(next);
};

const metrics = (model: ModelPlan, path: string, names: readonly MetricName[], next: string): Evidence =>
  all(
    names.map((wanted) => {
      const found = parts(model).filter(([, part]) => part.metrics.some((metric) => metric.name === wanted));
      return found.length > 0 ? yes(...found.map(([name]) => `${path}.${name}.metrics.${wanted}`)) : no(next);
    }),
  );

const rules = (model: ModelPlan, path: string, wanted: readonly DataRule[]): Evidence =>
  all(
    wanted.map((rule) =>
      model.pipeline.data.checks[rule] === 'off'
        ? no(`switch the rule ${rule} on again in ${path}.data.checks`)
        : yes(`${path}.pipeline.graph.validate: rule ${rule}`),
    ),
  );

/** A DORA metric: the daily report computes it from the records that these steps of a release leave. */
const dora = (name: MetricName, ...records: UseCase[]): Auditor =>
  perModel((model, path) => {
    const report = model.endpoint.jobs.find((one) => one.use === 'reportDora');
    return all([
      report ? yes(`${path}.endpoint.jobs.${report.id}`) : no('report the DORA metrics by schedule'),
      metrics(model, path, [name], 'report the DORA metrics by schedule'),
      ...records.map((use) =>
        steps(model.endpoint.graph, `${path}.endpoint.graph`, use, 'release through the controller'),
      ),
    ]);
  });

/** Quality is watched by a job that stands beside drift's. */
/** Trained by the clock: what looks at waiting requests alone is none. */
const isScheduled = ({ retraining }: ModelPlan): boolean =>
  retraining?.schedules.some(({ starts }) => starts.kind === 'retrainingDecision' && starts.cause !== null) ?? false;

const watchQuality = (path: string): string => `add ${path}.monitoring.quality and ${path}.monitoring.drift`;

/** What really starts a retraining besides the schedule: a cause that is asked for, and an alarm of this model that says it. */
function triggers({ on, onDriftAlone }: Retraining, model: ModelPlan): Evidence {
  const path = `models.${model.name}.retraining`;
  const raised = new Set(parts(model).flatMap(([, part]) => part.alarms.map(({ kind }) => kind)));
  const found = (model.retraining?.causes ?? []).flatMap(({ cause, alarmKinds }) => {
    // Drift always comes to the decision, which only tells people unless it may retrain on drift by itself.
    const asked = cause === 'drift' ? onDriftAlone === 'retrain' : on.some((one) => one === cause);
    const kinds = alarmKinds.filter((kind) => raised.has(kind));
    return asked && kinds.length > 0 ? [`${path}.causes.${cause}: ${kinds.join(', ')}`] : [];
  });
  const scheduled = isScheduled(model);
  if (on.includes('newData') && scheduled) found.push(`${path}.causes.newData: counted at each scheduled decision`);
  return found.length > 0 ? yes(...found) : no(`name causes in ${path}.on that an alarm of the model raises`);
}

const has = (found: boolean, evidence: string, next: string): Evidence => (found ? yes(evidence) : no(next));

export interface AuditRowSpec {
  readonly id: string;
  readonly group: AuditGroup;
  readonly title: string;
  readonly evidence: Auditor;
}

/** Every row of the audit; ids are public API. */
export const AUDIT_ROWS = [
  {
    id: 'cicd',
    group: 'DevOps',
    title: 'CI/CD of code',
    evidence: ({ plan, platform }) =>
      all([
        ...['build', 'test'].map((id) =>
          has(
            plan.delivery.stages.some((stage) => stage.id === id),
            `delivery.stages.${id}`,
            `add delivery.${id}`,
          ),
        ),
        // Without a connection no cloud can fetch the source, so that nothing starts these stages there.
        ...targetsOf(platform).map((target) =>
          has(
            plan.delivery.source.connection[target] !== null,
            `delivery.source.connection.${target}`,
            `name delivery.source.connection.${target}`,
          ),
        ),
      ]),
  },
  {
    id: 'iac',
    group: 'DevOps',
    title: 'Infrastructure as code',
    evidence: ({ plan }) =>
      all(
        plan.environments.map((environment) =>
          has(
            plan.delivery.stages.some((stage) => stage.kind === 'deploy' && stage.environment === environment.name),
            `delivery.stages.deploy-${environment.name}`,
            'deploy each environment from the definition',
          ),
        ),
      ),
  },
  {
    id: 'release-rollback',
    group: 'DevOps',
    title: 'Automatic rollback',
    evidence: (input) =>
      all([
        perModel((model, path) =>
          steps(model.endpoint.graph, `${path}.endpoint.graph`, 'rollBack', 'release through the controller'),
        )(input),
        ...Object.entries(input.platform.models).map(([name, { release }]) =>
          release?.rollback === 'manual'
            ? no(`set models.${name}.release.rollback: automatic: a person takes back what fails`)
            : yes(),
        ),
      ]),
  },
  {
    id: 'release-canary',
    group: 'DevOps',
    title: 'Canary or linear release',
    evidence: perModel((model, path) =>
      model.endpoint.percents.length > 1
        ? steps(model.endpoint.graph, `${path}.endpoint.graph`, 'analyseTraffic', 'add release.steps')
        : no(`set ${path}.release.strategy to canary or linear`),
    ),
  },
  {
    id: 'release-blue-green',
    group: 'DevOps',
    title: 'Old and new version side by side',
    evidence: perModel((model, path) =>
      model.endpoint.strategy === 'allAtOnce'
        ? no(`set ${path}.release.strategy to canary, linear or blueGreen: allAtOnce keeps no second fleet`)
        : steps(model.endpoint.graph, `${path}.endpoint.graph`, 'deployChallenger', 'add a release section'),
    ),
  },
  {
    id: 'release-shadow',
    group: 'DevOps',
    title: 'Shadow traffic',
    evidence: perModel((model, path) =>
      steps(model.endpoint.graph, `${path}.endpoint.graph`, 'analyseShadow', `add ${path}.release.shadow`),
    ),
  },
  {
    id: 'observability-logs',
    group: 'DevOps',
    title: 'Logs',
    evidence: perModel((model, path) =>
      all(
        parts(model).flatMap(([name, part]) =>
          part.retention.filter((one) => one.what === 'logs').map(() => yes(`${path}.${name}.retention.logs`)),
        ),
      ),
    ),
  },
  {
    id: 'observability-metrics',
    group: 'DevOps',
    title: 'Metrics',
    evidence: perModel((model, path) => metrics(model, path, ['Requests', 'Errors', 'Latency'], 'add serving')),
  },
  {
    id: 'observability-traces',
    group: 'DevOps',
    title: 'Traces',
    evidence: perModel((model, path) =>
      all(
        parts(model).flatMap(([name, part]) =>
          part.permissions.some((one) => one.action === 'writeTraces')
            ? [yes(`${path}.${name}.permissions.writeTraces`)]
            : [],
        ),
      ),
    ),
  },
  {
    id: 'observability-alerts',
    group: 'DevOps',
    title: 'Alerts',
    evidence: perModel((model, path) =>
      all([
        alarms(model, path, ['endpointErrors'], `add ${path}.monitoring.errors`),
        alarms(model, path, ['endpointLatency'], `add ${path}.monitoring.latency`),
      ]),
    ),
  },
  {
    id: 'incident-runbooks',
    group: 'DevOps',
    title: 'Runbooks',
    evidence: ({ plan, models }) => {
      const kinds = [
        ...new Set(
          models.flatMap((model) => parts(model).flatMap(([, part]) => part.alarms.map((alarm) => alarm.kind))),
        ),
      ];
      const unpublished = kinds.filter((kind) => !plan.incidents.runbooks[kind].startsWith('https://'));
      return {
        found: kinds.map((kind) => `incidents.runbooks.${kind}: ${plan.incidents.runbooks[kind]}`),
        lacking: unpublished.length > 0 ? ['publish the rendered runbooks and set incidents.runbooks.baseUrl'] : [],
      };
    },
  },
  {
    id: 'incident-postmortems',
    group: 'DevOps',
    title: 'Postmortems',
    evidence: ({ plan }) =>
      has(
        plan.incidents.postmortem.requiredFor.length > 0,
        `incidents.postmortem: for ${plan.incidents.postmortem.requiredFor.join(', ')}, due within ${plan.incidents.postmortem.dueWithinSeconds} s`,
        'name the severities in incidents.postmortem.requiredFor',
      ),
  },
  {
    id: 'incident-on-call',
    group: 'DevOps',
    title: 'On call',
    evidence: ({ plan }) =>
      has(
        plan.incidents.routes.page.length > 0,
        `incidents.routes.page: ${plan.incidents.routes.page.map((contact) => contact.kind).join(', ')}; escalates after ${plan.incidents.escalateAfterSeconds} s`,
        'add a contact that takes page',
      ),
  },

  {
    id: 'dora-deployment-frequency',
    group: 'DORA',
    title: 'Deployment frequency',
    evidence: dora('DeploymentFrequency', 'promote'),
  },
  { id: 'dora-lead-time', group: 'DORA', title: 'Change lead time', evidence: dora('LeadTime', 'promote') },
  {
    id: 'dora-change-failure-rate',
    group: 'DORA',
    title: 'Change fail rate',
    evidence: dora('ChangeFailurePercent', 'promote', 'rollBack'),
  },
  {
    id: 'dora-time-to-restore',
    group: 'DORA',
    title: 'Failed deployment recovery time',
    evidence: dora('TimeToRestore', 'rollBack'),
  },
  {
    id: 'dora-rework-rate',
    group: 'DORA',
    title: 'Deployment rework rate',
    evidence: dora('ReworkPercent', 'promote', 'rollBack'),
  },

  {
    id: 'data-schema',
    group: 'MLOps',
    title: 'Data schema',
    evidence: perModel((model, path) => rules(model, path, ['missingColumn', 'extraColumn', 'typeChange'])),
  },
  {
    id: 'data-missing',
    group: 'MLOps',
    title: 'Missing data',
    evidence: perModel((model, path) => rules(model, path, ['missingShare', 'rowCount'])),
  },
  {
    id: 'data-distribution',
    group: 'MLOps',
    title: 'Data distribution',
    evidence: perModel((model, path) => rules(model, path, ['distribution', 'unseenCategory', 'range'])),
  },
  {
    id: 'experiment-tracking',
    group: 'MLOps',
    title: 'Experiment tracking',
    evidence: perModel((model, path) =>
      all([
        steps(model.pipeline.graph, `${path}.pipeline.graph`, 'train', 'add training'),
        steps(model.pipeline.graph, `${path}.pipeline.graph`, 'prepareEvaluation', 'add training'),
      ]),
    ),
  },
  {
    id: 'model-registry',
    group: 'MLOps',
    title: 'Model registry',
    evidence: perModel((model, path) =>
      steps(model.pipeline.graph, `${path}.pipeline.graph`, 'registerVersion', 'register versions in the pipeline'),
    ),
  },
  {
    id: 'promotion',
    group: 'MLOps',
    title: 'Promotion by alias',
    evidence: perModel((model, path) =>
      all([
        yes(`${path}.registry.aliases: ${model.registry.aliases.join(', ')}`),
        steps(model.endpoint.graph, `${path}.endpoint.graph`, 'promote', 'release through the controller'),
      ]),
    ),
  },
  {
    id: 'evaluation-gates',
    group: 'MLOps',
    title: 'Evaluation gates',
    evidence: perModel((model, path) =>
      steps(model.pipeline.graph, `${path}.pipeline.graph`, 'decideGate', `add ${path}.evaluation`),
    ),
  },
  {
    id: 'drift-data',
    group: 'MLOps',
    title: 'Data drift',
    evidence: perModel((model, path) =>
      all([
        job(model, path, 'monitorDrift', `add ${path}.monitoring.drift`),
        alarms(model, path, ['dataDrift'], `add ${path}.monitoring.drift`),
      ]),
    ),
  },
  {
    id: 'drift-concept',
    group: 'MLOps',
    title: 'Concept drift',
    evidence: perModel((model, path) => alarms(model, path, ['conceptDrift'], watchQuality(path))),
  },
  {
    id: 'quality-decay',
    group: 'MLOps',
    title: 'Quality decay',
    evidence: perModel((model, path) =>
      all([
        job(model, path, 'monitorQuality', watchQuality(path)),
        alarms(model, path, ['qualityDecay'], watchQuality(path)),
      ]),
    ),
  },
  {
    id: 'retraining-scheduled',
    group: 'MLOps',
    title: 'Retraining by schedule',
    evidence: perModel((model, path) =>
      isScheduled(model) ? yes(`${path}.retraining.schedules.retraining`) : no(`add ${path}.retraining.schedule`),
    ),
  },
  {
    id: 'retraining-triggered',
    group: 'MLOps',
    title: 'Retraining by trigger',
    evidence: ({ plan, platform }) =>
      all(
        Object.entries(platform.models).map(([name, { retraining }]) =>
          retraining ? triggers(retraining, plan.models[name]!) : no(`add models.${name}.retraining`),
        ),
      ),
  },

  {
    id: 'kpi-quality',
    group: 'KPI',
    title: 'Model quality',
    evidence: perModel((model, path) => metrics(model, path, ['Quality'], watchQuality(path))),
  },
  {
    id: 'kpi-drift',
    group: 'KPI',
    title: 'Drift',
    evidence: perModel((model, path) =>
      metrics(model, path, ['DriftScore', 'DriftedColumnsPercent'], `add ${path}.monitoring.drift`),
    ),
  },
  {
    id: 'kpi-freshness',
    group: 'KPI',
    title: 'Data freshness',
    evidence: perModel((model, path) => metrics(model, path, ['DataAge'], `add ${path}.monitoring.drift`)),
  },
  {
    id: 'kpi-pipeline-success',
    group: 'KPI',
    title: 'Pipeline success',
    evidence: perModel((model, path) => metrics(model, path, ['PipelineSuccess'], 'add training')),
  },
  {
    id: 'kpi-latency',
    group: 'KPI',
    title: 'Latency',
    evidence: perModel((model, path) => metrics(model, path, ['Latency'], 'add serving')),
  },
  {
    id: 'kpi-cost-per-prediction',
    group: 'KPI',
    title: 'Cost per prediction',
    evidence: perModel((model, path) =>
      metrics(model, path, ['CostPerPrediction'], `add ${path}.monitoring.costPerPrediction`),
    ),
  },
  {
    id: 'kpi-retraining-cadence',
    group: 'KPI',
    title: 'Retraining cadence',
    evidence: perModel((model, path) =>
      metrics(model, path, ['RetrainStarted', 'RetrainSuppressed'], `add ${path}.retraining`),
    ),
  },
  {
    id: 'kpi-time-to-fix',
    group: 'KPI',
    title: 'Time to fix',
    evidence: perModel((model, path) => metrics(model, path, ['TimeToFix'], 'release through the controller')),
  },

  {
    id: 'governance-multi-model',
    group: 'Scale',
    title: 'Governance over many models',
    evidence: ({ plan, platform }) => ({
      found:
        plan.governance.approvers.length > 0
          ? [
              `governance.approvers: ${plan.governance.approvers.length}`,
              `governance.separationOfDuties: ${plan.governance.separationOfDuties}`,
              ...Object.keys(platform.models).map((name) => `models.${name}.owner`),
            ]
          : [],
      lacking:
        plan.governance.approvers.length > 0
          ? plan.governance.separationOfDuties
            ? []
            : ['set governance.separationOfDuties: true']
          : ['name governance.approvers'],
    }),
  },
  {
    id: 'audit-trail',
    group: 'Scale',
    title: 'Audit trail',
    evidence: perModel((model, path) =>
      all(
        model.registry.retention
          .filter((one) => one.what === 'ledger')
          .map((one) =>
            one.locked
              ? yes(`${path}.registry.retention.ledger: write-once for ${one.seconds} s`)
              : no('lock the ledger'),
          ),
      ),
    ),
  },
  {
    id: 'cost-training',
    group: 'Scale',
    title: 'Cost of training',
    evidence: perModel((model, path) => ({
      found: model.budget
        ? [`${path}.budget.monthly`, ...(model.budget.trainingRun === null ? [] : [`${path}.budget.trainingRun`])]
        : [],
      lacking:
        model.budget === null
          ? [`add ${path}.budget`]
          : model.budget.trainingRun === null
            ? [`add ${path}.budget.trainingRun`]
            : [],
    })),
  },
  {
    id: 'cost-inference',
    group: 'Scale',
    title: 'Cost of inference',
    evidence: ({ plan, models }) =>
      all([
        has(plan.budget !== null, 'budget.monthly', 'add budget'),
        ...models.map((model) =>
          alarms(
            model,
            `models.${model.name}`,
            ['costPerPrediction'],
            `add models.${model.name}.monitoring.costPerPrediction`,
          ),
        ),
      ]),
  },
] as const satisfies readonly AuditRowSpec[];

export type AuditRowId = (typeof AUDIT_ROWS)[number]['id'];
