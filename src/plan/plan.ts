import type { MetricName } from '../contract/metrics';
import type { UseCase } from '../contract/use-cases';
import type { Data } from '../definition/data';
import type { Environment } from '../definition/environments';
import type { Contact } from '../definition/incidents';
import type { AlarmKind } from '../kernel/alarm-kinds';
import type { ComputeShape } from '../kernel/compute';
import type { Json } from '../kernel/json';
import type { Task } from '../kernel/metric-catalogue';
import type { Schedule } from '../kernel/schedule';
import type { Severity } from '../kernel/severity';
import type { Stage } from '../kernel/stages';
import type { Finding } from './findings/finding';
import type { StepGraph } from './step-graph';

/** What a platform will have and do, for every target. JSON-safe and deterministic; durations in seconds. */
export interface Plan {
  readonly planVersion: 1;
  readonly platform: PlatformFacts;
  readonly environments: readonly Environment[];
  readonly delivery: DeliveryPlan;
  readonly incidents: IncidentPlan;
  readonly governance: GovernancePlan;
  readonly security: SecurityPlan;
  readonly budget: BudgetPlan | null;
  readonly dashboards: readonly DashboardPlan[];
  readonly models: Readonly<Record<string, ModelPlan>>;
  readonly findings: readonly Finding[];
}

