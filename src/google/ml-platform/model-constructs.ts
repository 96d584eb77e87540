import { Construct } from 'constructs';
import type { ModelDefinition, PlatformDefinition } from '../../definition/platform';
import type { ModelPlan } from '../../plan/plan';
import { CanaryEndpoint } from '../canary-endpoint/canary-endpoint';
import { DriftAlarm } from '../drift-alarm/drift-alarm';
import { EvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';
import { ModelRegistry } from '../model-registry/model-registry';
import { RetrainSchedule } from '../retrain-schedule/retrain-schedule';
import { handPlan } from '../support/handed-plan';
import type { IEncryptionKey } from './encryption-key';
import type { INotifications } from './notifications';

export interface ModelConstructsProps {
  readonly definition: PlatformDefinition;
  readonly model: ModelDefinition;
  readonly plan: ModelPlan;
  readonly notifications: INotifications;
  readonly encryptionKey?: IEncryptionKey;
  /** Whether a budget can be set, whose messages block training. */
  readonly isBilled: boolean;
}

/** The parts of one model, wired to each other. */
export class ModelConstructs extends Construct {
  readonly registry: ModelRegistry;
  readonly pipeline: EvalGatePipeline;
  readonly endpoint: CanaryEndpoint;
  /** Undefined below stage core. */
  readonly drift?: DriftAlarm;
  /** Undefined where the definition has no retraining. */
  readonly retraining?: RetrainSchedule;

  constructor(scope: Construct, id: string, props: ModelConstructsProps) {
    super(scope, id);
    const { definition, model, plan, notifications, encryptionKey, isBilled } = props;
    const { name, task } = plan;
    const registry = new ModelRegistry(
      this,
      'Registry',
      handPlan(
        {
          model: name,
          governance: definition.governance,
          security: definition.security,
          ...(encryptionKey && { encryptionKey }),
        },
        plan.registry,
      ),
    );
    const endpoint = new CanaryEndpoint(
      this,
      'Endpoint',
      handPlan(
        { model: name, task, serving: model.serving, release: model.release ?? {}, registry, notifications },
        plan.endpoint,
      ),
    );
    const pipeline = new EvalGatePipeline(
      this,
      'Pipeline',
      handPlan(
        {
          model: name,
          task,
          data: model.data,
          training: model.training,
          ...(model.evaluation && { evaluation: model.evaluation }),
          registry,
          notifications,
          servingCompute: plan.endpoint.compute,
          servingImage: plan.endpoint.image,
          budgetBlocksTraining: isBilled && plan.budget?.onExceeded === 'blockTraining',
        },
        plan.pipeline,
      ),
    );
    this.registry = registry;
    this.endpoint = endpoint;
    this.pipeline = pipeline;
    if (plan.drift && model.monitoring.drift) {
      this.drift = new DriftAlarm(
        this,
        'Drift',
        handPlan(
          { model: name, task, data: model.data, drift: model.monitoring.drift, endpoint, registry, notifications },
          plan.drift,
        ),
      );
      endpoint.recordIncidents(this.drift);
    }
    if (plan.retraining && model.retraining) {
      this.retraining = new RetrainSchedule(
        this,
        'Retraining',
        handPlan(
          {
            model: name,
            retraining: model.retraining,
            pipeline,
            endpoint,
            ...(this.drift && { drift: this.drift }),
          },
          plan.retraining,
        ),
      );
      endpoint.recordIncidents(this.retraining);
    }
  }
}
