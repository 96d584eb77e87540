import type { Command } from 'commander';
import { loadPlatform } from '../definition/load';
import { colours } from './colours';
import { EXIT, type Exit, type Io, json } from './io';

interface Options {
  readonly target: 'aws' | 'google';
  readonly out: string;
  readonly environment?: string;
  readonly nestModels?: boolean;
  readonly json?: boolean;
}

/** `mlp synth FILE --target aws|google --out DIR`: templates without writing TypeScript. */
export function synthCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('synth')
    .summary('a CDK cloud assembly, or Terraform JSON')
    .description(
      'Synthesises a definition without writing TypeScript: a CDK cloud assembly for aws, Terraform JSON for google.\nNeeds no account, no network and no Docker; the same input gives the same bytes.',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .requiredOption('--target <target>', 'aws or google', oneCloud)
    .requiredOption('--out <dir>', 'folder to write to; its content is replaced')
    .option('--environment <name>', 'only this environment')
    .option('--nest-models', 'aws: a nested stack a model; a stack has 500 resources')
    .option('--json', 'print JSON: { target, out, stacks, files }')
    .action(async (file: string, options: Options) => {
      const definition = await loadPlatform(file);
      const result = await synthesise(definition, options);
      if (options.json) io.out(json({ target: options.target, out: options.out, ...result }));
      else
        io.out(
          [
            ...result.stacks.map((stack) => `${colours(io).green('synthesised')} ${stack}`),
            ...result.files.map((path) => `  ${path}`),
          ].join('\n'),
        );
      exit(EXIT.fine);
    });
}

/** A cloud's libraries are loaded only when it is rendered. */
async function synthesise(
  definition: Awaited<ReturnType<typeof loadPlatform>>,
  { target, out, environment, nestModels = false }: Options,
): Promise<{ files: string[]; stacks: string[] }> {
  const options = { outDir: out, ...(environment !== undefined && { environment }) };
  if (target === 'aws') {
    const { synthAws } = require('../aws/synth') as typeof import('../aws/synth');
    return synthAws(definition, { ...options, nestModels });
  }
  return (require('../google/synth') as typeof import('../google/synth')).synthGoogle(definition, options);
}

function oneCloud(text: string): 'aws' | 'google' {
  if (text === 'aws' || text === 'google') return text;
  throw new RangeError(`got '${text}', expected aws or google`);
}
