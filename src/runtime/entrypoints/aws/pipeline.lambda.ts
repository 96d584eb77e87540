import { createHash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { DeleteModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import {
  type ApprovalEvent,
  type AwsEnv,
  approvalEventSchema,
  awsEnvSchema,
  type JobEvent,
  jobEventSchema,
  type OfferEvent,
  offerEventSchema,
  type StoppedEvent,
  stoppedEventSchema,
} from '../../../contract/aws';
import type { TaskEvent } from '../../../contract/events';
import { dataSchema } from '../../../definition/data';
import { bucketLocation } from '../../adapters/aws/bucket-location';
import { ManagedJobResults } from '../../adapters/aws/managed-job-results';
import { packageApproval } from '../../adapters/aws/package-approval';
import { resourceTags } from '../../adapters/aws/resource-tags';
import { S3ArtifactStore } from '../../adapters/aws/s3-artifact-store';
import { unlessMissing } from '../../adapters/aws/sagemaker-error';
import { SmokeEndpoint } from '../../adapters/aws/smoke-endpoint';
import { TargetChangingError } from '../../adapters/aws/target-changing';
import { artifactKeys, isInLedger, readTestRows } from '../../usecases';
import { type Answer, fromEnvironment, handleTask } from './handle-task';

const tasks = handleTask([
  'checkData',
  'prepareEvaluation',
  'decideGate',
  'registerVersion',
  'requestRelease',
  'decideApproval',
  'recordFailure',
]);

/** Steps of the pipeline, what SageMaker's jobs have left, and what people decide in SageMaker's console. */
export const handler = async (input: unknown): Promise<Answer> => {
  const approval = approvalEventSchema.safeParse(input);
  if (approval.success) return decide(approval.data);
  const offer = offerEventSchema.safeParse(input);
  if (offer.success) return take(offer.data);
  const stopped = stoppedEventSchema.safeParse(input);
  if (stopped.success) return stop(stopped.data);
  const job = jobEventSchema.safeParse(input);
  return job.success ? collect(job.data) : tasks(input);
};

const DECISIONS: Readonly<Record<string, 'approve' | 'reject'>> = { Approved: 'approve', Rejected: 'reject' };

/** What is so now counts, not what the event says: events come late, more than once, and also of what we have set ourselves. */
async function decide({ approval, run, arguments: fixed }: ApprovalEvent): Promise<Answer> {
  const client = new SageMakerClient({ region: awsEnvSchema.parse(process.env).AWS_REGION });
  const found = await packageApproval(client, approval.package);
  const decision = DECISIONS[found?.status ?? ''];
  // A handler's session is named after its function.
  const isOurs = found?.arn?.endsWith(`/${process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? ''}`) === true;
  if (found === null || decision === undefined || isOurs) return { decision: 'nothing' };
  const { version, by, description } = found;
  const state = { version, decision, by: by ?? 'unknown', ...(description !== null && { reason: description }) };
  return tasks({ use: 'decideApproval', step: 'approval', run, arguments: fixed, state });
}

/** The environment before this one has promoted a version: events of any other account are not ours to follow. */
async function take({ offer, run, arguments: fixed }: OfferEvent): Promise<Answer> {
  const env = awsEnvSchema.parse(process.env);
  const { account, artifacts, version, artifactDigest } = offer;
  if (account !== env.MLP_ORIGIN_ACCOUNT) return { imported: false };
  const origin = new S3ArtifactStore(
    new S3Client({ region: env.AWS_REGION, followRegionRedirects: true }),
    bucketLocation(artifacts),
  );
  const imports = handleTask(['importVersion'], (event) => ({ ...fromEnvironment(event), origin }));
  return imports({ use: 'importVersion', step: 'import', run, arguments: fixed, state: { version, artifactDigest } });
}

const STOPPED: Readonly<Record<string, string>> = {
  ABORTED: 'somebody has stopped the run',
  TIMED_OUT: 'the run took longer than its workflow may',
  FAILED: 'the run broke',
};
/** An endpoint that is still made cannot be deleted: it is looked at for most of a call's time, which comes three times. */
const LOOKS = 40;
const LOOK_MS = 20_000;

/**
 * A run ended without its own last step. Step Functions has stopped its jobs; what it does not know of goes here, and why the
 * run left no version is recorded.
 */
async function stop({ stopped, arguments: fixed, jobPrefix, isMeasured }: StoppedEvent): Promise<Answer> {
  const run = stopped.name;
  const message = `${STOPPED[stopped.status] ?? 'the run ended'} (${stopped.status})`;
  const state = { startedBy: 'pipeline', error: { step: 'run', message } };
  const event = { use: 'recordFailure', step: 'stopped', run, arguments: fixed, state } as TaskEvent;
  const { ledger, model } = fromEnvironment(event);
  // A run that failed by itself has said so, unless that was what failed.
  const told = await isInLedger(ledger, model, `failure:${run}`);
  if (!told) await tasks(event);
  const env = awsEnvSchema.parse(process.env);
  const region = { region: env.AWS_REGION };
  const sagemaker = new SageMakerClient(region);
  const [candidate, champion] = ['candidate', 'champion'].map((subject) => jobName(jobPrefix, stopped.arn, subject));
  if (isMeasured) {
    const artifacts = new S3ArtifactStore(new S3Client(region), bucketLocation(env.MLP_ARTIFACTS));
    const options = { ...smokeOptions(env, run), name: candidate!, instanceType: '' };
    const endpoint = new SmokeEndpoint(sagemaker, new SageMakerRuntimeClient(region), artifacts, options);
    await removed(endpoint);
  }
  for (const ModelName of [candidate, champion]) {
    await sagemaker.send(new DeleteModelCommand({ ModelName })).catch(unlessMissing);
  }
  return { run, recorded: !told, removed: true };
}

const smokeOptions = (env: AwsEnv, run: string) => ({
  note: artifactKeys.smoke(run),
  tags: resourceTags(env.MLP_TAGS),
  now: () => performance.now(),
});

/** The name that the state machine gives: `States.Hash(States.Format('{}/<subject>', $$.Execution.Id), 'SHA-1')`. */
const jobName = (prefix: string, execution: string, subject: string): string =>
  `${prefix}-${createHash('sha1').update(`${execution}/${subject}`).digest('hex')}`;

async function removed(endpoint: SmokeEndpoint): Promise<void> {
  for (let look = 1; ; look++) {
    try {
      return await endpoint.remove();
    } catch (error) {
      if (!(error instanceof TargetChangingError) || look >= LOOKS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function collect(event: JobEvent): Promise<Answer> {
  const { run, job } = event;
  const data = dataSchema.parse(event.data);
  const env = awsEnvSchema.parse(process.env);
  const region = { region: env.AWS_REGION };
  const client = new S3Client(region);
  const location = bucketLocation(env.MLP_ARTIFACTS);
  const artifacts = new S3ArtifactStore(client, location);
  const results = new ManagedJobResults(artifacts, {
    location,
    keys: artifactKeys,
    testRows: (of, kept) => readTestRows(artifacts, of, data, kept),
    features: Object.keys(data.columns).filter((name) => data.columns[name]?.feature && name !== data.label.column),
  });
  if (event.collect === 'training') return { ...job, ...(await results.training(run, job.artifactUri ?? '')) };
  if (event.collect === 'smoke' || event.collect === 'smokeRemoval') {
    const { rows = 1, instanceType = '' } = event.smoke ?? {};
    const options = { ...smokeOptions(env, run), name: job.jobName, instanceType };
    const clients = [new SageMakerClient(region), new SageMakerRuntimeClient(region)] as const;
    const endpoint = new SmokeEndpoint(...clients, artifacts, options);
    if (event.collect === 'smoke')
      return { ...(await endpoint.measure((await results.instances(run)).slice(0, rows))) };
    await endpoint.remove();
    return { removed: true };
  }
  const scored = await results.scores(run, event.collect);
  // Batch transform has loaded the model and answered every row; it does not say how fast.
  const serving = event.serving ?? { loaded: true, rowsQueried: scored.rows, failures: 0, latencyP99Ms: null };
  const image = event.image === undefined ? {} : { image: event.image };
  return { ...job, ...scored, ...image, testSetDigest: event.testSetDigest ?? '', serving };
}
