import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LedgerRecord } from '../../src/runtime/core/ledger';
import { artifactKeys, type VersionRecord } from '../../src/runtime/usecases';
import type { Decided, Judged, Trained } from './target';

/** Reads a stored artifact; undefined when it is not there. */
export type Read = (key: string) => Promise<Uint8Array | undefined>;
type Row = Readonly<Record<string, unknown>>;

export const sha256 = (body: Uint8Array | string): string => createHash('sha256').update(body).digest('hex');
const jsonOf = (body: Uint8Array | undefined): unknown => JSON.parse(new TextDecoder().decode(body));

/** Records of the audit chain, as every target has them. */
export const decidedOf = (records: readonly LedgerRecord[]): Decided[] =>
  records.map(({ at, action, version, verdict, details }) => {
    const { reason, kind } = details as { readonly reason?: { readonly code?: string }; readonly kind?: string };
    return { at, action, version, verdict, code: reason?.code ?? kind ?? null };
  });

/** Windows that monitoring jobs have judged, by time. @param keys of all artifacts */
export async function judgedWindows(keys: readonly string[], read: Read): Promise<Judged[]> {
  const found = keys.flatMap((key) => {
    const match = /^monitoring\/(drift|quality)\/[^/]+Z\.json$/.exec(key);
    return match === null ? [] : [{ key, job: match[1] as 'drift' | 'quality' }];
  });
  const windows: Judged[] = [];
  for (const { key, job } of found) windows.push(judged(job, key, jsonOf(await read(key)) as Row));
  return windows.sort((a, b) => (a.at + a.job < b.at + b.job ? -1 : 1));
}

function judged(job: 'drift' | 'quality', key: string, evidence: Row): Judged {
  const at = key.slice(key.lastIndexOf('/') + 1, -'.json'.length).replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:');
  const { champion = null, verdict } = evidence as { readonly champion?: number; readonly verdict: string };
  const rows = Number(evidence[job === 'drift' ? 'rows' : 'labels'] ?? 0);
  const columns = (evidence['columns'] ?? []) as readonly { readonly column: string; readonly statistic: number }[];
  const values =
    job === 'quality'
      ? (evidence['metrics'] as Record<string, number>)
      : Object.fromEntries(columns.map(({ column, statistic }) => [column, statistic]));
  return { job, at, champion, verdict, rows, values };
}

/** Rows as texts in one order, so that it matters neither how an engine prints a number nor how it quotes. */
export function rowsDigest(rows: readonly Row[]): string {
  const text = (value: unknown): string => {
    if (value === null || value === undefined) return '';
    const words = String(value).replace(/^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?(Z| UTC)?$/, '$1 $2');
    return words.trim() !== '' && Number.isFinite(Number(words)) ? String(Number(words)) : words;
  };
  const lines = rows.map((row) =>
    JSON.stringify(
      Object.keys(row)
        .sort()
        .map((name) => [name, text(row[name])]),
    ),
  );
  return sha256(lines.sort().join('\n'));
}

/** A version by its record. @param rows frozen rows and the files of the model, of the version's run */
export async function trainedVersion(
  version: number,
  read: Read,
  rows: (run: string) => Promise<{ readonly train: readonly Row[]; readonly test: readonly Row[] }>,
  files: (run: string) => Promise<Readonly<Record<string, Uint8Array>>>,
): Promise<Trained | undefined> {
  const stored = await read(artifactKeys.version(version));
  if (stored === undefined) return undefined;
  const { run, gate, atRelease } = jsonOf(stored) as VersionRecord;
  const { train, test } = await rows(run);
  const model = await files(run);
  return {
    version,
    run,
    trainRows: rowsDigest(train),
    testRows: rowsDigest(test),
    model: Object.fromEntries(
      Object.keys(model)
        .sort()
        .map((name) => [name, sha256(model[name]!)]),
    ),
    gate: gate.verdict,
    atRelease: Object.fromEntries(Object.entries(atRelease).map(([name, { value }]) => [name, value])),
  };
}

/** The steps of a run, each once, in the order in which they were first taken. */
export const taken = (steps: readonly string[]): string[] => steps.filter((one, place) => steps.indexOf(one) === place);

export const same = isDeepStrictEqual;
