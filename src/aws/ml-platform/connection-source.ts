import type { ActionBindOptions, ActionConfig, IStage } from 'aws-cdk-lib/aws-codepipeline';
import { CodeStarConnectionsSourceAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * Source of a delivery. The service was renamed: a connection that was made since has an ARN of `codeconnections`, and a right names
 * the service of the resource that it is for. CDK grants the old name alone.
 */
export class ConnectionSource extends CodeStarConnectionsSourceAction {
  protected override bound(scope: Construct, stage: IStage, options: ActionBindOptions): ActionConfig {
    const config = super.bound(scope, stage, options);
    const { ConnectionArn } = config.configuration as { readonly ConnectionArn: string };
    options.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['codeconnections:UseConnection'], resources: [ConnectionArn] }),
    );
    return config;
  }
}
