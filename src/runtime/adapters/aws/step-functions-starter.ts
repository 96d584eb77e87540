import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import type { WorkflowStarter } from '../../ports';
import { errorName } from './sdk-error';

type Workflow = 'pipeline' | 'release';

const STATUS = {
  RUNNING: 'running',
  PENDING_REDRIVE: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  ABORTED: 'failed',
} as const;

/** Longest name of an execution. */
const MAX_NAME = 80;

/** Starts state machines. A name can be used once in 90 days, which is what makes a start idempotent. */
export class StepFunctionsStarter implements WorkflowStarter {
  constructor(
    private readonly client: SFNClient,
    /** ARNs; empty where a handler is not wired to a workflow. */
    private readonly machines: Readonly<Record<Workflow, string>>,
  ) {}

  async start(workflow: Workflow, name: string, input: Json): Promise<boolean> {
    try {
      await this.client.send(
        new StartExecutionCommand({
          stateMachineArn: this.machine(workflow),
          name: executionName(name),
          input: JSON.stringify(input),
        }),
      );
      return true;
    } catch (error) {
      if (errorName(error) === 'ExecutionAlreadyExists') return false;
      throw error;
    }
  }

  async status(workflow: Workflow, name: string): Promise<'running' | 'succeeded' | 'failed' | 'absent'> {
    const executionArn = `${this.machine(workflow).replace(':stateMachine:', ':execution:')}:${executionName(name)}`;
    try {
      const { status } = await this.client.send(new DescribeExecutionCommand({ executionArn }));
      return status === undefined ? 'absent' : STATUS[status];
    } catch (error) {
      if (errorName(error) === 'ExecutionDoesNotExist') return 'absent';
      throw error;
    }
  }

  private machine(workflow: Workflow): string {
    const arn = this.machines[workflow];
    if (arn !== '') return arn;
    throw new OperationError({
      code: 'workflowNotWired',
      path: `workflows.${workflow}`,
      got: 'no state machine',
      expected: `the ARN of the ${workflow} of this model`,
      fix: 'wire the constructs: pipeline.releaseTo(endpoint), or RetrainSchedule with its pipeline',
    });
  }
}

/** A name that Step Functions takes: letters, digits, `-` and `_`. The whole of a name that is too long stays unique by its end. */
const executionName = (name: string): string => {
  const clean = name.replace(/[^A-Za-z0-9_-]+/g, '-');
  return clean.length <= MAX_NAME ? clean : `${clean.slice(0, MAX_NAME - 41)}-${clean.slice(-40)}`;
};
