import { z } from 'zod';
import { ALARM_KINDS } from '../kernel/alarm-kinds';
import { SEVERITIES } from '../kernel/severity';
import { handlerEnvSchema } from './env';
import { METRIC_NAMESPACE, METRICS, type MetricName } from './metrics';

/** Environment variables of handlers on Google Cloud. */
export const googleEnvSchema = handlerEnvSchema.extend({
  MLP_PROJECT: z.string().min(1),
  MLP_REGION: z.string().min(1),
  /** BigQuery dataset of the model's tables. */
  MLP_DATASET: z.string().default(''),
  /** Table of captured requests in that dataset; empty while nothing serves. */
  MLP_CAPTURE_TABLE: z.string().default(''),
  /** Vertex AI endpoint's id; empty where the role has none. */
  MLP_ENDPOINT: z.string().default(''),
  /** Service account, machine and image of the model server. */
  MLP_SERVER_ACCOUNT: z.string().default(''),
  MLP_SERVER_MACHINE: z.string().default(''),
  MLP_SERVER_ACCELERATOR: z.string().default(''),
  MLP_SERVER_ACCELERATOR_COUNT: z.coerce.number().int().min(0).default(0),
  MLP_SERVER_IMAGE: z.string().default(''),
  /** Repository that the delivery pushes images to, whose tags are looked up; empty where the role looks up none. */
  MLP_IMAGES: z.string().default(''),
  /** Key for what handlers create; empty for Google's own keys. */
  MLP_KEY: z.string().default(''),
  /** JSON of `googleDataSchema`; empty where the role reads no data. */
  MLP_DATA: z.string().default(''),
  MLP_TASK: z.enum(['binaryClassification', 'multiclassClassification', 'regression']).default('regression'),
  /** JSON of `googleTrainingSchema`; empty where the role trains nothing. */
  MLP_TRAINING: z.string().default(''),
  /** JSON of `googleSmokeSchema`; empty where the gate does not ask how fast a candidate answers. */
  MLP_SMOKE: z.string().default(''),
  /** Whether a budget that is used up blocks training. */
  MLP_TRAINING_BLOCK: z.enum(['', 'true']).default(''),
  /** JSON of `approvalDutiesSchema`; empty where nobody decides of versions. */
  MLP_APPROVALS: z.string().default(''),
  /** JSON of `alertTriggerSchema`; empty where no alert calls the handler. */
  MLP_TRIGGER: z.string().default(''),
  /** JSON of `alarmTableSchema`; empty where no alarm becomes an incident. */
  MLP_ALARMS: z.string().default(''),
  /** Topic on which promoted versions are offered to the next environment, `projects/…/topics/…`; empty where there is none. */
  MLP_OFFERS: z.string().default(''),
  /** JSON of `originSchema`; empty in a first environment. */
  MLP_ORIGIN: z.string().default(''),
  /** JSON of `deliverySourceSchema`; empty where no delivery is told of. */
  MLP_DELIVERY: z.string().default(''),
});
export type GoogleEnv = z.output<typeof googleEnvSchema>;

/** Where a model's data lie, for the handlers. */
export const googleDataSchema = z.object({
  /** `gs://bucket/prefix` or `bq://project.dataset.table`. */
  source: z.string(),
  labels: z.string().nullable(),
  format: z.enum(['csv', 'parquet', 'jsonl']),
  key: z.string().nullable(),
  /** Column of the truth. */
  label: z.string(),
  /** Column with the time of the event. */
  timestamp: z.string().nullable(),
  task: z.enum(['binaryClassification', 'multiclassClassification', 'regression']),
  /** Columns of the model's input, with their types. */
  features: z.record(z.string(), z.enum(['number', 'integer', 'category', 'boolean', 'string', 'timestamp'])),
});
export type GoogleData = z.output<typeof googleDataSchema>;

/** How the model is trained on Vertex AI. */
export const googleTrainingSchema = z.object({
  /** Service account of the trainer. */
  account: z.string(),
  image: z.string(),
  command: z.array(z.string()).nullable(),
  machine: z.string().nullable(),
  accelerator: z.object({ type: z.string(), count: z.number() }).nullable(),
  maxDurationSeconds: z.number(),
  spot: z.boolean(),
  /** Name of the TensorBoard of the model's experiments. */
  tensorboard: z.string().nullable(),
});
export type GoogleTraining = z.output<typeof googleTrainingSchema>;

/** How a candidate is asked, on an endpoint of its own, how fast it answers. */
export const googleSmokeSchema = z.object({
  rows: z.int().positive(),
  machine: z.string().nullable(),
  accelerator: z.object({ type: z.string(), count: z.number() }).nullable(),
});
export type GoogleSmoke = z.output<typeof googleSmokeSchema>;

/** What the pipeline's workflow sends when it starts a managed job, and when the job has ended. */
export const googleJobSchema = z.object({
  job: z.enum(['train', 'score']),
  step: z.string().min(1),
  run: z.string().min(1),
  arguments: z.record(z.string(), z.json()),
  state: z.record(z.string(), z.json()),
});
export type GoogleJob = z.output<typeof googleJobSchema>;

