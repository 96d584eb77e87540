import { Stack } from 'aws-cdk-lib';
import { type CfnBudget, CfnBudgetsAction } from 'aws-cdk-lib/aws-budgets';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { EvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';

export interface TrainingBlockProps {
  readonly model: string;
  readonly budget: CfnBudget;
  /** Whose training jobs are refused. */
  readonly pipeline: EvalGatePipeline;
  /** Who is told that training is blocked. */
  readonly topic: ITopic;
}

/** Percent of the monthly budget, of what was really spent. */
const USED_UP = 100;

/**
 * `budget.onExceeded: blockTraining`: when the month's budget is used up, AWS Budgets forbids the pipeline to start training
 * jobs, whoever asks for them: the retraining decision, a delivery, or a person. A person takes it back (Budgets, Actions,
 * Reverse); jobs that run already end by themselves.
 */
export function blockTraining(
  scope: Construct,
  { model, budget, pipeline, topic }: TrainingBlockProps,
): CfnBudgetsAction {
  const { account, partition, region } = Stack.of(scope);
  const { role } = pipeline.stateMachine;
  const deny = new ManagedPolicy(scope, 'NoTraining', {
    description: `Training of ${model} is refused while its budget is used up`,
    statements: [
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ['sagemaker:CreateTrainingJob'],
        resources: [`arn:${partition}:sagemaker:${region}:${account}:training-job/*`],
      }),
    ],
  });
  const executor = new Role(scope, 'BudgetActionRole', {
    description: `AWS Budgets blocks the training of ${model}`,
    assumedBy: new ServicePrincipal('budgets.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  });
  executor.addToPolicy(
    new PolicyStatement({
      actions: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
      resources: [role.roleArn],
      conditions: { ArnEquals: { 'iam:PolicyARN': deny.managedPolicyArn } },
    }),
  );
  const action = new CfnBudgetsAction(scope, 'BlockTraining', {
    budgetName: budget.ref,
    actionType: 'APPLY_IAM_POLICY',
    approvalModel: 'AUTOMATIC',
    notificationType: 'ACTUAL',
    actionThreshold: { type: 'PERCENTAGE', value: USED_UP },
    definition: { iamActionDefinition: { policyArn: deny.managedPolicyArn, roles: [role.roleName] } },
    executionRoleArn: executor.roleArn,
    subscribers: [{ type: 'SNS', address: topic.topicArn }],
  });
  // AWS Budgets tries the role when the action is made.
  action.node.addDependency(executor);
  return action;
}
