import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ProblemsError } from '../kernel/problem';
import { auditCommand } from './audit';
import { backtestCommand } from './backtest';
import { checkCommand } from './check';
import { diffCommand } from './diff';
import { drillCommand } from './drill';
import { EXIT, type Exit, type Io, json } from './io';
import { localCommand } from './local';
import { parityCommand } from './parity';
import { planCommand } from './plan';
import { runbooksCommand } from './runbooks';
import { schemaCommand } from './schema';
import { synthCommand } from './synth';

/**
 * Runs the command line.
 * @param argv arguments after the program's name
 * @returns the exit code: 0 fine, 1 the thing checked does not hold, 2 wrong usage or invalid definition
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.fine;
  const exit = (next: Exit): void => {
    code = next;
  };
  const program = new Command('mlp')
    .description('A whole machine-learning platform from one definition: on AWS, on Google Cloud, and on this machine.')
    .version(version())
    .exitOverride()
    .showSuggestionAfterError(true)
    .showHelpAfterError('(add --help for what is possible)')
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });
  for (const register of [
    checkCommand,
    auditCommand,
    planCommand,
    parityCommand,
    diffCommand,
    synthCommand,
    localCommand,
    drillCommand,
    backtestCommand,
    runbooksCommand,
    schemaCommand,
  ])
    register(program, io, exit);
  // exitOverride is not inherited by commands that were added before it was set on them.
  for (const command of program.commands)
    command
      .exitOverride()
      .configureOutput(program.configureOutput())
      .showSuggestionAfterError(true)
      .showHelpAfterError('(add --help for what is possible)');
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return failed(error, argv, io);
  }
}

function failed(error: unknown, argv: readonly string[], io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.invalid;
  if (error instanceof ProblemsError) {
    if (argv.includes('--json')) io.out(json({ valid: false, title: error.title, problems: error.problems }));
    io.err(error.message);
    return EXIT.invalid;
  }
  if (error instanceof RangeError || error instanceof InvalidArgumentError) {
    io.err(`error: ${error.message}`);
    return EXIT.invalid;
  }
  io.err(
    `error: ${error instanceof Error ? (process.env['MLP_DEBUG'] === undefined ? error.message : (error.stack ?? error.message)) : String(error)}`,
  );
  return EXIT.doesNotHold;
}

function version(): string {
  const text = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