/** What an alert's message is turned into: the use case with its fixed arguments, and the cause by alarm kind. */
export const alertTriggerSchema = z.object({
  use: z.literal('decideRetraining'),
  arguments: z.record(z.string(), z.json()),
  causes: z.record(z.string(), z.string()),
});
export type AlertTrigger = z.output<typeof alertTriggerSchema>;

/** What the plan says of the alarms that become incidents, by the value of their policies' label `alarm`. */
export const alarmTableSchema = z.record(
  z.string(),
  z.object({
    kind: z.enum(ALARM_KINDS),
    severity: z.enum(SEVERITIES),
    runbook: z.string(),
    group: z.string().nullable(),
  }),
);
export type AlarmTable = z.output<typeof alarmTableSchema>;

/** A version that an environment has promoted, as it is offered to the next one. */
export const offerMessageSchema = z.object({
  platform: z.string(),
  model: z.string(),
  /** Bucket of its artifacts. */
  artifacts: z.string().min(1),
  version: z.number(),
  artifactDigest: z.string(),
  /** Version that it has replaced there. */
  replaces: z.string().nullable(),
});
export type OfferMessage = z.output<typeof offerMessageSchema>;

/** The environment before this one, whose champions are taken here. */
export const originSchema = z.object({
  /** Its name. */
  from: z.string(),
  project: z.string(),
  /** Name of the platform there. */
  platform: z.string(),
  /** How a version gets into this environment. */
  approval: z.enum(['automatic', 'manual']),
});
export type Origin = z.output<typeof originSchema>;

/** What a build asks a pipeline for. Who has asked, and why, is not for it to say. */
export const trainingRequestSchema = z.object({
  /** Id of the build: one is one run. */
  build: z.string().regex(/^[\w-]+$/, 'the id of a build'),
  commit: z.string().min(1),
  /** When the commit was authored, ISO 8601; null where the build has no history. */
  committedAt: z.string().nullable().default(null),
});

/** Whose builds are deliveries, for the handler that hears of all builds of its project. */
export const deliverySourceSchema = z.object({
  /** Name of the trigger. */
  trigger: z.string().min(1),
  /** Whether people hear of a failed delivery from this handler: of several models from one. */
  tells: z.boolean(),
});
export type DeliverySource = z.output<typeof deliverySourceSchema>;

/** Topic on which Cloud Build tells of all builds of a project. Its name is fixed, and the topic is the project's own. */
export const BUILD_TOPIC = 'cloud-builds';

/**
 * How a delivery has ended, by the last status of its build. One that a person has stopped, or did not let begin, is neither.
 */
export const BUILD_OUTCOMES = {
  SUCCESS: 'SUCCEEDED',
  FAILURE: 'FAILED',
  INTERNAL_ERROR: 'FAILED',
  TIMEOUT: 'FAILED',
  EXPIRED: 'FAILED',
} as const;

/** Aliases by which people decide of a version in Vertex AI's registry; a decision takes its alias off again. */
export const DECISION_ALIASES = { approve: 'approve', reject: 'reject' } as const;

/** Id of a model in Vertex AI's registry. */
export const vertexModelId = (platform: string, model: string): string => `${platform}-${model}`;

/** Label of what a model of a platform costs: two environments of one project have models of the same name. */
export const COST_LABEL = 'platform_model';
/** Its value, as a text that is still to be made a label's. */
export const costOf = (platform: string, model: string): string => `${platform}-${model}`;

/**
 * Vertex AI's figures of an endpoint are sampled each minute, and not visible for up to two minutes more. Whoever reads them looks
 * that far back: before, they are not zero but unknown.
 */
export const ENDPOINT_FIGURES = { sampledEverySeconds: 60, visibleAfterSeconds: 180 } as const;

/** Cloud Monitoring's type of one of our metrics. */
export const metricType = (name: MetricName): string => `custom.googleapis.com/${METRIC_NAMESPACE}/${name}`;

/** Value of a dimension that a point does not have: Cloud Monitoring cannot ask for a label that is not there. */
export const NO_DIMENSION = 'all';

/** Labels of a point or of an alarm's filter: every dimension of the metric is there, as a label in lower case. */
export function metricLabels(
  platform: string,
  model: string,
  name: MetricName,
  dimensions: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = METRICS[name].dimensions.map((dimension) => [
    dimension.toLowerCase(),
    dimensions[dimension] ?? NO_DIMENSION,
  ]);
  return { platform, model, ...Object.fromEntries(own) };
}

/** Workflows of a model. */
export type WorkflowKind = 'pipeline' | 'release' | 'incident';

/** Object in the state bucket that names a state machine: the pipeline finds the release workflow there, whoever made it. */
export const workflowPointer = (model: string, workflow: WorkflowKind): string => `wiring/${model}/${workflow}.json`;

/** Names of the notification topics in the handlers' environment, and the log field that an alert policy reads. */
export const NOTIFICATION_LOG_FIELD = 'mlpNotification';
