import type { Command } from 'commander';
import { platformJsonSchema } from '../definition/json-schema';
import { EXIT, type Exit, type Io, json } from './io';

/** `mlp schema`: the definition's JSON Schema, for editors. */
export function schemaCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('schema')
    .summary('JSON Schema of the definition, for editors')
    .description(
      'Prints the JSON Schema (draft 2020-12) of a definition. In YAML, name it in the first line:\n# yaml-language-server: $schema=./platform.schema.json',
    )
    .option('--json', 'print JSON (always so)')
    .action(() => {
      io.out(json(platformJsonSchema()));
      exit(EXIT.fine);
    });
}
