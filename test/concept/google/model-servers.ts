import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartArm } from '../../../src/runtime/adapters/local/model-arm';
import type { Buckets } from '../../google/execution/buckets';
import { writeFiles } from '../world/trainer';
import { filesBelow } from './places';

type Arm = Awaited<ReturnType<StartArm>>;
type Instances = Parameters<Arm['invoke']>[0];

/** Containers of models: the definition's server as a process for each folder of a model, started when it is first asked. */
export class ModelServers {
  private readonly root = mkdtempSync(join(tmpdir(), 'mlp-concept-models-'));
  private readonly arms = new Map<string, Promise<Arm>>();

  constructor(
    private readonly buckets: Buckets,
    private readonly start: StartArm,
  ) {}

  /** @param artifactUri `gs://…` of the model's folder */
  async ask(artifactUri: string, instances: Instances): ReturnType<Arm['invoke']> {
    const folder = artifactUri.replace(/\/$/, '');
    let arm = this.arms.get(folder);
    if (arm === undefined) {
      arm = this.load(folder);
      this.arms.set(folder, arm);
    }
    return (await arm).invoke(instances, 0);
  }

  async close(): Promise<void> {
    for (const arm of this.arms.values()) await (await arm).stop();
    rmSync(this.root, { recursive: true, force: true });
  }

  private load(folder: string): Promise<Arm> {
    const modelDir = join(this.root, String(this.arms.size));
    writeFiles(modelDir, filesBelow(this.buckets, folder));
    return this.start({ version: 0, modelDir, timeoutSeconds: 60 });
  }
}
