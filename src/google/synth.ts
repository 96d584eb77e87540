import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { parsePlatformOrThrow } from '../definition/parse';
import { DefinitionError, show } from '../kernel/problem';
import { MlPlatform } from './ml-platform/ml-platform';
import { App, TerraformStack, TerraformVariable } from './support/cdktf';
import { HANDLERS_CONTEXT } from './support/handler';

export interface SynthGoogleOptions {
  /** Folder that is written: `stacks/<name>/cdk.tf.json` below it. */
  readonly outDir: string;
  /** One environment alone. @default - all that have a google block */
  readonly environment?: string;
  /** Folder of handler bundles. @default - the package's own */
  readonly handlers?: string;
}

/**
 * Writes Terraform JSON of a definition: one stack an environment with a `google` block, named `<platform>-<environment>`.
 * A definition without such a block gives one stack with the variables `project` and `region`. No backend is written: a
 * state's place is the user's to choose. Looks nothing up.
 *
 * @param definition parsed, or raw input
 * @returns the stacks' names in the order of the environments, and the files written, relative to `outDir`, sorted
 * @throws DefinitionError when the definition is not valid, or has no such environment
 */
export async function synthGoogle(
  definition: unknown,
  { outDir, environment, handlers }: SynthGoogleOptions,
): Promise<{ files: string[]; stacks: string[] }> {
  const platform = parsePlatformOrThrow(definition);
  const known = platform.environments.filter((one) => environment === undefined || one.name === environment);
  if (known.length === 0) {
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
  const placed = known.filter((one) => one.google !== undefined);
  const chosen = placed.length > 0 ? placed : known.slice(0, 1);
  const out = resolve(outDir);
  mkdirSync(out, { recursive: true });
  const app = new App({
    outdir: out,
    stackTraces: false,
    skipValidation: true,
    ...(handlers !== undefined && { context: { [HANDLERS_CONTEXT]: handlers } }),
  });
  const stacks = chosen.map(({ name, google }) => {
    const stack = new TerraformStack(app, `${platform.name}-${name}`);
    if (!google) {
      const project = new TerraformVariable(stack, 'project', {
        type: 'string',
        description: 'Project that it is deployed to',
      });
      const region = new TerraformVariable(stack, 'region', {
        type: 'string',
        description: 'Region, such as europe-west3',
      });
      new GoogleProvider(stack, 'google', { project: project.stringValue, region: region.stringValue });
    }
    new MlPlatform(stack, 'Platform', { definition: platform, environment: name });
    return stack.node.id;
  });
  app.synth();
  for (const stack of stacks) tidy(join(out, 'stacks', stack));
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(out, join(entry.parentPath, entry.name)))
    .sort();
  return { files, stacks };
}

/** Takes out what depends on the machine: the engine's local backend, which names an absolute path. */
function tidy(folder: string): void {
  const file = join(folder, 'cdk.tf.json');
  const template = JSON.parse(readFileSync(file, 'utf8')) as { terraform?: { backend?: unknown } };
  if (template.terraform) delete template.terraform.backend;
  writeFileSync(file, `${JSON.stringify(template, null, 2)}\n`);
  rmSync(join(folder, '.terraform.lock.hcl'), { force: true });
}
