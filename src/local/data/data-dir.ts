import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PlatformDefinition } from '../../definition/platform';
import { toJson } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import { named, replaceFile, UNFINISHED } from '../../runtime/adapters/local/atomic-file';
import { missingDataFile, unreadableDataFile } from '../../runtime/adapters/local/duckdb-errors';
import { ledgerLines } from '../../runtime/adapters/local/file-ledger-store';
import { type ChainVerdict, canonicalJson, verifyChainText } from '../../runtime/core/ledger';
import type { AlarmBoardState } from '../engine/alarm-board';

/** Where a platform on one machine keeps what it knows. */
export interface DataPaths {
  readonly root: string;
  readonly database: string;
  readonly ledger: string;
  readonly state: string;
  readonly metrics: string;
  readonly notifications: string;
  readonly alarms: string;
  readonly decisions: string;
  readonly work: string;
  readonly progress: string;
  readonly summary: string;
  readonly artifacts: (model: string) => string;
  readonly runs: (model: string) => string;
}

export function dataPaths(dir: string): DataPaths {
  const root = resolve(dir);
  return {
    root,
    database: join(root, 'platform.duckdb'),
    ledger: join(root, 'ledger'),
    state: join(root, 'state'),
    metrics: join(root, 'metrics.jsonl'),
    notifications: join(root, 'notifications.jsonl'),
    alarms: join(root, 'alarms.jsonl'),
    decisions: join(root, 'decisions.jsonl'),
    work: join(root, 'work'),
    progress: join(root, 'progress.json'),
    summary: join(root, 'summary.json'),
    artifacts: (model) => join(root, 'artifacts', model),
    runs: (model) => join(root, 'runs', model),
  };
}

/** How far a platform has come; replaced as a whole, so that it is always one of the states that were. */
export interface Progress {
  readonly format: 2;
  /** Digest of the definition and of its local data: another one is another platform. */
  readonly identity: string;
  /** Virtual time at which the platform began, epoch seconds. */
  readonly start: number;
  /** Virtual time up to which all events have happened and all jobs have run; runs may be due in it and go on by their documents. */
  readonly cursor: number;
  readonly phase: 'training' | 'replay' | 'done';
  readonly alarms: Readonly<Record<string, AlarmBoardState>>;
}

/** What an earlier process has left behind. */
export interface Found {
  readonly progress: Progress | null;
  /** Files that a killed process had not finished; they are removed. */
  readonly unfinishedFiles: number;
  readonly ledger: ChainVerdict;
}

/**
 * Opens a data folder: reads what is there, removes what was never finished, and verifies the ledger.
 * @throws OperationError `localStateMismatch` when it is another platform's, `ledgerBroken`, `localStateMalformed`
 */
export function openDataDir(paths: DataPaths, identity: string): Found {
  try {
    mkdirSync(paths.root, { recursive: true });
  } catch (error) {
    throw named(paths.root, error);
  }
  const progress = readProgress(paths);
  if (progress !== null && progress.identity !== identity) {
    throw new OperationError({
      code: 'localStateMismatch',
      path: paths.root,
      got: 'the state of another definition, of other data, or of other options',
      expected: 'a new folder, or the folder of this platform',
      fix: 'start over with --clean, or keep both with --data DIR',
    });
  }
  rmSync(paths.work, { recursive: true, force: true });
  const unfinishedFiles = sweep(paths.root);
  const ledger = verifyChainText(ledgerLines(paths.ledger));
  if (!ledger.ok) {
    throw new OperationError({
      code: 'ledgerBroken',
      path: paths.ledger,
      got: ledger.explanation,
      expected: 'a chain that verifies',
      fix: 'somebody has changed the ledger: restore it from a copy, or start over with --clean',
    });
  }
  return { progress, unfinishedFiles, ledger };
}

export function saveProgress(paths: DataPaths, progress: Progress): void {
  replaceFile(paths.progress, new TextEncoder().encode(`${JSON.stringify(progress)}\n`));
}

function readProgress(paths: DataPaths): Progress | null {
  if (!existsSync(paths.progress)) return null;
  try {
    return JSON.parse(readFileSync(paths.progress, 'utf8')) as Progress;
  } catch (error) {
    throw new OperationError({
      code: 'localStateMalformed',
      path: paths.progress,
      got: (error as Error).message,
      expected: 'what the platform has written',
      fix: 'somebody has changed the file: start over with --clean',
    });
  }
}

/** Removes files that a killed process was writing. @returns how many */
function sweep(folder: string): number {
  let removed = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removed += sweep(path);
    else if (entry.name.startsWith(UNFINISHED)) {
      rmSync(path, { force: true });
      removed += 1;
    }
  }
  return removed;
}

/** Removes what a platform has left; only a folder that is one of ours, or empty, or not there. */
export function cleanDataDir(paths: DataPaths): void {
  if (!existsSync(paths.root)) return;
  const entries = readdirSync(paths.root);
  const ours = entries.length === 0 || existsSync(paths.progress) || existsSync(paths.database);
  if (!ours) {
    throw new OperationError({
      code: 'notOurFolder',
      path: paths.root,
      got: `a folder with ${entries.slice(0, 3).join(', ')}`,
      expected: 'a folder that a local platform has made',
      fix: 'name another folder with --data; this one is left as it is',
    });
  }
  rmSync(paths.root, { recursive: true, force: true });
}

/**
 * Digest of a definition, its local data files and the options that change what happens.
 * @throws OperationError `dataFileMissing`, `dataFileUnreadable`
 */
export async function identityOf(
  definition: PlatformDefinition,
  files: readonly string[],
  options: { readonly [key: string]: unknown },
): Promise<string> {
  const hash = createHash('sha256').update(canonicalJson(toJson({ format: 2, definition, options })));
  for (const file of files) hash.update(await fileDigest(file));
  return `sha256:${hash.digest('hex')}`;
}

async function fileDigest(path: string): Promise<string> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw missingDataFile(path);
  if (!stats.isFile()) throw unreadableDataFile(path, 'a folder');
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadableDataFile(path, (error as NodeJS.ErrnoException).code ?? (error as Error).message);
  }
  return hash.digest('hex');
}
