import type { Evaluation } from '../definition/evaluation';
import { PARTIAL_GAPS, type PartialGap } from './partial-gaps';
import type { Plan } from './plan';

export const TARGETS = ['aws', 'google', 'local'] as const;
export type Target = (typeof TARGETS)[number];

/** Concepts of the plan that a target renders. */
export const CONCEPTS = [
  'artifacts',
  'registry',
  'ledger',
  'state',
  'pipeline',
  'approval',
  'laterEnvironments',
  'training',
  'scoring',
  'smokeLatency',
  'endpoint',
  'release',
  'shadow',
  'scaling',
  'capture',
  'handlers',
  'schedules',
  'alarms',
  'objectives',
  'pageGroups',
  'notifications',
  'incidents',
  'escalation',
  'dashboards',
  'traces',
  'auditTrail',
  'budget',
  'trainingBlock',
  'delivery',
  'deliveryDeploy',
  'deliveryRecords',
  'encryption',
  'network',
] as const;
export type Concept = (typeof CONCEPTS)[number];

/** What renders a concept on each target; null is a gap. */
export const RENDERED_BY = {
  artifacts: { aws: 'S3 bucket, versioned', google: 'Cloud Storage bucket, versioned', local: 'files' },
  registry: {
    aws: 'SageMaker model package group',
    google: 'Vertex AI Model Registry, by the runtime',
    local: 'files',
  },
  ledger: {
    aws: 'S3 bucket with Object Lock',
    google: 'Cloud Storage bucket with retention policy',
    local: 'files, one a record',
  },
  state: {
    aws: 'DynamoDB table',
    google: 'Cloud Storage objects with generation preconditions',
    local: 'files with compare-and-swap',
  },
  pipeline: { aws: 'Step Functions state machine', google: 'Cloud Workflows workflow', local: 'step runner' },
  approval: {
    aws: 'approval status of the SageMaker model package',
    google: 'alias in the Vertex AI Model Registry, and the audit log that says who',
    local: 'mlp local --approve, and its HTTP API',
  },
  laterEnvironments: {
    aws: 'EventBridge event, and the same artifact by digest in the next account',
    google: 'Pub/Sub message, and the same artifact by digest in the next project',
    local: null,
  },
  training: { aws: 'SageMaker training job', google: 'Vertex AI custom job', local: 'process' },
  scoring: { aws: 'SageMaker batch transform', google: 'Vertex AI batch prediction', local: 'process' },
  smokeLatency: {
    aws: 'SageMaker endpoint of its own, for minutes',
    google: 'Vertex AI endpoint of its own, for minutes',
    local: 'process',
  },
  endpoint: {
    aws: 'SageMaker endpoint, by the release controller',
    google: 'Vertex AI endpoint',
    local: 'process on loopback',
  },
  release: { aws: 'Step Functions state machine', google: 'Cloud Workflows workflow', local: 'step runner' },
  shadow: { aws: 'SageMaker shadow variant', google: null, local: 'mirrored requests' },
  scaling: {
    aws: 'Application Auto Scaling of the variant, by the release controller',
    google: 'replicas of the deployed model by requests a minute, by the release controller',
    local: null,
  },
  capture: {
    aws: 'SageMaker data capture and Athena',
    google: 'request-response logging to BigQuery',
    local: 'DuckDB',
  },
  handlers: { aws: 'Lambda functions', google: 'Cloud Run functions', local: 'in process' },
  schedules: { aws: 'EventBridge Scheduler', google: 'Cloud Scheduler', local: 'virtual clock' },
  alarms: { aws: 'CloudWatch alarms', google: 'Monitoring alert policies', local: 'verdicts of the run' },
  objectives: {
    aws: 'CloudWatch alarms on burn rates and latency',
    google: 'Monitoring service with SLOs, and burn-rate alert policies on them',
    local: 'verdicts of the run',
  },
  notifications: {
    aws: 'SNS topics',
    google: 'Monitoring notification channels and Pub/Sub',
    local: 'terminal and file',
  },
  incidents: {
    aws: 'OpsItem of Systems Manager',
    google: 'Cloud Workflows execution, beside the incident of Cloud Monitoring',
    local: 'file',
  },
  pageGroups: {
    aws: 'CloudWatch composite alarms',
    google: 'Monitoring alert policy on the conditions of its alarms, in PromQL',
    local: null,
  },
  escalation: { aws: 'Step Functions state machine', google: 'Cloud Workflows workflow', local: null },
  traces: { aws: 'X-Ray', google: 'Cloud Trace, of the calls that Cloud Run samples', local: null },
  auditTrail: { aws: 'CloudTrail data events', google: 'Cloud Audit Logs and a log sink', local: null },
  trainingBlock: {
    aws: 'AWS Budgets action',
    google: 'Cloud Billing budget, whose messages block the start of training jobs',
    local: null,
  },
  dashboards: { aws: 'CloudWatch dashboards', google: 'Monitoring dashboards', local: 'summary of the run' },
  budget: { aws: 'AWS Budgets', google: 'Cloud Billing budget', local: null },
  delivery: { aws: 'CodePipeline and CodeBuild', google: 'Cloud Build triggers', local: null },
  deliveryDeploy: { aws: 'CodePipeline stages, in the order of the environments', google: null, local: null },
  deliveryRecords: {
    aws: 'EventBridge rule on the end of the CodePipeline',
    google: 'Pub/Sub messages on the end of the Cloud Build',
    local: null,
  },
  encryption: { aws: 'KMS key', google: 'Cloud KMS key', local: null },
  network: {
    aws: 'VPC with endpoints',
    google:
      'VPC with private Google access and a connector for handlers; endpoints by Private Service Connect; jobs of Vertex AI are outside of it',
    local: 'loopback',
  },
} as const satisfies Record<Concept, Record<Target, string | null>>;

