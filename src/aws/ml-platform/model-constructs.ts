import { NestedStack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { ModelDefinition, PlatformDefinition } from '../../definition/platform';
import type { ModelPlan } from '../../plan/plan';
import { CanaryEndpoint } from '../canary-endpoint/canary-endpoint';
import { DriftAlarm } from '../drift-alarm/drift-alarm';
import { EvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';
import { ModelRegistry } from '../model-registry/model-registry';
import { RetrainSchedule } from '../retrain-schedule/retrain-schedule';
import type { Wiring } from '../support/wiring';

export interface ModelConstructsProps {
  readonly platform: string;
  readonly definition: PlatformDefinition;
  readonly model: ModelDefinition;
  readonly plan: ModelPlan;
  readonly wiring: Omit<Wiring<never>, 'plan'>;
  readonly encryptionKey?: IKey;
  /** Whether they stand in a nested stack of their own. */
  readonly nested: boolean;
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
    const parts = props.nested ? new NestedStack(this, 'Stack') : this;
    const { platform, model, plan, wiring, encryptionKey, definition } = props;
    const { name, task } = plan;
    const registry = new ModelRegistry(parts, 'Registry', {
      model: name,
      governance: definition.governance,
      security: definition.security,
      ...(encryptionKey && { encryptionKey }),
      wiring: { platform, plan: plan.registry },
    });
    const endpoint = new CanaryEndpoint(parts, 'Endpoint', {
      model: name,
      task,
      serving: model.serving,
      release: model.release ?? {},
      registry,
      wiring: { ...wiring, plan: plan.endpoint },
    });
    const pipeline = new EvalGatePipeline(parts, 'Pipeline', {
      model: name,
      task,
      data: model.data,
      training: model.training,
      ...(model.evaluation && { evaluation: model.evaluation }),
      registry,
      wiring: { ...wiring, plan: plan.pipeline },
    });
    pipeline.releaseTo(endpoint);
    this.registry = registry;
    this.endpoint = endpoint;
    this.pipeline = pipeline;
    if (plan.drift && model.monitoring.drift) {
      this.drift = new DriftAlarm(parts, 'Drift', {
        model: name,
        task,
        data: model.data,
        drift: model.monitoring.drift,
        endpoint,
        registry,
        wiring: { ...wiring, plan: plan.drift },
      });
    }
    if (this.drift) endpoint.recordIncidents('Drift', this.drift.alarms);
    if (plan.retraining && model.retraining) {
      this.retraining = new RetrainSchedule(parts, 'Retraining', {
        model: name,
        retraining: model.retraining,
        pipeline,
        endpoint,
        ...(this.drift && { drift: this.drift }),
        wiring: { ...wiring, plan: plan.retraining },
      });
      endpoint.recordIncidents('Retraining', this.retraining.alarms);
    }
  }
}
