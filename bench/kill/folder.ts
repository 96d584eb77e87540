import { existsSync, readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DataPaths, Progress } from '../../src/local/data/data-dir';
import { type RunDocument, runFiles } from '../../src/local/engine/run-store';
import { ledgerLines } from '../../src/runtime/adapters/local/file-ledger-store';
import { FileStateStore } from '../../src/runtime/adapters/local/file-state-store';
import { type LedgerRecord, parseRecordText } from '../../src/runtime/core/ledger';
import type { RegistryState } from '../../src/runtime/core/promotion';
import { CAPTURE_COLUMNS, readRegistry } from '../../src/runtime/usecases';

/** Where a platform is, and which events it has to capture. */
export interface PlatformFolder {
  /** The definition. */
  readonly file: string;
  /** Trainers and servers write their process id here; the name marks all processes of the platform. */
  readonly pids: string;
  readonly paths: DataPaths;
  readonly model: string;
  /** Keys of the events that arrive within [from, to), epoch seconds. */
  readonly keysBetween: (from: number, to: number) => readonly string[];
}

/** A request that was answered and captured; `at` in epoch seconds. */
export interface Captured {
  readonly key: string;
  readonly at: number;
  readonly version: number;
}

export interface ServingState {
  readonly live: Readonly<Record<string, number>>;
  readonly mirrored: Readonly<Record<string, number>>;
}

/** All that a platform has left, read without asking it. */
export interface Left {
  readonly progress: Progress | null;
  readonly ledgerLines: readonly Uint8Array[];
  readonly ledger: readonly LedgerRecord[];
  readonly registry: RegistryState;
  /** Null before anything was deployed. */
  readonly serving: ServingState | null;
  readonly runs: readonly RunDocument[];
  readonly captured: readonly Captured[];
}

/** Reads a folder that no process has open. @throws Error of what cannot be read */
export async function readFolder(folder: PlatformFolder): Promise<Left> {
  const { paths, model } = folder;
  const state = new FileStateStore(paths.state);
  const lines = ledgerLines(paths.ledger);
  return {
    progress: existsSync(paths.progress) ? (JSON.parse(readFileSync(paths.progress, 'utf8')) as Progress) : null,
    ledgerLines: lines,
    ledger: lines.flatMap((line) => parseRecordText(line) ?? []),
    registry: await readRegistry({ state, model }),
    serving: ((await state.read(`serving/${model}`))?.value ?? null) as unknown as ServingState | null,
    runs: runFiles(paths.runs(model)).all(),
    captured: await capturedIn(paths.database, model),
  };
}

/** Read-only: what a killed process has not checkpointed stays for the next one. */
async function capturedIn(database: string, model: string): Promise<Captured[]> {
  if (!existsSync(database)) return [];
  const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
    const tables = await query(`SELECT 1 FROM information_schema.tables WHERE table_name = 'capture_${model}'`);
    if (tables.length === 0) return [];
    const { key, eventTime, version } = CAPTURE_COLUMNS;
    const rows = await query(`SELECT ${key}, epoch_ms(${eventTime}) AS ms, ${version} FROM capture_${model}`);
    return rows.map((row) => ({ key: String(row[key]), at: Number(row['ms']) / 1000, version: Number(row[version]) }));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
