import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { z } from 'zod';
import { PREFIXES } from '../../contract/aws';
import { dataSchema } from '../../definition/data';
import { driftSchema, qualitySchema } from '../../definition/monitoring';
import { asMap } from '../../definition/raw';
import { dataRules } from '../../definition/rules/data';
import { driftRules, qualityRules } from '../../definition/rules/monitoring';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import { TASKS, type Task } from '../../kernel/metric-catalogue';
import { localRunbook } from '../../plan/alarm';
import { planDrift } from '../../plan/drift';
import type { DriftPlan } from '../../plan/plan';
import type { ICanaryEndpoint } from '../canary-endpoint/endpoint-interface';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import { type AlarmReference, type RenderedAlarm, renderAlarms } from '../support/alarm-renderer';
import { DataTables } from '../support/data-tables';
import { removalPolicy } from '../support/encryption';
import { handlerEnvironment } from '../support/environment';
import { Handler } from '../support/handler';
import { NAME_LIMITS, physicalName } from '../support/names';
import type { INotifications } from '../support/notifications';
import { grantPermissions } from '../support/permissions';
import { logRetention, retentionSeconds } from '../support/retention';
import { scheduleCall } from '../support/schedules';
import type { Wiring } from '../support/wiring';
import { captureTable } from './capture-table';
import { DriftMetrics } from './drift-metrics';

export interface DriftAlarmProps {
  /** Name of the model. */
  readonly model: string;
  readonly task: Task;
  readonly data: SectionInput<typeof dataSchema>;
  readonly drift: SectionInput<typeof driftSchema>;
  /** Quality on matured labels. @default - inputs and predictions are watched alone */
  readonly quality?: SectionInput<typeof qualitySchema>;
  readonly endpoint: ICanaryEndpoint;
  readonly registry: IModelRegistry;
  /** Who is told of alarms. @default - nobody: the alarms have no action */
  readonly notifications?: INotifications;
  /** Wired by MlPlatform. @default - planned from the sections */
  readonly wiring?: Wiring<DriftPlan>;
}

/** A model's alarms on drift and quality: what retraining needs of them. */
export interface IDriftAlarm {
  readonly alarms: readonly AlarmReference[];
}

/** Jobs that compare what is served with what was learnt, by schedule, on Athena; and the alarms on what they find. */
export class DriftAlarm extends Construct implements IDriftAlarm {
  /** Alarms that exist already, with what each is about. */
  static fromAlarms(alarms: readonly AlarmReference[]): IDriftAlarm {
    return { alarms };
  }

  readonly model: string;
  readonly registry: IModelRegistry;
  readonly plan: DriftPlan;
  readonly handler: Handler;
  readonly tables: DataTables;
  readonly schedules: ScheduleGroup;
  readonly alarms: readonly RenderedAlarm[];
  readonly metrics: DriftMetrics;

  constructor(scope: Construct, id: string, props: DriftAlarmProps) {
    super(scope, id);
    this.plan = props.wiring?.plan ?? this.planned(props);
    this.model = this.plan.model;
    this.registry = props.registry;
    const { registry, plan } = this;
    const { encryptionKey } = registry;
    const { endpointName, captureSeconds } = props.endpoint;
    const notifications = props.notifications ?? props.wiring?.notifications;
    const network = props.wiring?.network;
    const runbooks = props.wiring?.runbooks ?? '';

    this.tables = new DataTables(this, 'Tables', { registry, data: plan.data, purpose: 'monitoring' });
    const capture = this.tables.add('Capture', captureTable(registry, endpointName, captureSeconds));
    const queries = retentionSeconds(plan, 'queryResults');
    if (queries !== undefined) registry.expireAfter(PREFIXES.queries, queries);

    this.handler = new Handler(this, 'Handler', {
      handlerRole: 'monitor',
      description: `Drift and quality of ${this.model}`,
      logRetention: logRetention(plan),
      encryptionKey,
      network,
      unhandled: { platform: registry.platform, model: this.model, runbooks, ...(notifications && { notifications }) },
      environment: {
        ...handlerEnvironment({ registry, notifications, network, runbooks }),
        MLP_ENDPOINT: endpointName,
        ...this.tables.environment,
      },
    });
    grantPermissions(this.handler.role, plan.permissions, 'monitor', {
      registry,
      sources: this.tables.sources,
      query: this.tables,
      watchedEndpoint: endpointName,
      topics: notifications ? Object.values(notifications.topics) : [],
      encryptionKey,
    });
    this.schedules = new ScheduleGroup(this, 'Schedules', {
      scheduleGroupName: physicalName(NAME_LIMITS.scheduleGroup, registry.platform, registry.model, 'monitoring'),
      removalPolicy: removalPolicy(false),
    });
    for (const job of plan.jobs) scheduleCall(this, job, this.handler, this.schedules, encryptionKey);
    const subject = { platform: registry.platform, model: registry.model, endpointName };
    this.alarms = renderAlarms(this, subject, plan.alarms, notifications, plan.pageGroup);
    this.metrics = new DriftMetrics(subject);
    this.node.defaultChild = capture;
  }

  private planned(props: DriftAlarmProps): DriftPlan {
    const sections = new SectionReader(this);
    const model = sections.model(props.model, props.registry.model);
    const task = sections.read('task', z.enum(TASKS), props.task);
    const data = sections.read('data', dataSchema, props.data, dataRules);
    const context = { task: props.task, columns: asMap(asMap(props.data)?.['columns']) };
    const drift = sections.read('drift', driftSchema, props.drift, driftRules, context);
    const quality = sections.optional('quality', qualitySchema, props.quality, qualityRules, context);
    sections.done();
    return planDrift({
      model,
      task,
      data,
      drift,
      quality,
      freshness: null,
      costPerPrediction: null,
      servingCost: null,
      runbook: localRunbook,
    });
  }
}
