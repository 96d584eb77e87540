import { resolve } from 'node:path';
import { nearest } from '../../../definition/schema-keys';
import { ALARM_KINDS, type AlarmKind } from '../../../kernel/alarm-kinds';
import { type Problem, show } from '../../../kernel/problem';
import { DuckDbSqlEngine } from '../../../runtime/adapters/local/duckdb-sql-engine';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { listed } from '../history/columns';
import { instantSql } from '../history/event-time';
import { formatOf, unknownModel } from '../history/files';
import { type Header, probe } from '../history/probe';
import type { Problems } from '../problems';

/** What people say went wrong, and when. Times in epoch seconds. */
export interface Incident {
  readonly from: number;
  /** Null: it goes on. */
  readonly to: number | null;
  /** The alarm that is expected; null for any. */
  readonly kind: AlarmKind | null;
  /** Null: of whichever model. */
  readonly model: string | null;
  readonly name: string | null;
}

const id = duckdb.identifier;

/** Reads files of incidents, in the order of time. What is wrong with them is collected, all rows at once. */
export async function readIncidents(
  files: readonly string[],
  models: readonly string[],
  problems: Problems,
): Promise<Incident[]> {
  const incidents: Incident[] = [];
  for (const named of files) {
    const format = formatOf(named, problems);
    if (format === null) continue;
    const file = { named, path: resolve(named), format };
    const header = await probe(file, problems);
    if (header === null) continue;
    const absent = ['from', 'to'].filter((name) => !header.has(name));
    if (absent.length > 0) problems.add(missing(named, header, absent));
    else incidents.push(...(await read(file, header, models, problems)));
  }
  return incidents.sort((a, b) => a.from - b.from || (a.to ?? Infinity) - (b.to ?? Infinity));
}

async function read(
  file: { readonly named: string; readonly path: string; readonly format: 'csv' | 'parquet' | 'jsonl' },
  header: Header,
  models: readonly string[],
  problems: Problems,
): Promise<Incident[]> {
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [{ view: 'incidents', paths: [file.path], format: file.format }],
    folders: [],
    memoryLimitMiB: 256,
    spillFolder: null,
    threads: 1,
  });
  try {
    const instant = (name: string): string => `epoch_ms(${instantSql(name, header.get(name) ?? '', undefined)})`;
    const text = (name: string): string =>
      header.has(name) ? `NULLIF(trim(CAST(${id(name)} AS VARCHAR)), '')` : 'CAST(NULL AS VARCHAR)';
    const rows = await engine.query(
      `SELECT ${instant('from')} AS from_ms, ${instant('to')} AS to_ms, ${text('from')} AS from_text, ${text('to')} AS to_text, ${text('kind')} AS kind, ${text('model')} AS model, ${text('name')} AS incident_name FROM incidents`,
    );
    return rows.flatMap((row, place) => {
      const [incident, wrong] = parsed(row, `${file.named}: row ${place + 1}`, models);
      problems.add(...wrong);
      return wrong.length > 0 ? [] : [incident];
    });
  } finally {
    await engine.close();
  }
}

function parsed(
  row: Readonly<Record<string, unknown>>,
  path: string,
  models: readonly string[],
): [Incident, Problem[]] {
  const text = (name: string): string | null => (typeof row[name] === 'string' ? row[name] : null);
  const seconds = (name: string): number | null =>
    row[name] === null || row[name] === undefined ? null : Number(row[name]) / 1000;
  const [kind, model] = [text('kind'), text('model')];
  const [from, to] = [seconds('from_ms'), seconds('to_ms')];
  const wrong: Problem[] = [];
  if (from === null) wrong.push(badTime(`${path}: from`, text('from_text')));
  if (to === null && text('to_text') !== null) wrong.push(badTime(`${path}: to`, text('to_text')));
  if (from !== null && to !== null && to < from) {
    wrong.push({
      code: 'endsBeforeItBegins',
      path,
      got: `${text('from_text')} to ${text('to_text')}`,
      expected: 'an end that is not before the begin',
      fix: 'swap from and to, or leave to empty for an incident that goes on',
    });
  }
  const known = ALARM_KINDS.find((one) => one === kind);
  if (kind !== null && known === undefined) {
    const meant = nearest(kind, ALARM_KINDS);
    wrong.push({
      code: 'unknownKind',
      path: `${path}: kind`,
      got: kind,
      expected: `one of ${ALARM_KINDS.join(', ')}, or nothing`,
      fix: meant === undefined ? 'leave the kind empty when any alarm will do' : `did you mean ${meant}?`,
    });
  }
  if (model !== null && !models.includes(model)) wrong.push(unknownModel(`${path}: model`, model, models));
  return [{ from: from ?? 0, to, kind: known ?? null, model, name: text('incident_name') }, wrong];
}

const badTime = (path: string, got: string | null): Problem => ({
  code: 'unreadableTimes',
  path,
  got: got === null ? 'nothing' : show(got),
  expected: 'an instant such as 2011-03-01 or 2011-03-01T06:00:00Z',
  fix: 'write the instant in ISO 8601',
});

const missing = (path: string, header: Header, names: readonly string[]): Problem => ({
  code: 'columnMissing',
  path,
  got: listed([...header.keys()]),
  expected: `columns ${names.join(', ')}`,
  fix: 'a file of incidents has from and to, and perhaps kind, model and name',
});