export interface PlatformFacts {
  readonly name: string;
  readonly owner: string;
  readonly stage: Stage;
  readonly currency: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ModelPlan {
  readonly name: string;
  readonly task: Task;
  readonly owner: string;
  readonly risk: 'low' | 'medium' | 'high';
  readonly tags: Readonly<Record<string, string>>;
  readonly registry: RegistryPlan;
  readonly pipeline: PipelinePlan;
  readonly endpoint: EndpointPlan;
  readonly drift: DriftPlan | null;
  readonly retraining: RetrainingPlan | null;
  readonly budget: BudgetPlan | null;
}

/** What every part of a model's plan has, so that each target renders them with one loop. */
export interface PartPlan {
  readonly alarms: readonly AlarmPlan[];
  readonly metrics: readonly MetricPlan[];
  readonly schedules: readonly SchedulePlan[];
  readonly permissions: readonly PermissionPlan[];
  readonly retention: readonly RetentionPlan[];
}

export interface RegistryPlan extends PartPlan {
  readonly model: string;
  readonly aliases: readonly ['champion', 'challenger', 'previous'];
  /** Versions that stay deployable after they were replaced. */
  readonly keepPrevious: number;
  readonly approvers: readonly string[];
  readonly separationOfDuties: boolean;
  readonly verifyDigest: boolean;
  readonly encryption: 'managed' | 'customerKey';
  readonly deletionProtection: boolean;
  readonly ledgerRetentionSeconds: number;
}

export interface PipelinePlan extends PartPlan {
  readonly model: string;
  readonly task: Task;
  readonly graph: StepGraph;
  readonly training: TrainingPlan;
  readonly data: Data;
  readonly approval: 'automatic' | 'manual';
}

export interface ImagePlan {
  /** Folder to build; null when the image exists already. */
  readonly build: string | null;
  readonly aws: string | null;
  readonly google: string | null;
}

export interface TrainingPlan {
  readonly image: ImagePlan;
  readonly command: readonly string[] | null;
  readonly compute: ComputePlan;
  readonly hyperparameters: Readonly<Record<string, string | number | boolean>>;
  readonly maxDurationSeconds: number;
  /** Longest from asking for a machine to the end of the job: interruptible ones are waited for, and may have to be found twice. */
  readonly maxWaitSeconds: number;
  readonly spot: boolean;
  readonly seed: number;
  readonly testPercent: number;
  readonly splitBy: 'time' | 'random';
}

/** Machines by cloud; null where the definition names none for that cloud (a finding). */
export interface ComputePlan {
  readonly aws: string | null;
  readonly google: string | null;
  readonly accelerator: ComputeShape['accelerator'] | null;
}

export interface EndpointPlan extends PartPlan {
  readonly model: string;
  readonly task: Task;
  readonly image: ImagePlan;
  readonly compute: ComputePlan;
  readonly instances: { readonly min: number; readonly max: number };
  readonly targetRequestsPerInstance: number;
  readonly capturePercent: number;
  readonly timeoutSeconds: number;
  readonly payload: 'json' | 'csv';
  readonly expectedRequestsPerMinute: number | null;
  readonly graph: StepGraph;
  /** What the service is to keep over a month; their error budgets are what burn-rate alarms watch. */
  readonly objectives: readonly ObjectivePlan[];
  /** Null where one alarm at most pages. */
  readonly pageGroup: AlarmGroupPlan | null;
  /** What a page alarm of the model starts. */
  readonly incidentGraph: StepGraph;
  readonly strategy: 'canary' | 'linear' | 'blueGreen' | 'allAtOnce';
  /** Percents of live traffic in order, 100 last. */
  readonly percents: readonly number[];
  readonly keepPrevious: number;
  readonly onConcurrent: 'queue' | 'supersede';
  /** Reports by schedule on the releases of this model (role release): the DORA metrics, once a day. */
  readonly jobs: readonly MonitoringJobPlan[];
}

export interface DriftPlan extends PartPlan {
  readonly model: string;
  readonly task: Task;
  readonly data: Data;
  readonly watchedColumns: readonly string[];
  /** Null where one alarm at most pages. */
  readonly pageGroup: AlarmGroupPlan | null;
  readonly windowSeconds: number;
  readonly jobs: readonly MonitoringJobPlan[];
}

/** A use case that runs by a schedule, with its fixed arguments. */
export interface MonitoringJobPlan {
  readonly id: string;
  readonly use: UseCase;
  readonly arguments: { readonly [key: string]: Json };
  readonly schedule: Schedule;
  readonly timeoutSeconds: number;
}

export interface RetrainingPlan extends PartPlan {
  readonly model: string;
  readonly arguments: { readonly [key: string]: Json };
  /** Kinds of alarms that call the decision, by cause. */
  readonly causes: readonly { readonly cause: string; readonly alarmKinds: readonly AlarmKind[] }[];
  readonly cooldownSeconds: number;
}

export interface MetricPlan {
  readonly name: MetricName;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly emittedBy: readonly string[];
}

export interface AlarmPlan {
  /** Unique in its model; public API of alarm names. kebab-case. */
  readonly id: string;
  readonly kind: AlarmKind;
  readonly severity: Severity;
  readonly summary: string;
  readonly metric: {
    readonly name: MetricName;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: 'average' | 'maximum' | 'minimum' | 'sum' | 'p50' | 'p99' | 'errorPercent';
  };
  readonly comparator: 'above' | 'atOrAbove' | 'below' | 'atOrBelow';
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly datapoints: { readonly breaching: number; readonly of: number };
  /**
   * What it means when data stop: `breaching`, or `insufficient` (the alarm says that it cannot tell). Never healthy. Before the first
   * data nothing has stopped: a platform whose first version is not released yet has none.
   */
  readonly missingData: 'breaching' | 'insufficient';
  /** Link in the message. */
  readonly runbook: string;
  /** A running release is taken back when this alarm fires. */
  readonly abortsRelease: boolean;
}

/** A service level objective: the share of requests that has to be good, and what is left over is the error budget. */
export interface ObjectivePlan {
  /** Unique in its model; public API of names. */
  readonly id: 'availability' | 'latency';
  readonly summary: string;
  readonly targetPercent: number;
  readonly windowSeconds: number;
  /** A good request is answered within this time; null: it is answered without an error of the server. */
  readonly latencyMs: number | null;
  /** Alarms that fire when the error budget is used up so many times faster than it may be. */
  readonly burnRates: readonly { readonly alarm: string; readonly rate: number; readonly windowSeconds: number }[];
}

/** Page alarms of which people hear once, however many of them fire. */
export interface AlarmGroupPlan {
  readonly id: 'service' | 'quality';
  readonly summary: string;
  /** Ids of the alarms. */
  readonly alarms: readonly string[];
}

export interface SchedulePlan {
  readonly id: string;
  readonly schedule: Schedule;
  /** What it starts. */
  readonly starts:
    | { readonly kind: 'job'; readonly id: string }
    /** `cause` null: only what waits, and what nobody has to report, is decided. */
    | { readonly kind: 'retrainingDecision'; readonly cause: 'schedule' | null };
}

/** Purposes that have an identity of their own. */
export type Role = 'pipeline' | 'trainer' | 'server' | 'release' | 'monitor' | 'retraining' | 'delivery' | 'incidents';

/** Verbs of least privilege; each cloud has one table from verb and resource to its actions. */
export type PermissionAction =
  | 'readData'
  | 'queryData'
  | 'readArtifacts'
  | 'writeArtifacts'
  | 'readCapture'
  | 'writeCapture'
  | 'appendLedger'
  | 'readRegistry'
  | 'writeRegistry'
  | 'runTraining'
  | 'manageEndpoint'
  | 'readMetrics'
  | 'watchAlarms'
  | 'writeMetrics'
  | 'lock'
  | 'startPipeline'
  | 'startRelease'
  | 'followRelease'
  | 'notify'
  | 'announce'
  | 'trackIncidents'
  | 'useKey'
  | 'pullImage'
  | 'writeLogs'
  | 'writeTraces';

export interface PermissionPlan {
  readonly role: Role;
  readonly action: PermissionAction;
  /** Why it is needed: the step or job. */
  readonly because: string;
}

export interface RetentionPlan {
  readonly what: 'artifacts' | 'capture' | 'ledger' | 'logs' | 'queryResults';
  readonly seconds: number;
  /** Cannot be deleted before. */
  readonly locked: boolean;
}

export interface IncidentPlan {
  readonly routes: Readonly<Record<Severity, readonly Contact[]>>;
  readonly escalateAfterSeconds: number;
  readonly postmortem: { readonly requiredFor: readonly Severity[]; readonly dueWithinSeconds: number };
  readonly runbooks: Readonly<Record<AlarmKind, string>>;
}

export interface GovernancePlan {
  readonly auditRetentionSeconds: number;
  readonly approvers: readonly string[];
  readonly separationOfDuties: boolean;
}

export interface SecurityPlan {
  readonly encryption: 'managed' | 'customerKey';
  readonly network: 'standard' | 'private';
  readonly modelIntegrity: boolean;
  readonly deletionProtection: boolean;
}

export interface BudgetPlan {
  readonly monthly: number;
  readonly currency: string;
  readonly alertAtPercent: readonly number[];
  readonly trainingRun: number | null;
  readonly onExceeded: 'alert' | 'blockTraining';
}

export interface DeliveryPlan {
  readonly source: {
    readonly provider: string;
    readonly repository: string;
    readonly branch: string;
    readonly connection: { readonly aws: string | null; readonly google: string | null };
  };
  readonly stages: readonly DeliveryStage[];
  readonly timeoutSeconds: number;
  readonly buildImage: { readonly aws: string | null; readonly google: string | null };
  /** Folders that become images, by purpose and model. */
  readonly images: readonly {
    readonly model: string;
    readonly purpose: 'trainer' | 'server';
    readonly folder: string;
  }[];
  readonly permissions: readonly PermissionPlan[];
}

export type DeliveryStage =
  | {
      readonly kind: 'commands';
      readonly id: 'lint' | 'build' | 'test' | 'integrationTest';
      readonly commands: readonly string[];
    }
  | { readonly kind: 'approval'; readonly id: string; readonly environment: string }
  | { readonly kind: 'deploy'; readonly id: string; readonly environment: string };

export interface DashboardPlan {
  readonly id: 'service' | 'model' | 'delivery';
  readonly title: string;
  readonly widgets: readonly {
    readonly title: string;
    readonly metrics: readonly {
      readonly model: string | null;
      readonly name: MetricName;
      readonly dimensions: Readonly<Record<string, string>>;
      readonly statistic: AlarmPlan['metric']['statistic'];
    }[];
  }[];
}
