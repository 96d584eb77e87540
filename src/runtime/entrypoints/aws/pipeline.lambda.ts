import { S3Client } from '@aws-sdk/client-s3';
import { awsEnvSchema, type JobEvent, jobEventSchema } from '../../../contract/aws';
import { dataSchema } from '../../../definition/data';
import { bucketLocation } from '../../adapters/aws/bucket-location';
import { ManagedJobResults } from '../../adapters/aws/managed-job-results';
import { S3ArtifactStore } from '../../adapters/aws/s3-artifact-store';
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

async function collect({ collect: what, run, data: section, job, testSetDigest }: JobEvent): Promise<Answer> {
  const data = dataSchema.parse(section);
  const env = awsEnvSchema.parse(process.env);
  const client = new S3Client({ region: env.AWS_REGION });
  const location = bucketLocation(env.MLP_ARTIFACTS);
  const artifacts = new S3ArtifactStore(client, location);
  const results = new ManagedJobResults(client, artifacts, {
    location,
    keys: artifactKeys,
    testRows: (of) => readTestRows(artifacts, of, data),
    features: Object.keys(data.columns).filter((name) => data.columns[name]?.feature && name !== data.label.column),
  });
  if (what === 'training') return { ...job, ...(await results.training(run, job.artifactUri ?? '')) };
  const scored = await results.scores(run, what);
  // Batch transform has loaded the model and answered every row; it does not say how fast.
  const serving = { loaded: true, rowsQueried: scored.rows, failures: 0, latencyP99Ms: null };
  return { ...job, ...scored, testSetDigest: testSetDigest ?? '', serving };
}
