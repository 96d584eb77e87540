import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { PlatformFolder } from './folder';

const WAIT_MS = 20_000;
const LOOK_MS = 25;

/**
 * Waits until trainers, servers and guards of a killed platform are gone; a guard needs a moment to see that its parent is.
 * @returns process ids of those that are still there
 */
export async function survivors(folder: PlatformFolder): Promise<number[]> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const alive = existsSync('/proc/self/environ') ? inEnvironment(folder) : written(folder);
    if (alive.length === 0 || Date.now() > deadline) return alive;
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
  }
}

/** All processes that were given the folder's name, guards too. */
function inEnvironment({ pids }: PlatformFolder): number[] {
  const mark = `TINY_PIDS=${pids}\0`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Where processes cannot be looked into: trainers and servers that have written down their id. */
function written({ pids }: PlatformFolder): number[] {
  if (!existsSync(pids)) return [];
  return readFileSync(pids, 'utf8').split('\n').filter(Boolean).map(Number).filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
