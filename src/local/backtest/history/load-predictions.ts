import type { ModelDefinition } from '../../../definition/platform';
import { durationMs } from '../../../kernel/duration';
import { PREDICTION_COLUMN } from '../../../runtime/core/drift';
import type { SqlEngine } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../../runtime/usecases';
import type { HistoryOptions } from '../options';
import type { Problems } from '../problems';
import { isYear, spreadSql } from './event-time';
import { type ModelHistory, TRUTH_COLUMNS } from './model-history';
import { labelSelect, RECORDED_COLUMNS, recordedSelect } from './projections';
import type { RecognisedFile } from './recognise';

/** A recognised file, and what statements read it by. */
export interface ReadableFile extends RecognisedFile {
  readonly source: string;
}

export interface Loading {
  readonly engine: SqlEngine;
  readonly model: string;
  readonly definition: ModelDefinition;
  readonly options: HistoryOptions;
  /** Epoch seconds; events from here on are left out. */
  readonly to: number | null;
  readonly problems: Problems;
  readonly notes: string[];
}

const id = duckdb.identifier;
const { key: KEY, eventTime: TIME, version: VERSION } = CAPTURE_COLUMNS;
const {
  row: ROW,
  versionName: NAME,
  latencyMs: LATENCY,
  label: LABEL,
  labelAt: LABEL_AT,
  failed: FAILED,
} = RECORDED_COLUMNS;

/** Reads the files of predictions into one table in the order of events. @returns null where there are none, or problems */
export async function loadPredictions(
  loading: Loading,
  files: readonly ReadableFile[],
): Promise<ModelHistory['recorded']> {
  const { engine, model, options, problems, notes, to } = loading;
  if (files.length === 0) return null;
  for (const file of files) await checkCoarseTime(loading, file);
  if (!problems.none) return null;
  const raw = await readRows(loading, `raw_${model}`, files);
  const [found] = await engine.query(
    `SELECT COUNT(*) AS row_count, COUNT(${id(TIME)}) AS timed, COUNT(${id(PREDICTION_COLUMN)}) AS answered, ${outsideOfOne(loading)} AS wrong FROM ${raw}`,
  );
  const [rows, timed] = [Number(found?.['row_count']), Number(found?.['timed'])];
  const named = files.map(({ file }) => file.named).join(', ');
  if (timed === 0) problems.add(unreadableTimes(named, rows));
  else if (timed < rows)
    notes.push(`${rows - timed} of ${rows} predictions have no time that can be read and are left out`);
  if (Number(found?.['answered']) === 0 && rows > 0) problems.add(noAnswers(named, rows));
  if (Number(found?.['wrong']) > 0) problems.add(noProbabilities(named, Number(found?.['wrong'])));
  if (!problems.none) return null;
  const instant = spreadSql(id(TIME), id(KEY), id(ROW), options.spread, options.seed ?? 0);
  const until = to === null ? '' : ` WHERE ${id(TIME)} < ${duckdb.timestamp(to * 1000)}`;
  const dealt = `SELECT * FROM (SELECT * REPLACE (${instant} AS ${id(TIME)}) FROM ${raw} WHERE ${id(TIME)} IS NOT NULL)${until}`;
  const versions = (
    await engine.query(
      `SELECT ${versionName} AS version_name FROM (${dealt}) GROUP BY 1 ORDER BY MIN(${id(TIME)}), MIN(${id(ROW)})`,
    )
  ).map((row) => String(row['version_name']));
  const number = `CAST(list_position([${versions.map(duckdb.text).join(', ')}], ${versionName}) AS INTEGER)`;
  const table = `recorded_${model}`;
  await engine.query(
    `CREATE TABLE ${id(table)} AS SELECT ${number} AS ${id(VERSION)}, * FROM (${dealt}) ORDER BY ${id(TIME)}, ${id(ROW)}`,
  );
  await engine.query(`DROP TABLE ${raw}`);
  const [span] = await engine.query(
    `SELECT epoch_ms(MIN(${id(TIME)})) AS first_ms, epoch_ms(MAX(${id(TIME)})) AS last_ms, COUNT(*) AS row_count, COUNT(${id(LATENCY)}) AS latencies FROM ${id(table)}`,
  );
  const some = (role: 'version' | 'failed' | 'status'): boolean => files.some(({ column }) => column[role] !== null);
  return {
    table: [table],
    rows: Number(span?.['row_count']),
    first: Number(span?.['first_ms']) / 1000,
    last: Number(span?.['last_ms']) / 1000,
    versions,
    hasVersions: some('version'),
    hasLatency: Number(span?.['latencies']) > 0,
    hasFailures: some('failed') || some('status'),
  };
}

/** Rows of a version that is not named are of one version. */
const versionName = `COALESCE(${id(NAME)}, 'unnamed')`;

/** Reads the files of the reference. @returns null where there are none */
export async function loadReference(
  loading: Loading,
  files: readonly ReadableFile[],
): Promise<ModelHistory['reference']> {
  if (files.length === 0) return null;
  const table = await readRows(loading, `reference_${loading.model}`, files);
  const [found] = await loading.engine.query(`SELECT COUNT(*) AS row_count FROM ${table}`);
  const rows = Number(found?.['row_count']);
  if (rows > 0) return { table: [`reference_${loading.model}`], rows };
  loading.problems.add({
    code: 'noReference',
    path: files.map(({ file }) => file.named).join(', '),
    got: 'no rows',
    expected: 'what the champion was trained on',
    fix: 'name a file with rows, or leave --reference out and begin later with --from',
  });
  return null;
}

