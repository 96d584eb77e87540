import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartArm } from '../../../src/runtime/adapters/local/model-arm';
import { serviceError } from '../../aws/adapters/fake-client';
import type { Objects } from '../../aws/execution/objects';
import { writeFiles } from '../world/trainer';
import { unpacked } from './tar';

type Arm = Awaited<ReturnType<StartArm>>;
type Instances = Parameters<Arm['invoke']>[0];

/** Containers of SageMaker models: the definition's server as a process for each, started when it is first asked. */
export class ModelServers {
  private readonly root = mkdtempSync(join(tmpdir(), 'mlp-concept-models-'));
  private readonly arms = new Map<string, Promise<Arm>>();

  /** @param archiveOf where a model's archive lies, as CreateModel was told */
  constructor(
    private readonly objects: Objects,
    private readonly archiveOf: (model: string) => string | undefined,
    private readonly start: StartArm,
  ) {}

  async ask(model: string, instances: Instances): ReturnType<Arm['invoke']> {
    let arm = this.arms.get(model);
    if (arm === undefined) {
      arm = this.load(model);
      this.arms.set(model, arm);
    }
    return (await arm).invoke(instances, 0);
  }

  /** Ends the container of a model that nothing asks any more. */
  async stop(model: string): Promise<void> {
    const arm = this.arms.get(model);
    this.arms.delete(model);
    await (await arm)?.stop();
  }

  async close(): Promise<void> {
    for (const model of [...this.arms.keys()]) await this.stop(model);
    rmSync(this.root, { recursive: true, force: true });
  }

  private async load(model: string): Promise<Arm> {
    const [bucket = '', ...key] = (this.archiveOf(model) ?? '').replace('s3://', '').split('/');
    const archive = this.objects.bytes(bucket, key.join('/'));
    if (archive === undefined)
      throw serviceError('States.TaskFailed', `no model data of ${model} at ${this.archiveOf(model)}`);
    const modelDir = join(this.root, model);
    writeFiles(modelDir, unpacked(archive));
    return this.start({ version: 0, modelDir, timeoutSeconds: 60 });
  }
}
