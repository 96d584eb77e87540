import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './bundle';
import type { PlatformFolder } from './folder';
import type { Moment } from './moments';

/** What became of one process. */
export interface Life {
  readonly end: 'killed' | 'over' | 'failed';
  readonly lines: readonly string[];
  /** What it said on its standard error. */
  readonly errors: string;
}

/** Longer than a platform takes on a machine that is busy with other things. */
const MOST_MS = 300_000;

/** Starts the platform of a folder and kills it at a moment, if it comes to it; null lets it run to its end. */
export function live(bundle: string, folder: PlatformFolder, moment: Moment | null): Promise<Life> {
  const child = spawn(process.execPath, [bundle, folder.file], {
    env: {
      ...process.env,
      NODE_PATH: join(ROOT, 'node_modules'),
      TINY_PIDS: folder.pids,
      ...(moment?.kind === 'said' && { KILL_SAID: moment.text }),
      ...(moment?.kind === 'line' && { KILL_LINE: String(moment.line), KILL_WRITES: String(moment.writes) }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return lifeOf(child, moment);
}

function lifeOf(child: ChildProcess, moment: Moment | null): Promise<Life> {
  const lines: string[] = [];
  let errors = '';
  const timers: NodeJS.Timeout[] = [];
  const killIn = (ms: number): void => void timers.push(setTimeout(() => child.kill('SIGKILL'), ms));
  if (moment?.kind === 'time' && moment.after === 'start') killIn(moment.ms);
  let isTooLong = false;
  timers.push(
    setTimeout(() => {
      isTooLong = true;
      child.kill('SIGKILL');
    }, MOST_MS),
  );
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    if (moment?.kind === 'time' && moment.after === 'opened' && line.startsWith('opened ')) killIn(moment.ms);
  });
  child.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      timers.forEach(clearTimeout);
      if (isTooLong) resolve({ end: 'failed', lines, errors: `${errors}no end within ${MOST_MS / 1000} s` });
      else resolve({ end: signal === 'SIGKILL' ? 'killed' : code === 0 ? 'over' : 'failed', lines, errors });
    });
  });
}
