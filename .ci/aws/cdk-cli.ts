// CDK's own CLI, as a person types it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(__dirname, '..', '..', 'node_modules', '.bin', 'cdk');
const CONCURRENCY = '4';

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const run = (folder: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    let output = '';
    // A folder of its own: a cdk.json beside the sources is not read.
    const child = spawn(PROGRAM, [...args, '--no-notices', '--no-color', '--ci'], { cwd: folder });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });

async function succeeds(folder: string, args: readonly string[]): Promise<string> {
  const { code, output } = await run(folder, args);
  if (code !== 0) throw new Error(`cdk ${args.join(' ')} ended with ${code}:\n${lastLines(output)}`);
  return output;
}

/** The CLI says at the end what has failed. */
const lastLines = (output: string): string => output.trimEnd().split('\n').slice(-30).join('\n');

export const bootstrap = (folder: string, account: string, region: string): Promise<string> =>
  succeeds(folder, ['bootstrap', `aws://${account}/${region}`]);

/** All stacks of a cloud assembly. */
export const deploy = (assembly: string): Promise<string> =>
  succeeds(assembly, [
    ...['deploy', '--all', '--app', assembly],
    ...['--require-approval', 'never', '--concurrency', CONCURRENCY, '--progress', 'events'],
  ]);

const destroyArguments = (assembly: string): string[] => ['destroy', '--all', '--force', '--app', assembly];

export const destroy = (assembly: string): Promise<string> => succeeds(assembly, destroyArguments(assembly));

/** Destroys, which has to fail. @returns what the CLI said */
export async function destroyIsRefused(assembly: string): Promise<string> {
  const { code, output } = await run(assembly, destroyArguments(assembly));
  if (code === 0) throw new Error(`cdk destroy of ${assembly} was not refused:\n${output}`);
  return output;
}
