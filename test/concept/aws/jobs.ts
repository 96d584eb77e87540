import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceError } from '../../aws/adapters/fake-client';
import type { Objects } from '../../aws/execution/objects';
import { readFiles, runTrainer, writeFiles } from '../world/trainer';
import type { ModelServers } from './model-servers';
import { packed } from './tar';

interface TrainingJob {
  readonly TrainingJobName: string;
  readonly AlgorithmSpecification: { readonly TrainingImage: string };
  readonly Environment: Readonly<Record<string, string>>;
  readonly HyperParameters: Readonly<Record<string, string>>;
  readonly InputDataConfig: readonly {
    readonly ChannelName: string;
    readonly DataSource: { readonly S3DataSource: { readonly S3Uri: string } };
  }[];
  readonly OutputDataConfig: { readonly S3OutputPath: string };
}

interface TransformJob {
  readonly TransformJobName: string;
  readonly ModelName: string;
  readonly TransformInput: { readonly DataSource: { readonly S3DataSource: { readonly S3Uri: string } } };
  readonly TransformOutput: { readonly S3OutputPath: string };
}

/** SageMaker's jobs with the definition's own trainer and server in the place of their images. */
export class Jobs {
  constructor(
    private readonly objects: Objects,
    private readonly servers: ModelServers,
    private readonly trainer: readonly string[],
  ) {}

  /** A container's folders below `/opt/ml`, filled and read as SageMaker does. */
  async train(job: TrainingJob) {
    const root = mkdtempSync(join(tmpdir(), 'mlp-concept-job-'));
    try {
      for (const { ChannelName, DataSource } of job.InputDataConfig) {
        writeFiles(join(root, 'input/data', ChannelName), this.download(DataSource.S3DataSource.S3Uri));
      }
      const texts = new TextEncoder().encode(JSON.stringify(job.HyperParameters));
      writeFiles(join(root, 'input/config'), { 'hyperparameters.json': texts });
      writeFiles(join(root, 'model'), {});
      writeFiles(join(root, 'output/data'), {});
      const inContainer = Object.entries(job.Environment).map(([name, value]) => [
        name,
        value.replace(/^\/opt\/ml/, root),
      ]);
      await runTrainer(this.trainer, Object.fromEntries(inContainer)).catch((error: Error) => {
        throw serviceError('States.TaskFailed', `AlgorithmError: ${error.message}`);
      });
      const [bucket, prefix] = place(job.OutputDataConfig.S3OutputPath);
      const folder = `${prefix}/${job.TrainingJobName}/output`;
      this.objects.putBytes(bucket, `${folder}/model.tar.gz`, packed(readFiles(join(root, 'model'))));
      this.objects.putBytes(bucket, `${folder}/output.tar.gz`, packed(readFiles(join(root, 'output/data'))));
      return {
        TrainingJobName: job.TrainingJobName,
        ModelArtifacts: { S3ModelArtifacts: `s3://${bucket}/${folder}/model.tar.gz` },
        AlgorithmSpecification: job.AlgorithmSpecification,
      };
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }

  async transform(job: TransformJob) {
    const [bucket, prefix] = place(job.TransformInput.DataSource.S3DataSource.S3Uri);
    const folder = place(job.TransformOutput.S3OutputPath)[1];
    for (const key of this.objects.keys(bucket).filter((one) => one.startsWith(prefix))) {
      const { instances } = JSON.parse(this.objects.text(bucket, key)!);
      const { predictions, error } = await this.servers.ask(job.ModelName, instances);
      if (error !== null) throw serviceError('States.TaskFailed', `ClientError: ${error}`);
      this.objects.put(bucket, `${folder}/${key.slice(prefix.length)}.out`, JSON.stringify({ predictions }));
    }
    return { TransformJobName: job.TransformJobName, TransformOutput: job.TransformOutput };
  }

  /** Every object that begins with the prefix (`S3Prefix`), by its path after the prefix's last slash. */
  private download(uri: string): Record<string, Uint8Array> {
    const [bucket, prefix] = place(uri);
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const keys = this.objects.keys(bucket).filter((key) => key.startsWith(prefix));
    if (keys.length === 0) throw serviceError('States.TaskFailed', `ClientError: no S3 objects found under ${uri}`);
    return Object.fromEntries(keys.map((key) => [key.slice(folder.length), this.objects.bytes(bucket, key)!]));
  }
}

function place(uri: string): [string, string] {
  const [bucket, ...rest] = uri.replace('s3://', '').split('/');
  return [bucket!, rest.join('/')];
}
