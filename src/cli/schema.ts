import type { Command } from 'commander';
import { platformJsonSchema } from '../definition/json-schema';
import { EXIT, type Exit, type Io, json } from './io';

/** `mlp schema`: the JSON Schema of definitions or scenarios, for editors. */
export function schemaCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('schema')
    .summary('JSON Schema of the definition, for editors')
    .description(
      'Prints the JSON Schema (draft 2020-12) of a definition. In YAML, name it in the first line:\n# yaml-language-server: $schema=./platform.schema.json',
    )
    .option('--scenario', 'the schema of scenarios for `mlp drill` instead')
    .option('--json', 'print JSON (always so)')
    .action((options: { scenario?: boolean }) => {
      io.out(json(options.scenario ? scenarioSchema() : platformJsonSchema()));
      exit(EXIT.fine);
    });
}

/** Loaded when it is asked for, as all of `local`. */
const scenarioSchema = (): Record<string, unknown> =>
  (require('../local/scenario/json-schema') as typeof import('../local/scenario/json-schema')).scenarioJsonSchema();