/** Why nothing renders a concept on a target, and what is there instead. */
export const GAPS: { readonly [C in Concept]?: { readonly [T in Target]?: string } } = {
  shadow: {
    google: 'Vertex AI endpoints mirror no requests: a release starts with its first live step',
  },
  laterEnvironments: {
    local: 'one machine is one environment',
  },
  scaling: { local: 'a version is one process' },
  pageGroups: {
    local: 'alarms are told one by one',
  },
  escalation: {
    local: 'nobody is on call on one machine',
  },
  traces: { local: 'runs and their steps are files' },
  auditTrail: { local: 'the ledger alone: who may write the files may change them, which `verifyChain` tells' },
  budget: { local: 'nothing is billed on one machine' },
  trainingBlock: {
    local: 'the retraining decision stops at the estimated cost',
  },
  delivery: { local: 'the working copy is what runs' },
  deliveryDeploy: {
    google:
      'Cloud Build tests, builds images and asks for training, in each environment by a trigger of its own that begins at the same push (a manual one once a person lets it); what is around the models is applied with Terraform by whoever holds its state',
    local: 'the working copy is what runs',
  },
  deliveryRecords: { local: 'the working copy is what runs: releases of versions are the deployments' },
  encryption: { local: 'files are as safe as the disk' },
};

export interface Rendered {
  readonly concept: Concept;
  /** Plan elements of this concept. */
  readonly elements: readonly string[];
  /** What renders them on the target; null where nothing does. */
  readonly by: string | null;
  /** Those that nothing renders there. */
  readonly missing: readonly string[];
  /** Why nothing does; null where all are rendered. */
  readonly gap: string | null;
}

/** What of a plan a target renders with what. */
export function rendersOf(plan: Omit<Plan, 'findings'>, target: Target): Rendered[] {
  return CONCEPTS.map((concept): Rendered => {
    const elements = ELEMENTS[concept](plan);
    const partial = partialGap(concept, target);
    const gap = GAPS[concept]?.[target] ?? partial?.why ?? null;
    const missing = GAPS[concept]?.[target] === undefined ? (partial?.elements(plan, elements) ?? []) : elements;
    return {
      concept,
      elements,
      by: missing.length === elements.length ? null : RENDERED_BY[concept][target],
      missing,
      gap: missing.length > 0 ? gap : null,
    };
  }).filter((one) => one.elements.length > 0);
}

/** What a target renders of a concept for some definitions only; undefined where it is the same for all. */
export const partialGap = (concept: Concept, target: Target): PartialGap | undefined =>
  (PARTIAL_GAPS as { readonly [C in Concept]?: { readonly [T in Target]?: PartialGap } })[concept]?.[target];

type Elements = Omit<Plan, 'findings'>;

const models = (plan: Elements, part: string): string[] =>
  Object.keys(plan.models).map((name) => `models.${name}.${part}`);
const each = (plan: Elements, list: (model: Plan['models'][string]) => readonly string[]): string[] =>
  Object.values(plan.models).flatMap((model) => list(model).map((id) => `models.${model.name}.${id}`));
const partsOf = (model: Plan['models'][string]) => ({
  pipeline: model.pipeline,
  endpoint: model.endpoint,
  drift: model.drift,
  retraining: model.retraining,
});

const asksLatency = (evaluation: unknown): boolean =>
  (evaluation as Partial<Evaluation> | null | undefined)?.serving?.maxLatencyP99 !== undefined;

const stagesOf = ({ delivery }: Elements, takes: (kind: string) => boolean): string[] =>
  delivery.stages.filter(({ kind }) => takes(kind)).map(({ id }) => `delivery.stages.${id}`);

