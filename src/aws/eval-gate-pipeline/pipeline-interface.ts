import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import type { DataTables } from '../support/data-tables';

/** A model's pipeline: what retraining and delivery need of it. */
export interface IEvalGatePipeline extends IConstruct {
  readonly model: string;
  readonly registry: IModelRegistry;
  readonly stateMachine: IStateMachine;
  /** Where the training data can be queried; undefined for an imported pipeline. */
  readonly tables?: DataTables;
}
