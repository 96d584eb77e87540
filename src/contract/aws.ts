import { z } from 'zod';
import { handlerEnvSchema } from './env';

/** What the AWS constructs and the AWS handlers share beyond the neutral contract. */

/**
 * Names of an endpoint's two variants. They are stable, so that alarms, which need fixed dimensions, see every version: the
 * champion is in one, the challenger in the other.
 */
export const VARIANTS = ['blue', 'green'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Name of the error by which a handler says that the endpoint still changes; the state machine calls again. */
export const TARGET_CHANGING = 'TargetChanging';

/** Seconds between two calls while the endpoint changes. */
export const TARGET_POLL_SECONDS = 30;

/** Seconds for which a call itself looks whether the endpoint has changed, before it ends to be made again. */
export const TARGET_LOOK_SECONDS = 20;

/** Prefixes in the artifact bucket that are not artifacts. */
export const PREFIXES = { capture: 'capture', queries: 'queries' } as const;

/** Names of the Glue tables of a model. */
export const TABLES = { source: 'source', labels: 'labels', capture: 'capture' } as const;

/** Tag of the OpsItems that handlers make; handlers reach those of their own platform alone. */
export const OPS_ITEM_TAG = 'mlp:platform';

/** Source and detail type of the events that tell of a promoted version. */
export const EVENT_SOURCE = 'ml-platform-constructs';
export const PROMOTED = 'Model Version Promoted';

/** A container image: its URI, or the SSM parameter to which the delivery writes the digest of the last build. */
export const PARAMETER_IMAGE = 'ssm:';

const text = z.string().default('');

/** Environment of the handlers on AWS. Empty: not wired to this handler. */
export const awsEnvSchema = handlerEnvSchema.extend({
  AWS_REGION: z.string().min(1),
  /** KMS key of stored objects; empty for keys of AWS. */
  MLP_KEY: text,
  MLP_MODEL_GROUP: text,
  MLP_ENDPOINT: text,
  /** Role that the served container has. */
  MLP_SERVER_ROLE: text,
  MLP_SERVER_IMAGE: text,
  MLP_SERVER_INSTANCE: text,
  /** Instances that serve, least and most, and the requests a minute that one takes; they scale where the two differ. */
  MLP_INSTANCES_MIN: z.coerce.number().int().min(0).default(0),
  MLP_INSTANCES_MAX: z.coerce.number().int().min(0).default(0),
  MLP_TARGET_REQUESTS: z.coerce.number().min(0).default(0),
  MLP_PIPELINE_MACHINE: text,
  MLP_RELEASE_MACHINE: text,
  MLP_WORKGROUP: text,
  MLP_DATABASE: text,
  /** Column with the time of the event. */
  MLP_TIMESTAMP: text,
  /** Anything when labels arrive apart. */
  MLP_LABELS: text,
  /** Comma-separated; where the container runs in a private network. */
  MLP_SUBNETS: text,
  MLP_SECURITY_GROUPS: text,
  /** Account of the environment before this one; empty where there is none. */
  MLP_ORIGIN_ACCOUNT: text,
  /** Tags of what the handler makes: a JSON object of values by key. */
  MLP_TAGS: z.string().default('{}'),
  /** Names of the page alarms that take a release back, comma-separated. */
  MLP_ABORT_ALARMS: text,
});
export type AwsEnv = z.output<typeof awsEnvSchema>;

/** Variables that a construct may set; the region is the runtime's own. */
export type AwsHandlerVariables = Partial<Record<Exclude<keyof AwsEnv, 'AWS_REGION'>, string>>;

/** What the registry's rule sends to the pipeline's handler when the approval status of a model package has changed. */
export const approvalEventSchema = z.object({
  approval: z.object({
    /** ARN of the model package. */
    package: z.string().min(1),
    status: z.string(),
  }),
  /** The event's own id. */
  run: z.string().min(1),
  arguments: z.record(z.string(), z.json()),
});
export type ApprovalEvent = z.output<typeof approvalEventSchema>;

/** What a rule sends to the pipeline's handler when the environment before this one has promoted a version. */
export const offerEventSchema = z.object({
  offer: z.object({
    account: z.string(),
    /** Bucket of the version's artifacts. */
    artifacts: z.string().min(1),
    version: z.number(),
    artifactDigest: z.string(),
  }),
  run: z.string().min(1),
  arguments: z.record(z.string(), z.json()),
});
export type OfferEvent = z.output<typeof offerEventSchema>;

/** What a rule sends to the pipeline's handler when a run has ended without its own last step. */
export const stoppedEventSchema = z.object({
  stopped: z.object({
    /** Name of the execution, which is that of the run. */
    name: z.string().min(1),
    arn: z.string().min(1),
    status: z.string(),
  }),
  arguments: z.record(z.string(), z.json()),
  /** Prefix of the names of jobs, models and the candidate's endpoint. */
  jobPrefix: z.string().min(1),
  /** Whether candidates are queried on endpoints of their own. */
  isMeasured: z.boolean(),
});
export type StoppedEvent = z.output<typeof stoppedEventSchema>;

/** What the state machine sends to the pipeline's handler when a managed job has ended well. */
export const jobEventSchema = z.object({
  /** The job: training, the subject that was scored, the candidate's smoke test, or what one that failed has left. */
  collect: z.enum(['training', 'candidate', 'champion', 'smoke', 'smokeRemoval']),
  /** Name of the run. */
  run: z.string().min(1),
  /** The data section of the model. */
  data: z.json(),
  job: z.object({ jobName: z.string(), artifactUri: z.string().optional(), image: z.string().optional() }),
  /** Digest of the frozen test rows that were scored. */
  testSetDigest: z.string().optional(),
  /** Image that scored, by digest where it is one that we build. */
  image: z.string().optional(),
  /** How many rows to ask, on which machine. */
  smoke: z.object({ rows: z.int().positive(), instanceType: z.string() }).optional(),
  /** What the smoke test measured. */
  serving: z.record(z.string(), z.json()).optional(),
});
export type JobEvent = z.output<typeof jobEventSchema>;
