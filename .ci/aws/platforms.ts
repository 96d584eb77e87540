// What is deployed: both example platforms and the smallest definition, each with a change that comes later.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';

/** Where the stand-in says that it is. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
const HERE = { account: ACCOUNT, region: REGION };

const ROOT = join(__dirname, '..', '..');

/** Values by dotted path of the definition. */
type Changes = Readonly<Record<string, unknown>>;

export interface Deployment {
  readonly name: string;
  readonly file: string;
  /** Where it is deployed to, in place of the definition's own accounts. */
  readonly place: Changes;
  readonly change: Changes;
  /** What is another afterwards, in each stack: types with their number. */
  readonly changes: readonly string[];
  /** What the change makes new in each stack. */
  readonly adds?: readonly string[];
  /** What outlives each stack when the platform is destroyed. */
  readonly keeps: Readonly<Record<string, readonly string[]>>;
}

/** What is stored outlives its stack, with the policies that close the buckets. */
const kept = (buckets: number, repositories = 2): readonly string[] => [
  'AWS::DynamoDB::Table 1',
  // Later environments pull the images of the first.
  ...(repositories > 0 ? [`AWS::ECR::Repository ${repositories}`] : []),
  'AWS::KMS::Key 1',
  `AWS::S3::Bucket ${buckets}`,
  `AWS::S3::BucketPolicy ${buckets}`,
  'AWS::SageMaker::ModelPackageGroup 1',
];

export const DEPLOYMENTS: readonly Deployment[] = [
  {
    name: 'bike-share',
    file: 'examples/bike-share/platform.yaml',
    // Both environments in one account, whose resources need names of their own.
    // The stand-in's SageMaker knows older machines alone, and releases are executed.
    place: {
      'environments.0.aws': HERE,
      'environments.1.aws': HERE,
      'models.demand.serving.compute.aws': 'ml.m5.large',
    },
    // A threshold, and a machine: the release handler's setting, in both graphs, and in what a prediction costs.
    change: {
      'models.demand.monitoring.quality.metrics.mae.max': 75,
      'models.demand.serving.compute.aws': 'ml.m5.xlarge',
    },
    changes: [
      'AWS::CloudWatch::Alarm 1',
      'AWS::Lambda::Function 1',
      'AWS::Scheduler::Schedule 1',
      'AWS::StepFunctions::StateMachine 2',
    ],
    // Artifacts, ledger and access records; the first environment has the artifacts of the delivery too.
    keeps: { 'bike-share-staging': kept(4), 'bike-share-production': kept(3, 0) },
  },
  {
    name: 'employment',
    file: 'examples/employment/platform.yaml',
    place: {},
    // It gives its protection up, so that the platform goes as a whole.
    change: { 'security.deletionProtection': false },
    changes: ['AWS::DynamoDB::Table 1'],
    // CDK's function, which empties buckets of artifacts and of access records.
    adds: ['AWS::IAM::Role 1', 'AWS::Lambda::Function 1', 'Custom::S3AutoDeleteObjects 2'],
    // The ledger, which is locked, and the group that has the versions.
    keeps: {
      'employment-production': ['AWS::S3::Bucket 1', 'AWS::S3::BucketPolicy 1', 'AWS::SageMaker::ModelPackageGroup 1'],
    },
  },
  {
    name: 'starter',
    file: 'test/fixtures/definitions/valid-foundation.yaml',
    place: {},
    change: { 'models.churn.serving.compute': 'medium' },
    changes: ['AWS::Lambda::Function 1', 'AWS::StepFunctions::StateMachine 1'],
    keeps: { 'starter-production': kept(2) },
  },
];

/** Writes the cloud assembly of a definition with changes, by our CLI. @returns its folder */
export async function synthesise(work: string, name: string, { file }: Deployment, changes: Changes): Promise<string> {
  const definition = parse(readFileSync(join(ROOT, file), 'utf8')) as Tree;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    let parent = definition;
    for (const key of keys) {
      parent[key] ??= {};
      parent = parent[key] as Tree;
    }
    parent[last] = value;
  }
  const written = join(work, `${name}.json`);
  const folder = join(work, name);
  writeFileSync(written, JSON.stringify(definition));
  await promisify(execFile)(
    join(ROOT, 'node_modules', '.bin', 'tsx'),
    [join(ROOT, 'src/cli/main.ts'), 'synth', written, '--target', 'aws', '--out', folder],
    { maxBuffer: 1 << 24 },
  );
  return folder;
}

type Tree = { [key: string]: unknown };
