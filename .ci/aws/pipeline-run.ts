// A run of the deployed pipeline, with the deployed functions. The account has no data, and the stand-in's Athena knows no
// catalogue: so the run is refused at its first step, and what is looked at is that everything else works as deployed.
import { deepStrictEqual, rejects } from 'node:assert';
import { setTimeout } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  paginateGetExecutionHistory,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { StackResource } from './stacks';

const machines = new SFNClient();
const buckets = new S3Client({ forcePathStyle: true });

const RUN = 'first-run';
const LONGEST_MS = 60_000;
const POLL_MS = 500;

/** Starts a run by its name and waits for its end. @returns how often the first step was called */
export async function expectRecordedFailure(resources: readonly StackResource[]): Promise<number> {
  const stateMachineArn = named(resources, 'AWS::StepFunctions::StateMachine', /PipelineStateMachine/);
  const input = JSON.stringify({ startedBy: 'ci', cause: 'manual' });
  const { executionArn = '' } = await machines.send(new StartExecutionCommand({ stateMachineArn, name: RUN, input }));
  const execution = await endOf(executionArn);
  deepStrictEqual([execution.status, execution.error], ['FAILED', 'failed']);

  const happened: string[] = [];
  for await (const { events } of paginateGetExecutionHistory({ client: machines }, { executionArn })) {
    for (const { type, stateEnteredEventDetails } of events ?? [])
      happened.push(stateEnteredEventDetails?.name ?? String(type));
  }
  const states = happened.filter((one) => /^[a-z]/.test(one));
  deepStrictEqual(states, ['validate', 'validateFailed', 'recordFailure', 'failed']);

  // The failure is a record of the ledger, of this run and step, by whoever started it.
  const ledger = named(resources, 'AWS::S3::Bucket', /RegistryLedger/);
  const { Contents } = await buckets.send(new ListObjectsV2Command({ Bucket: ledger }));
  const [key, ...more] = (Contents ?? []).map(({ Key }) => Key);
  deepStrictEqual(more, []);
  const { Body } = await buckets.send(new GetObjectCommand({ Bucket: ledger, Key: key }));
  const { action, actor, details } = JSON.parse((await Body?.transformToString()) ?? '');
  deepStrictEqual([action, actor, details.run, details.step], ['pipelineFailed', 'ci', RUN, 'validate']);

  // A name is taken once: what asks twice starts one run.
  const other = JSON.stringify({ startedBy: 'ci', cause: 'schedule' });
  await rejects(
    machines.send(new StartExecutionCommand({ stateMachineArn, name: RUN, input: other })),
    ExecutionAlreadyExists,
  );
  return happened.filter((one) => one === 'TaskFailed').length;
}

function named(resources: readonly StackResource[], type: string, logicalId: RegExp): string {
  const [found, ...more] = resources.filter((one) => one.type === type && logicalId.test(one.logicalId));
  if (found === undefined || more.length > 0) throw new Error(`not one ${type} ${logicalId}`);
  return found.physicalId;
}

async function endOf(executionArn: string): Promise<{ status?: string; error?: string }> {
  for (let waited = 0; waited < LONGEST_MS; waited += POLL_MS) {
    const execution = await machines.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await setTimeout(POLL_MS);
  }
  throw new Error(`${executionArn} has not ended in ${LONGEST_MS} ms`);
}
