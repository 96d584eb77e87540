import { gzipSync } from 'node:zlib';
import { serviceError } from '../adapters/fake-client';
import type { Account } from './account';

/** What a trainer leaves and how its model answers. */
export interface Trained {
  /** The customers with at most so many months leave. */
  readonly threshold: number;
  /** Share of answers that are turned round; 0.5 knows nothing. */
  readonly noise: number;
  readonly metrics: Readonly<Record<string, number>>;
}

type Input = Readonly<Record<string, never>>;

/** SageMaker's training and transform jobs, as a state machine waits for them: they read and write the bucket as real ones do. */
export class ManagedJobs {
  /** Jobs that ended in `Failed`, by kind, from now on. */
  readonly failing = new Set<'training' | 'transform'>();
  /** Names of jobs, in order. */
  readonly names: string[] = [];
  private readonly models = new Map<string, Trained>();

  constructor(
    private readonly account: Account,
    private readonly next: () => Trained,
  ) {}

  /** What stands behind `Resource` of a state. @throws an error named as Step Functions names it */
  async run(resource: string, input: Input): Promise<unknown> {
    switch (resource.split(':').at(-1)) {
      case 'createTrainingJob.sync':
        return this.train(input as never);
      case 'createModel':
        return this.account.endpoints.operations().CreateModel(input as never);
      case 'deleteModel':
        return this.account.endpoints.operations().DeleteModel(input as never);
      case 'createTransformJob.sync':
        return this.transform(input as never);
      default:
        throw new RangeError(`nothing stands behind ${resource}`);
    }
  }

  private train(input: {
    TrainingJobName: string;
    AlgorithmSpecification: { TrainingImage: string };
    InputDataConfig: readonly { DataSource: { S3DataSource: { S3Uri: string } } }[];
    OutputDataConfig: { S3OutputPath: string };
  }) {
    const { TrainingJobName: name } = input;
    this.take(name);
    const [bucket, prefix] = place(input.InputDataConfig[0]!.DataSource.S3DataSource.S3Uri);
    if (!this.account.objects.keys(bucket).some((key) => key.startsWith(prefix))) throw failed('no training data');
    if (this.failing.has('training')) throw failed('AlgorithmError: the container ended with exit code 1');
    const trained = this.next();
    const folder = `${place(input.OutputDataConfig.S3OutputPath)[1]}/${name}/output`;
    this.account.objects.put(bucket, `${folder}/model.tar.gz`, JSON.stringify(trained));
    this.account.objects.putBytes(
      bucket,
      `${folder}/output.tar.gz`,
      archive('metrics.json', JSON.stringify(trained.metrics)),
    );
    return {
      TrainingJobName: name,
      ModelArtifacts: { S3ModelArtifacts: `s3://${bucket}/${folder}/model.tar.gz` },
      AlgorithmSpecification: input.AlgorithmSpecification,
    };
  }

  private transform(input: {
    TransformJobName: string;
    ModelName: string;
    TransformInput: { DataSource: { S3DataSource: { S3Uri: string } } };
    TransformOutput: { S3OutputPath: string };
  }) {
    this.take(input.TransformJobName);
    if (!this.account.endpoints.models.has(input.ModelName)) throw failed(`could not find model ${input.ModelName}`);
    if (this.failing.has('transform')) throw failed('ClientError: the container answered with status 500');
    const { threshold, noise } = this.archiveOf(input.ModelName);
    const [bucket, prefix] = place(input.TransformInput.DataSource.S3DataSource.S3Uri);
    const folder = place(input.TransformOutput.S3OutputPath)[1];
    for (const key of this.account.objects.keys(bucket).filter((one) => one.startsWith(prefix))) {
      const { instances } = JSON.parse(this.account.objects.text(bucket, key)!) as {
        readonly instances: readonly { readonly tenure: number }[];
      };
      const predictions = instances.map(({ tenure }, row) => {
        const leaves = tenure <= threshold !== ((row * 7919) % 100) / 100 < noise;
        return { probability: leaves ? 0.8 : 0.2, prediction: leaves ? 'yes' : 'no' };
      });
      this.account.objects.put(bucket, `${folder}/${key.slice(prefix.length)}.out`, JSON.stringify({ predictions }));
    }
    return { TransformJobName: input.TransformJobName, TransformOutput: input.TransformOutput };
  }

  /** A name can be used once, as in SageMaker. */
  private take(name: string): void {
    if (name.length > 63) throw failed(`the name ${name} is too long`);
    if (this.names.includes(name)) throw serviceError('SageMaker.ResourceInUseException', `${name} is there already`);
    this.names.push(name);
  }

  private archiveOf(model: string): Trained {
    const known = this.models.get(model);
    if (known !== undefined) return known;
    const [bucket, key] = place(this.account.endpoints.archives.get(model)!);
    const body = this.account.objects.text(bucket, key);
    if (body === undefined) throw failed(`no model data at s3://${bucket}/${key}`);
    const trained = JSON.parse(body) as Trained;
    this.models.set(model, trained);
    return trained;
  }
}

const failed = (text: string): Error => serviceError('States.TaskFailed', text);

function place(uri: string): [string, string] {
  const [bucket, ...rest] = uri.replace('s3://', '').split('/');
  return [bucket!, rest.join('/')];
}

/** A `.tar.gz` of one file, in the ustar format. */
function archive(name: string, content: string): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(Buffer.byteLength(content).toString(8).padStart(11, '0'), 124);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return gzipSync(Buffer.concat([header, body, Buffer.alloc(1024)]));
}
