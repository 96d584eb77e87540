import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { parsePlatformOrThrow } from '../definition/parse';
import { DefinitionError, show } from '../kernel/problem';
import { MlPlatform } from './ml-platform/ml-platform';

export interface SynthAwsOptions {
  /** Folder of the cloud assembly. */
  readonly outDir: string;
  /** One environment alone. @default - all */
  readonly environment?: string;
  /** A nested stack a model; see `MlPlatformProps.nestModels`. @default false */
  readonly nestModels?: boolean;
}

/**
 * Writes the cloud assembly of a definition: one stack an environment, named `<platform>-<environment>`. An environment
 * without an `aws` block gives a stack for whatever account and region it is deployed to. Looks nothing up.
 *
 * @param definition parsed, or raw input
 * @returns the stacks' names in the order of the environments, and the files written, relative to `outDir`, sorted
 * @throws DefinitionError when the definition is not valid, or has no such environment
 */
export async function synthAws(
  definition: unknown,
  { outDir, environment, nestModels = false }: SynthAwsOptions,
): Promise<{ files: string[]; stacks: string[] }> {
  const platform = parsePlatformOrThrow(definition);
  const chosen = platform.environments.filter((one) => environment === undefined || one.name === environment);
  if (chosen.length === 0) {
    throw new DefinitionError('there is no such environment', [
      {
        code: 'unknownEnvironment',
        path: 'environments',
        got: show(environment),
        expected: `one of ${platform.environments.map((one) => one.name).join(', ')}`,
        fix: 'name one of them, or add it to the definition',
      },
    ]);
  }
  const app = new App({
    outdir: outDir,
    analyticsReporting: false,
    treeMetadata: false,
    stackTraces: false,
    // Paths of the machine that synthesises would make its bytes differ from those of another.
    context: { 'aws:cdk:disable-creation-stack-traces': true },
  });
  const stacks = chosen.map(({ name, aws }) => {
    const stack = new Stack(app, `${platform.name}-${name}`, {
      ...(aws && { env: { account: aws.account, region: aws.region } }),
      description: `ML platform ${platform.name}: ${name}`,
      terminationProtection: platform.security.deletionProtection,
    });
    new MlPlatform(stack, 'Platform', { definition: platform, environment: name, nestModels });
    return stack.stackName;
  });
  app.synth();
  const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(outDir, join(entry.parentPath, entry.name)))
    .sort();
  return { files, stacks };
}
