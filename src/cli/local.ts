import { type Command, InvalidArgumentError } from 'commander';
import { isDuration } from '../kernel/duration';
import { EXIT, type Exit, type Io, json } from './io';

interface Options {
  readonly data?: string;
  readonly clean?: boolean;
  readonly out: string;
  readonly port?: number;
  readonly speed?: number;
  readonly decideOnly?: boolean;
  readonly until?: string;
  readonly approve?: readonly NamedVersion[];
  readonly reject?: readonly NamedVersion[];
  readonly by?: string;
  readonly json?: boolean;
}

interface NamedVersion {
  readonly model: string;
  readonly version: number;
}

/** `mlp local FILE`: the whole lifecycle on this machine. */
export function localCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('local')
    .summary('run the platform on this machine')
    .description(
      'Checks the definition, prints its audit, synthesises both clouds, then runs the lifecycle on the local data:\n' +
        'data checks, training, evaluation gate, registration, serving, drift and quality of the time that follows.\n' +
        'Events of data.source.local happen in their own time, as fast as the machine can or at --speed; decisions to retrain\n' +
        'are carried out, each through gate and canary. Meanwhile its state is served as JSON on loopback, with\n' +
        'server-sent events (GET /api/events), and each model answers POST /models/NAME/invocations.\n' +
        'A run that was stopped goes on where it was; --clean starts over. Needs no cloud account and no Docker.',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .option('--data <dir>', 'folder of the platform’s state', undefined)
    .option(
      '--port <number>',
      'port of the API; with it the platform serves on after the replay, until Ctrl-C',
      portNumber,
    )
    .option(
      '--speed <factor>',
      'virtual seconds in a second, such as 3600 for an hour a second (default: as fast as it can)',
      speedNumber,
    )
    .option('--decide-only', 'write decisions to retrain down, and keep the first model: what would become of it')
    .option(
      '--until <when>',
      'stop there and go on with the next call: a date such as 2011-07-01, or a duration such as 30d',
      untilText,
    )
    .option('--approve <model:version>', 'let a version go on that waits for a person; with --by', namedVersion)
    .option('--reject <model:version>', 'put a version away for good; with --by', namedVersion)
    .option('--by <person>', 'who decides; governance.approvers and separation of duties hold here as well')
    .option('--clean', 'start over: remove what earlier runs left')
    .option('--out <dir>', 'folder for the synthesised templates', 'out')
    .option('--json', 'print the summary as JSON; progress goes to standard error')
    .action(async (file: string, options: Options) => {
      // Loaded here: DuckDB is needed by no other command.
      const { runLocalCommand } = require('../local/run-local') as typeof import('../local/run-local');
      const decisions = decisionsOf(options);
      const { summary, text, code } = await runLocalCommand({
        file,
        out: options.out,
        clean: options.clean ?? false,
        synthesisers: {
          aws: () => (require('../aws/synth') as typeof import('../aws/synth')).synthAws,
          google: () => (require('../google/synth') as typeof import('../google/synth')).synthGoogle,
        },
        ...(options.data !== undefined && { dir: options.data }),
        ...(options.port !== undefined && { port: options.port }),
        ...(options.speed !== undefined && { speed: options.speed }),
        ...(options.until !== undefined && { until: options.until }),
        decideOnly: options.decideOnly ?? false,
        decisions,
        terminal: io.terminal && !options.json,
        print: options.json ? io.err : io.out,
      });
      io.out(options.json ? json(summary) : text);
      exit(code === 0 ? EXIT.fine : code);
    });
}

function namedVersion(text: string, before: readonly NamedVersion[] = []): NamedVersion[] {
  const [, model, version] = /^([^:]+):([1-9]\d*)$/.exec(text) ?? [];
  if (model === undefined) throw new InvalidArgumentError('a model and a version, such as demand:2.');
  return [...before, { model, version: Number(version) }];
}

function decisionsOf({ approve = [], reject = [], by }: Options) {
  if (approve.length + reject.length === 0) return [];
  if (by === undefined) throw new RangeError('--approve and --reject need --by: who decides');
  const all = (decision: 'approve' | 'reject', versions: readonly NamedVersion[]) =>
    versions.map((one) => ({ ...one, decision, by }));
  return [...all('approve', approve), ...all('reject', reject)];
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('a port is a whole number from 0 to 65535; 0 takes a free one.');
}

function speedNumber(text: string): number {
  const speed = Number(text);
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new InvalidArgumentError('a speed is a number above 0: virtual seconds in a second.');
}

function untilText(text: string): string {
  if (isDuration(text) || Number.isFinite(Date.parse(text))) return text;
  throw new InvalidArgumentError('an instant as in 2011-07-01 or 2011-07-01T06:00:00Z, or a duration such as 30d.');
}