const ELEMENTS: Record<Concept, (plan: Elements) => string[]> = {
  artifacts: (plan) => models(plan, 'registry'),
  registry: (plan) => models(plan, 'registry.aliases'),
  ledger: (plan) => models(plan, 'registry.retention.ledger'),
  state: (plan) => models(plan, 'registry'),
  pipeline: (plan) => models(plan, 'pipeline.graph'),
  approval: (plan) => models(plan, 'pipeline.approval'),
  laterEnvironments: (plan) => plan.environments.slice(1).map(({ name }) => `environments.${name}`),
  training: (plan) => models(plan, 'pipeline.graph.train'),
  scoring: (plan) =>
    each(plan, (model) =>
      model.pipeline.graph.steps
        .filter((step) => step.kind === 'job' && step.job === 'score')
        .map((step) => `pipeline.graph.${step.id}`),
    ),
  smokeLatency: (plan) =>
    each(plan, ({ pipeline }) =>
      pipeline.graph.steps.flatMap((step) =>
        step.kind === 'task' && step.use === 'decideGate' && asksLatency(step.arguments['evaluation'])
          ? [`pipeline.graph.${step.id}`]
          : [],
      ),
    ),
  endpoint: (plan) => models(plan, 'endpoint'),
  release: (plan) => models(plan, 'endpoint.graph'),
  shadow: (plan) =>
    each(plan, (model) =>
      model.endpoint.graph.steps.flatMap((step) =>
        step.kind === 'task' && step.use === 'deployShadow' ? [`endpoint.graph.${step.id}`] : [],
      ),
    ),
  scaling: (plan) =>
    each(plan, ({ endpoint: { instances } }) => (instances.max > instances.min ? ['endpoint.instances'] : [])),
  capture: (plan) => each(plan, (model) => (model.endpoint.capturePercent > 0 ? ['endpoint.capturePercent'] : [])),
  handlers: (plan) =>
    each(plan, (model) =>
      Object.entries(partsOf(model)).flatMap(([name, part]) => (part === null ? [] : [`${name}.permissions`])),
    ),
  schedules: (plan) =>
    each(plan, (model) =>
      Object.entries(partsOf(model)).flatMap(
        ([name, part]) => part?.schedules.map((one) => `${name}.schedules.${one.id}`) ?? [],
      ),
    ),
  alarms: (plan) =>
    each(plan, (model) =>
      Object.entries(partsOf(model)).flatMap(
        ([name, part]) => part?.alarms.map((one) => `${name}.alarms.${one.id}`) ?? [],
      ),
    ),
  objectives: (plan) => each(plan, ({ endpoint }) => endpoint.objectives.map((one) => `endpoint.objectives.${one.id}`)),
  pageGroups: (plan) =>
    each(plan, ({ endpoint, drift }) => [
      ...(endpoint.pageGroup === null ? [] : ['endpoint.pageGroup']),
      ...(drift === null || drift.pageGroup === null ? [] : ['drift.pageGroup']),
    ]),
  incidents: (plan) => models(plan, 'endpoint.incidentGraph.record'),
  escalation: (plan) => models(plan, 'endpoint.incidentGraph.escalate'),
  notifications: (plan) =>
    Object.entries(plan.incidents.routes).flatMap(([severity, contacts]) =>
      contacts.length > 0 ? [`incidents.routes.${severity}`] : [],
    ),
  dashboards: (plan) => plan.dashboards.map((one) => `dashboards.${one.id}`),
  traces: (plan) =>
    each(plan, (model) =>
      Object.entries(partsOf(model)).flatMap(([name, part]) =>
        part?.permissions.some(({ action }) => action === 'writeTraces') ? [`${name}.permissions.writeTraces`] : [],
      ),
    ),
  auditTrail: () => ['governance.auditRetentionSeconds'],
  trainingBlock: (plan) =>
    each(plan, ({ budget }) => (budget?.onExceeded === 'blockTraining' ? ['budget.onExceeded'] : [])),
  budget: (plan) => [...(plan.budget ? ['budget'] : []), ...each(plan, (model) => (model.budget ? ['budget'] : []))],
  delivery: (plan) => stagesOf(plan, (kind) => kind !== 'deploy'),
  deliveryDeploy: (plan) => stagesOf(plan, (kind) => kind === 'deploy'),
  deliveryRecords: (plan) => (plan.delivery.stages.length > 0 ? ['delivery.stages'] : []),
  encryption: (plan) => (plan.security.encryption === 'customerKey' ? ['security.encryption'] : []),
  network: (plan) => (plan.security.network === 'private' ? ['security.network'] : []),
};
