import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Runs the command named by its arguments, and kills it when its own standard input ends: that is when the parent is gone,
 * however it went. It is in a group of its own, so that a terminal's Ctrl-C reaches the parent alone, which then decides.
 */
const GUARD = `
const { spawn } = require('node:child_process');
const [command, ...args] = process.argv.slice(1);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const end = () => { child.kill('SIGKILL'); };
process.stdin.on('end', end).on('error', end).resume();
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => { process.stderr.write(error.message + '\\n'); process.exit(127); });
child.on('exit', (code, signal) => process.exit(code === null ? 128 + (signal === 'SIGKILL' ? 9 : 15) : code));
`;

export interface GuardedCommand {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to this process's own environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a command that cannot outlive this process. Close its `stdin` to end it at once. */
export function spawnGuarded({ command, cwd, env }: GuardedCommand): ChildProcess {
  const child = spawn(process.execPath, ['-e', GUARD, ...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  // A pipe that breaks because the child is gone is told by its exit.
  child.stdin?.on('error', () => undefined);
  return child;
}

/** The last lines of what a process has said; it holds no more than `limit` characters. */
export class Tail {
  private text = '';

  constructor(private readonly limit = 4000) {}

  add(chunk: Buffer | string): void {
    this.text = (this.text + chunk.toString()).slice(-this.limit);
  }

  lines(count: number): string[] {
    return this.text.trimEnd().split('\n').slice(-count);
  }
}