/** The labels of recorded events, those in their own rows and those that came apart, and when each can be seen. */
export async function loadTruth(
  { engine, model, definition, notes, problems }: Loading,
  files: readonly ReadableFile[],
): Promise<ModelHistory['truth']> {
  const { data, task } = definition;
  const recorded = id(`recorded_${model}`);
  const apart = files.map((file) => labelSelect(file, file.source, task)).join(' UNION ALL BY NAME ');
  const own = `SELECT ${id(KEY)}, ${id(LABEL)}, ${id(LABEL_AT)}, 0 AS part, ${id(ROW)} AS place FROM ${recorded}`;
  const labels =
    files.length === 0
      ? own
      : `${own} UNION ALL BY NAME SELECT *, 1 AS part, ROW_NUMBER() OVER () AS place FROM (${apart})`;
  const events = `SELECT ${id(KEY)}, MIN(${id(TIME)}) AS event_at FROM ${recorded} GROUP BY 1`;
  const due = duckdb.addMillis('event_at', durationMs(data.label.delay));
  const seen = `GREATEST(${due}, COALESCE(${id(LABEL_AT)}, ${due}))`;
  const next = `LEAD(visible_from) OVER (PARTITION BY ${id(KEY)} ORDER BY visible_from, ${id(LABEL_AT)} NULLS FIRST, part, place)`;
  const table = `truth_${model}`;
  await engine.query(
    `CREATE TABLE ${id(table)} AS SELECT ${id(KEY)} AS ${id(data.key ?? KEY)}, event_at AS ${id(data.timestamp)}, ${id(LABEL)} AS ${id(data.label.column)}, visible_from AS ${id(TRUTH_COLUMNS.visibleFrom)}, ${next} AS ${id(TRUTH_COLUMNS.visibleUntil)} ` +
      `FROM (SELECT *, ${seen} AS visible_from FROM (${labels}) l JOIN (${events}) e USING (${id(KEY)}) WHERE ${id(LABEL)} IS NOT NULL) ORDER BY event_at, place`,
  );
  const [found] = await engine.query(
    `SELECT COUNT(*) AS row_count, COUNT(DISTINCT ${id(data.key ?? KEY)}) AS key_count FROM ${id(table)}`,
  );
  const rows = Number(found?.['row_count']);
  const keys = Number(found?.['key_count']);
  if (rows > keys) notes.push(`${rows - keys} labels are replaced by a later one of the same event`);
  if (files.length > 0 && rows === 0) {
    problems.add({
      code: 'labelsDoNotJoin',
      path: files.map(({ file }) => file.named).join(', '),
      got: 'no label with the key of a prediction',
      expected: `values of ${data.key ?? 'data.key'} that predictions have too`,
      fix: 'check that both files have the same keys, or name the column with --column key=NAME',
    });
  }
  return { table: [table], rows };
}

/** One table of the rows of files, in their order. @returns its quoted name */
async function readRows(
  { engine, definition, options }: Loading,
  name: string,
  files: readonly ReadableFile[],
): Promise<string> {
  const all = files.map((file) => `(${recordedSelect(file, file.source, definition, options.spread)})`);
  const keyed = `COALESCE(${id(KEY)}, 'row ' || ${id(ROW)})`;
  await engine.query(
    `CREATE TABLE ${id(name)} AS SELECT * REPLACE (${keyed} AS ${id(KEY)}, COALESCE(${id(FAILED)}, FALSE) AS ${id(FAILED)}) FROM (SELECT *, ROW_NUMBER() OVER () AS ${id(ROW)} FROM (${all.join(' UNION ALL BY NAME ')}))`,
  );
  return id(name);
}

const outsideOfOne = ({ definition }: Loading): string =>
  definition.task === 'binaryClassification' ? duckdb.countIf(`NOT (${id(PREDICTION_COLUMN)} BETWEEN 0 AND 1)`) : '0';

/** A column of years is no time of events: everything of a year would happen in its first second. */
async function checkCoarseTime(
  { engine, options, problems }: Loading,
  { file, column, source }: ReadableFile,
): Promise<void> {
  if (options.spread !== undefined || column.time === null) return;
  const value = `TRY_CAST(${id(column.time)} AS DOUBLE)`;
  const [found] = await engine.query(
    `SELECT COUNT(*) AS row_count, ${duckdb.countIf(isYear(value))} AS years, ANY_VALUE(CAST(${id(column.time)} AS VARCHAR)) AS example FROM ${source}`,
  );
  const rows = Number(found?.['row_count']);
  if (rows === 0 || Number(found?.['years']) < rows) return;
  problems.add({
    code: 'coarseTime',
    path: `${file.named}: ${column.time}`,
    got: `years such as ${String(found?.['example'])}`,
    expected: 'the time of each event',
    fix: 'deal the rows of a year over it with --spread year, or name another column with --column time=NAME',
  });
}

const unreadableTimes = (path: string, rows: number) => ({
  code: 'unreadableTimes',
  path,
  got: `${rows} rows, none with a time that can be read`,
  expected: 'ISO 8601 texts, timestamps, or seconds or milliseconds since 1970',
  fix: 'write the time of each event in one of these forms, or name the column with --column time=NAME',
});

const noAnswers = (path: string, rows: number) => ({
  code: 'unreadablePredictions',
  path,
  got: `${rows} rows, none with an answer that can be read`,
  expected: 'a number, or the name of a class, in the column of predictions',
  fix: 'name the column of the model’s answers with --column prediction=NAME',
});

const noProbabilities = (path: string, rows: number) => ({
  code: 'noProbabilities',
  path,
  got: `${rows} answers below 0 or above 1`,
  expected: 'probabilities of the positive class, or names of classes',
  fix: 'name the column of probabilities with --column prediction=NAME',
});
