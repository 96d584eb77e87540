import type { Command } from 'commander';
import { EXIT, type Exit, type Io, json } from './io';

interface Options {
  readonly data?: string;
  readonly clean?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** `mlp local FILE`: the whole lifecycle on this machine. */
export function localCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('local')
    .summary('run the platform on this machine')
    .description(
      'Checks the definition, prints its audit, synthesises both clouds, then runs the lifecycle on the local data:\n' +
        'data checks, training, evaluation gate, registration, serving, drift and quality of the time that follows.\n' +
        'A run that was stopped goes on where it was; --clean starts over. Needs no cloud account and no Docker.',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .option('--data <dir>', 'folder of the platform’s state', undefined)
    .option('--clean', 'start over: remove what earlier runs left')
    .option('--out <dir>', 'folder for the synthesised templates', 'out')
    .option('--json', 'print the summary as JSON; progress goes to standard error')
    .action(async (file: string, options: Options) => {
      // Loaded here: DuckDB is needed by no other command.
      const { runLocalCommand } = require('../local/run-local') as typeof import('../local/run-local');
      const { summary, text, code } = await runLocalCommand({
        file,
        out: options.out,
        clean: options.clean ?? false,
        synthesisers: {
          aws: () => (require('../aws/synth') as typeof import('../aws/synth')).synthAws,
          google: () => (require('../google/synth') as typeof import('../google/synth')).synthGoogle,
        },
        ...(options.data !== undefined && { dir: options.data }),
        terminal: io.terminal && !options.json,
        print: options.json ? io.err : io.out,
      });
      io.out(options.json ? json(summary) : text);
      exit(code === 0 ? EXIT.fine : code);
    });
}
