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
  'training',
  'scoring',
  'endpoint',
  'release',
  'shadow',
  'capture',
  'handlers',
  'schedules',
  'alarms',
  'notifications',
  'dashboards',
  'budget',
  'delivery',
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
  training: { aws: 'SageMaker training job', google: 'Vertex AI custom job', local: 'process' },
  scoring: { aws: 'SageMaker batch transform', google: 'Vertex AI batch prediction', local: 'process' },
  endpoint: {
    aws: 'SageMaker endpoint, by the release controller',
    google: 'Vertex AI endpoint',
    local: 'process on loopback',
  },
  release: { aws: 'Step Functions state machine', google: 'Cloud Workflows workflow', local: 'step runner' },
  shadow: { aws: 'SageMaker shadow variant', google: null, local: 'mirrored requests' },
  capture: {
    aws: 'SageMaker data capture and Athena',
    google: 'request-response logging to BigQuery',
    local: 'DuckDB',
  },
  handlers: { aws: 'Lambda functions', google: 'Cloud Run functions', local: 'in process' },
  schedules: { aws: 'EventBridge Scheduler', google: 'Cloud Scheduler', local: 'virtual clock' },
  alarms: { aws: 'CloudWatch alarms', google: 'Monitoring alert policies', local: 'verdicts of the run' },
  notifications: {
    aws: 'SNS topics',
    google: 'Monitoring notification channels and Pub/Sub',
    local: 'terminal and file',
  },
  dashboards: { aws: 'CloudWatch dashboards', google: 'Monitoring dashboards', local: 'summary of the run' },
  budget: { aws: 'AWS Budgets', google: 'Cloud Billing budget', local: null },
  delivery: { aws: 'CodePipeline and CodeBuild', google: 'Cloud Build triggers', local: null },
  encryption: { aws: 'KMS key', google: 'Cloud KMS key', local: null },
  network: { aws: 'VPC with endpoints', google: 'VPC with private service access', local: 'loopback' },
} as const satisfies Record<Concept, Record<Target, string | null>>;

export interface Rendered {
  readonly concept: Concept;
  /** Plan elements of this concept. */
  readonly elements: readonly string[];
  /** What renders them on the target; null where nothing does. */
  readonly by: string | null;
}

/** What of a plan a target renders with what. */
export function rendersOf(plan: Plan, target: Target): Rendered[] {
  return CONCEPTS.map((concept) => ({
    concept,
    elements: ELEMENTS[concept](plan),
    by: RENDERED_BY[concept][target],
  })).filter((one) => one.elements.length > 0);
}

const models = (plan: Plan, part: string): string[] => Object.keys(plan.models).map((name) => `models.${name}.${part}`);
const each = (plan: Plan, list: (model: Plan['models'][string]) => readonly string[]): string[] =>
  Object.values(plan.models).flatMap((model) => list(model).map((id) => `models.${model.name}.${id}`));
const partsOf = (model: Plan['models'][string]) => ({
  pipeline: model.pipeline,
  endpoint: model.endpoint,
  drift: model.drift,
  retraining: model.retraining,
});

const ELEMENTS: Record<Concept, (plan: Plan) => string[]> = {
  artifacts: (plan) => models(plan, 'registry'),
  registry: (plan) => models(plan, 'registry.aliases'),
  ledger: (plan) => models(plan, 'registry.retention.ledger'),
  state: (plan) => models(plan, 'registry'),
  pipeline: (plan) => models(plan, 'pipeline.graph'),
  training: (plan) => models(plan, 'pipeline.graph.train'),
  scoring: (plan) =>
    each(plan, (model) =>
      model.pipeline.graph.steps
        .filter((step) => step.kind === 'job' && step.job === 'score')
        .map((step) => `pipeline.graph.${step.id}`),
    ),
  endpoint: (plan) => models(plan, 'endpoint'),
  release: (plan) => models(plan, 'endpoint.graph'),
  shadow: (plan) =>
    each(plan, (model) =>
      model.endpoint.graph.steps.flatMap((step) =>
        step.kind === 'task' && step.use === 'deployShadow' ? [`endpoint.graph.${step.id}`] : [],
      ),
    ),
  capture: (plan) => each(plan, (model) => (model.endpoint.capturePercent > 0 ? ['endpoint.capturePercent'] : [])),
  handlers: (plan) => models(plan, 'permissions'),
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
  notifications: (plan) =>
    Object.entries(plan.incidents.routes).flatMap(([severity, contacts]) =>
      contacts.length > 0 ? [`incidents.routes.${severity}`] : [],
    ),
  dashboards: (plan) => plan.dashboards.map((one) => `dashboards.${one.id}`),
  budget: (plan) => [...(plan.budget ? ['budget'] : []), ...each(plan, (model) => (model.budget ? ['budget'] : []))],
  delivery: (plan) => plan.delivery.stages.map((stage) => `delivery.stages.${stage.id}`),
  encryption: (plan) => (plan.security.encryption === 'customerKey' ? ['security.encryption'] : []),
  network: (plan) => (plan.security.network === 'private' ? ['security.network'] : []),
};
