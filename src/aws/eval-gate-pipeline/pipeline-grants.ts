import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IEvalGatePipeline } from './pipeline-interface';

/** Access of other identities to a pipeline: `pipeline.grants.start(role)`. */
export class PipelineGrants {
  constructor(private readonly pipeline: IEvalGatePipeline) {}

  /** Starts a run. */
  start(grantee: IGrantable): Grant {
    return this.pipeline.stateMachine.grantStartExecution(grantee);
  }

  /** Reads runs and their history. */
  read(grantee: IGrantable): Grant {
    return this.pipeline.stateMachine.grantRead(grantee);
  }
}
