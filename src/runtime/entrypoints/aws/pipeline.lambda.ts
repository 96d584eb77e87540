import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { awsEnvSchema, type JobEvent, jobEventSchema } from '../../../contract/aws';
import { dataSchema } from '../../../definition/data';
import { bucketLocation } from '../../adapters/aws/bucket-location';
import { ManagedJobResults } from '../../adapters/aws/managed-job-results';
import { S3ArtifactStore } from '../../adapters/aws/s3-artifact-store';
import { SmokeEndpoint } from '../../adapters/aws/smoke-endpoint';
import { artifactKeys, readTestRows } from '../../usecases';
import { type Answer, handleTask } from './handle-task';

const tasks = handleTask([
  'checkData',
  'prepareEvaluation',
  'decideGate',
  'registerVersion',
  'requestRelease',
  'recordFailure',
]);

/** Steps of the pipeline, and what SageMaker's jobs have left. */
export const handler = async (input: unknown): Promise<Answer> => {
  const job = jobEventSchema.safeParse(input);
  return job.success ? collect(job.data) : tasks(input);
};

async function collect(event: JobEvent): Promise<Answer> {
  const { run, job } = event;
  const data = dataSchema.parse(event.data);
  const env = awsEnvSchema.parse(process.env);
  const region = { region: env.AWS_REGION };
  const client = new S3Client(region);
  const location = bucketLocation(env.MLP_ARTIFACTS);
  const artifacts = new S3ArtifactStore(client, location);
  const results = new ManagedJobResults(client, artifacts, {
    location,
    keys: artifactKeys,
    testRows: (of) => readTestRows(artifacts, of, data),
    features: Object.keys(data.columns).filter((name) => data.columns[name]?.feature && name !== data.label.column),
  });
  if (event.collect === 'training') return { ...job, ...(await results.training(run, job.artifactUri ?? '')) };
  if (event.collect === 'smoke') {
    const { rows = 1, instanceType = '' } = event.smoke ?? {};
    const options = { name: job.jobName, instanceType, now: () => performance.now() };
    const endpoint = new SmokeEndpoint(new SageMakerClient(region), new SageMakerRuntimeClient(region), options);
    return { ...(await endpoint.measure((await results.instances(run)).slice(0, rows))) };
  }
  const scored = await results.scores(run, event.collect);
  // Batch transform has loaded the model and answered every row; it does not say how fast.
  const serving = event.serving ?? { loaded: true, rowsQueried: scored.rows, failures: 0, latencyP99Ms: null };
  return { ...job, ...scored, testSetDigest: event.testSetDigest ?? '', serving };
}
