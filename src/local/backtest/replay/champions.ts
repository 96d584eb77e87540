import type { SqlEngine, TableName } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../../runtime/usecases';
import { RECORDED_COLUMNS } from '../history/projections';

/** From when on a version had the live traffic, epoch seconds. Versions by their numbers. */
export interface Reign {
  readonly version: number;
  readonly from: number;
}

/** A version that answered beside the champion, and what became of it in history. */
export interface RecordedRelease {
  readonly version: number;
  readonly champion: number;
  /** Its first answer, epoch seconds. */
  readonly from: number;
  readonly history: {
    readonly outcome: 'promoted' | 'takenBack' | 'sideBySide';
    /** When it had all traffic, or its last answer; null while both answer to the end. */
    readonly at: number | null;
  };
}

/** Answers without one of the champion between them after which a version is taken as the champion. */
const TAKEN_OVER = 100;
/** A version that has not answered for so long was taken back. Seconds. */
const TAKEN_BACK = 86_400;
/** The champion at the begin is whoever gave most of the answers next to it. */
const NEAREST = 100;

interface Island {
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly answers: number;
}

const id = duckdb.identifier;

/**
 * Who had the live traffic when, out of the versions of recorded answers.
 * @param from epoch seconds: what was before only says who was champion then
 */
export async function recordedReigns(
  engine: SqlEngine,
  table: TableName,
  from: number,
): Promise<{ readonly reigns: readonly Reign[]; readonly releases: readonly RecordedRelease[] }> {
  const islands = await islandsOf(engine, table, from);
  const last = new Map<number, number>();
  for (const { version, to } of islands) last.set(version, to);
  let champion = await championAt(engine, table, from);
  const reigns: Reign[] = [{ version: champion, from }];
  const releases: RecordedRelease[] = [];
  const beside = new Map<number, { readonly from: number; to: number }>();
  const end = (version: number, history: RecordedRelease['history']): void => {
    releases.push({ version, champion, from: beside.get(version)!.from, history });
    beside.delete(version);
  };
  for (const island of islands) {
    for (const [version, { to }] of [...beside])
      if (island.from - to > TAKEN_BACK && version !== island.version) end(version, { outcome: 'takenBack', at: to });
    if (island.version === champion) continue;
    const known = beside.get(island.version);
    if (known !== undefined && island.from - known.to > TAKEN_BACK)
      end(island.version, { outcome: 'takenBack', at: known.to });
    const open = beside.get(island.version) ?? { from: island.from, to: island.to };
    open.to = island.to;
    beside.set(island.version, open);
    if (island.answers >= TAKEN_OVER || (last.get(champion) ?? 0) < island.from) {
      end(island.version, { outcome: 'promoted', at: island.from });
      champion = island.version;
      reigns.push({ version: champion, from: island.from });
    }
  }
  for (const [version, { to }] of [...beside]) {
    const gone = (last.get(champion) ?? 0) - to > TAKEN_BACK;
    end(version, gone ? { outcome: 'takenBack', at: to } : { outcome: 'sideBySide', at: null });
  }
  return { reigns, releases: releases.sort((a, b) => a.from - b.from) };
}

/** Answers of one version in a row. */
async function islandsOf(engine: SqlEngine, table: TableName, from: number): Promise<Island[]> {
  const [at, version, row] = [CAPTURE_COLUMNS.eventTime, CAPTURE_COLUMNS.version, RECORDED_COLUMNS.row].map(id) as [
    string,
    string,
    string,
  ];
  const order = `ORDER BY ${at}, ${row}`;
  const numbered = `SELECT ${version} AS version, ${at} AS event_at, ROW_NUMBER() OVER (${order}) - ROW_NUMBER() OVER (PARTITION BY ${version} ${order}) AS island FROM ${duckdb.table(table)} WHERE ${at} >= ${duckdb.timestamp(from * 1000)}`;
  const rows = await engine.query(
    `SELECT version, epoch_ms(MIN(event_at)) AS from_ms, epoch_ms(MAX(event_at)) AS to_ms, COUNT(*) AS answers FROM (${numbered}) GROUP BY version, island ORDER BY from_ms, to_ms, version`,
  );
  return rows.map((one) => ({
    version: Number(one['version']),
    from: Number(one['from_ms']) / 1000,
    to: Number(one['to_ms']) / 1000,
    answers: Number(one['answers']),
  }));
}

/** Of the newest answers before the begin, or the first ones after it where none were before. */
async function championAt(engine: SqlEngine, table: TableName, from: number): Promise<number> {
  const at = id(CAPTURE_COLUMNS.eventTime);
  const version = id(CAPTURE_COLUMNS.version);
  const most = async (condition: string, order: string): Promise<number | null> => {
    const [row] = await engine.query(
      `SELECT version FROM (SELECT ${version} AS version FROM ${duckdb.table(table)} WHERE ${at} ${condition} ${duckdb.timestamp(from * 1000)} ORDER BY ${at} ${order} LIMIT ${NEAREST}) GROUP BY version ORDER BY COUNT(*) DESC, version LIMIT 1`,
    );
    return row === undefined ? null : Number(row['version']);
  };
  return (await most('<', 'DESC')) ?? (await most('>=', 'ASC')) ?? 1;
}
