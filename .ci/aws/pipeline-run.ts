// A run of the deployed pipeline, with the deployed functions. The account has no data, and the stand-in's Athena knows no
// catalogue: so the run is refused at its first step, and what is looked at is that everything else works as deployed.
import { deepStrictEqual, rejects } from 'node:assert';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  paginateGetExecutionHistory,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { eventually, named, recordsOf } from './ledger';
import type { StackResource } from './stacks';

const machines = new SFNClient();

const RUN = 'first-run';

/** Starts a run by its name and waits for its end. @returns how often the first step was called */
export async function expectRecordedFailure(resources: readonly StackResource[]): Promise<number> {
  const stateMachineArn = named(resources, 'AWS::StepFunctions::StateMachine', /PipelineStateMachine/);
  const input = JSON.stringify({ startedBy: 'ci', cause: 'manual' });
  const { executionArn = '' } = await machines.send(new StartExecutionCommand({ stateMachineArn, name: RUN, input }));
  const execution = await eventually(`the end of ${executionArn}`, async () => {
    const now = await machines.send(new DescribeExecutionCommand({ executionArn }));
    return now.status === 'RUNNING' ? undefined : now;
  });
  deepStrictEqual([execution.status, execution.error], ['FAILED', 'failed']);

  const happened: string[] = [];
  for await (const { events } of paginateGetExecutionHistory({ client: machines }, { executionArn })) {
    for (const { type, stateEnteredEventDetails } of events ?? [])
      happened.push(stateEnteredEventDetails?.name ?? String(type));
  }
  const states = happened.filter((one) => /^[a-z]/.test(one));
  deepStrictEqual(states, ['validate', 'validateFailed', 'recordFailure', 'failed']);

  // The failure is a record of the ledger, of this run and step, by whoever started it.
  const records = await recordsOf(resources);
  deepStrictEqual(
    records.map(({ action, actor, details }) => [action, actor, details['run'], details['step']]),
    [['pipelineFailed', 'ci', RUN, 'validate']],
  );

  // A name is taken once: what asks twice starts one run.
  const other = JSON.stringify({ startedBy: 'ci', cause: 'schedule' });
  await rejects(
    machines.send(new StartExecutionCommand({ stateMachineArn, name: RUN, input: other })),
    ExecutionAlreadyExists,
  );
  return happened.filter((one) => one === 'TaskFailed').length;
}
