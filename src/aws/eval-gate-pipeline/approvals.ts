import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import type { Handler } from '../support/handler';

const RETRIES = 3;

/**
 * Tells the pipeline's handler when somebody sets the approval status of a version in SageMaker. Also where approval is
 * automatic: a person may reject a version, or bring one back that was rolled back.
 */
export function onApproval(scope: Construct, registry: IModelRegistry, handler: Handler): Rule {
  return new Rule(scope, 'Approvals', {
    description: `Approval of versions of ${registry.model}`,
    eventPattern: {
      source: ['aws.sagemaker'],
      detailType: ['SageMaker Model Package State Change'],
      detail: {
        ModelPackageGroupName: [registry.modelPackageGroupName],
        ModelApprovalStatus: ['Approved', 'Rejected'],
      },
    },
    targets: [
      new LambdaFunction(handler.function, {
        retryAttempts: RETRIES,
        deadLetterQueue: handler.deadLetters,
        event: RuleTargetInput.fromObject({
          approval: {
            package: EventField.fromPath('$.detail.ModelPackageArn'),
            status: EventField.fromPath('$.detail.ModelApprovalStatus'),
          },
          run: EventField.eventId,
          arguments: { ...registry.duties },
        }),
      }),
    ],
  });
}
