import { type IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import type { IEvalGatePipeline } from './pipeline-interface';

/** A pipeline of another stack. */
export class ImportedPipeline extends Construct implements IEvalGatePipeline {
  readonly model: string;
  readonly stateMachine: IStateMachine;

  constructor(
    scope: Construct,
    id: string,
    stateMachineArn: string,
    readonly registry: IModelRegistry,
  ) {
    super(scope, id);
    this.model = registry.model;
    this.stateMachine = StateMachine.fromStateMachineArn(this, 'StateMachine', stateMachineArn);
  }
}
