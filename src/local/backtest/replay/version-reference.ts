import { durationSeconds } from '../../../kernel/duration';
import type { SqlEngine, TableName } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../../runtime/usecases';
import { type ModelHistory, TRUTH_COLUMNS } from '../history/model-history';
import { RECORDED_COLUMNS } from '../history/projections';
import type { VersionReference } from './champion-record';

const id = duckdb.identifier;
const { key: KEY, eventTime: TIME } = CAPTURE_COLUMNS;

/**
 * What a version was trained on. The rows of a reference file that are of this version; for the first champion the whole file,
 * or without one everything whose label was due when it began; for a later one that and what had come by then, and its answers
 * are not known.
 * @param at epoch seconds: when it began
 */
export async function versionReference(
  engine: SqlEngine,
  history: ModelHistory,
  version: number,
  at: number,
  first: boolean,
): Promise<VersionReference> {
  const { reference, recorded, model } = history;
  const view = async (what: string, select: string): Promise<TableName> => {
    // What is behind it follows from its name, so that replies on it can be remembered.
    const name = `${what}_${model}_${version}_${at}`;
    await engine.query(`CREATE OR REPLACE TEMP VIEW ${id(name)} AS ${select}`);
    return [name];
  };
  if (reference !== null) {
    const versionName = recorded?.versions[version - 1] ?? '';
    const own = `${id(RECORDED_COLUMNS.versionName)} = ${duckdb.text(versionName)}`;
    const [found] = await engine.query(
      `SELECT ${duckdb.countIf(own)} AS own_rows FROM ${duckdb.table(reference.table)}`,
    );
    if (Number(found?.['own_rows']) > 0) {
      const rows = await view('own', `SELECT * FROM ${duckdb.table(reference.table)} WHERE ${own}`);
      return { inputs: rows, answers: rows, upTo: at };
    }
    if (first) return { inputs: reference.table, answers: reference.table, upTo: at };
  }
  const { data, truth } = history;
  const due = at - durationSeconds(data.label.delay);
  const past = `SELECT * FROM ${duckdb.table(recorded?.table ?? [])} WHERE ${id(TIME)} <= ${duckdb.timestamp(due * 1000)}`;
  if (!first) {
    const before = reference === null ? '' : `SELECT * FROM ${duckdb.table(reference.table)} UNION ALL BY NAME `;
    return { inputs: await view('trained', `${before}${past}`), answers: null, upTo: due };
  }
  const label = id(data.label.column);
  const seen = `SELECT ${id(data.key ?? KEY)} AS label_key, ${label} AS label_seen FROM ${duckdb.table(truth.table)} WHERE ${id(TRUTH_COLUMNS.visibleFrom)} <= ${duckdb.timestamp(at * 1000)} AND (${id(TRUTH_COLUMNS.visibleUntil)} IS NULL OR ${id(TRUTH_COLUMNS.visibleUntil)} > ${duckdb.timestamp(at * 1000)})`;
  const answers = `SELECT p.* REPLACE (l.label_seen AS ${id(RECORDED_COLUMNS.label)}) FROM (${past}) p LEFT JOIN (${seen}) l ON p.${id(KEY)} = l.label_key`;
  return { inputs: await view('trained', past), answers: await view('answered', answers), upTo: due };
}
