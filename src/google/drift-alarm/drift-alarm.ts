import { Construct } from 'constructs';
import { z } from 'zod';
import { dataSchema } from '../../definition/data';
import { driftSchema, qualitySchema } from '../../definition/monitoring';
import { asMap } from '../../definition/raw';
import { columnsOf } from '../../definition/rules/context';
import { dataRules } from '../../definition/rules/data';
import { driftRules, qualityRules } from '../../definition/rules/monitoring';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import type { AlarmKind } from '../../kernel/alarm-kinds';
import { TASKS, type Task } from '../../kernel/metric-catalogue';
import { pascalCase } from '../../kernel/names';
import { localRunbook } from '../../plan/alarm';
import { planDrift } from '../../plan/drift';
import type { DriftPlan } from '../../plan/plan';
import type { ICanaryEndpoint } from '../canary-endpoint/canary-endpoint';
import { type INotifications, topicsOf } from '../ml-platform/notifications';
import type { IModelRegistry } from '../model-registry/model-registry';
import { Alarms } from '../support/alarm-renderer';
import { dataEnvironment, registryEnvironment } from '../support/environment';
import { handedOr } from '../support/handed-plan';
import { Handler } from '../support/handler';
import { locationOf } from '../support/location';
import { platformContextOf } from '../support/platform-context';
import { RoleIdentity } from '../support/role-identity';
import { ScheduledCall } from '../support/scheduled-call';
import { scheduledEvent } from '../support/task-event';
import { DriftMetrics } from './drift-alarm-metrics';

/** Drift alarms as other constructs see them. */
export interface IDriftAlarm extends Construct {
  readonly model: string;
  /** Sends alarms of some kinds to one more notification channel. */
  addChannel(kinds: readonly AlarmKind[], channel: string): void;
}

export interface DriftAlarmProps {
  /** The model's name. */
  readonly model: string;
  readonly task: Task;
  readonly data: SectionInput<typeof dataSchema>;
  readonly drift: SectionInput<typeof driftSchema>;
  /** @default - quality is not watched */
  readonly quality?: SectionInput<typeof qualitySchema>;
  readonly endpoint: ICanaryEndpoint;
  readonly registry: IModelRegistry;
  /** @default - nobody is told */
  readonly notifications?: INotifications;
}

/** What is watched of a model's inputs, predictions and quality: scheduled verdicts, their metrics and their alarms. */
export class DriftAlarm extends Construct implements IDriftAlarm {
  readonly plan: DriftPlan;
  readonly model: string;
  readonly identity: RoleIdentity;
  readonly handler: Handler;
  /** Scheduled calls by job id. */
  readonly schedules: Readonly<Record<string, ScheduledCall>>;
  readonly alarms: Alarms;
  readonly metrics: DriftMetrics;

  constructor(scope: Construct, id: string, props: DriftAlarmProps) {
    super(scope, id);
    const reader = new SectionReader(this);
    this.model = reader.model(props.model, props.registry.model);
    const task = reader.read('task', z.enum(TASKS), props.task);
    const context = { task: props.task, columns: columnsOf({ data: asMap(props.data) }) };
    const data = reader.read('data', dataSchema, props.data, dataRules);
    const drift = reader.read('drift', driftSchema, props.drift, driftRules);
    const quality = reader.optional('quality', qualitySchema, props.quality, qualityRules, context);
    reader.done();
    this.plan = handedOr(props, () =>
      planDrift({
        model: this.model,
        task,
        data,
        drift,
        quality,
        freshness: null,
        costPerPrediction: null,
        servingCost: null,
        runbook: localRunbook,
      }),
    );

    const { registry, endpoint, notifications } = props;
    const { project, region } = locationOf(this);
    this.identity = new RoleIdentity(this, 'Identity', { role: 'monitor', of: this.model, project }).grant(
      this.plan.permissions,
      {
        project,
        region,
        artifacts: registry.artifactBucketName,
        ledger: registry.ledgerBucketName,
        state: registry.stateBucketName,
        dataset: registry.datasetId,
        topics: topicsOf(notifications),
        sources: [data.source, ...(data.label.source ? [data.label.source] : [])],
      },
    );
    this.handler = new Handler(this, 'Handler', {
      role: 'monitor',
      of: this.model,
      identity: this.identity,
      timeoutSeconds: Math.max(...this.plan.jobs.map((job) => job.timeoutSeconds)),
      kmsKeyName: registry.kmsKeyName,
      notifications,
      environment: {
        ...registryEnvironment(registry, notifications),
        ...dataEnvironment(data, task),
        MLP_CAPTURE_TABLE: endpoint.captureTable,
        MLP_ENDPOINT: endpoint.endpointId,
      },
    });
    this.schedules = Object.fromEntries(
      this.plan.jobs.map((job) => [
        job.id,
        new ScheduledCall(this, `${pascalCase(job.id)}Schedule`, {
          model: this.model,
          schedule: job.schedule,
          path: `${this.node.path}.${job.id}.schedule`,
          event: scheduledEvent(job.use, job.id, job.arguments),
          handler: this.handler,
          identity: this.identity,
          timeoutSeconds: job.timeoutSeconds,
        }),
      ]),
    );
    const subject = { platform: platformContextOf(this).platform, model: this.model, endpointId: endpoint.endpointId };
    this.alarms = new Alarms(this, 'Alarms', {
      alarms: this.plan.alarms,
      pageGroup: this.plan.pageGroup,
      metrics: this.plan.metrics,
      subject,
      notifications,
    });
    this.node.defaultChild = this.alarms.policies['data-drift'];
    this.metrics = new DriftMetrics(subject);
  }

  addChannel(kinds: readonly AlarmKind[], channel: string): void {
    this.alarms.addChannel(kinds, channel);
  }
}
