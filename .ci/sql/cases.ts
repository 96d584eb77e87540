import { asInstant } from '../../src/runtime/adapters/google/time-column';
import type { DuckDbSqlEngine } from '../../src/runtime/adapters/local/duckdb-sql-engine';
import type { WindowProfile } from '../../src/runtime/core/drift/profile';
import { buildReferenceProfile } from '../../src/runtime/core/drift/reference-profile';
import { DIALECT_NAMES, type DialectName, type SqlDialect } from '../../src/runtime/sql/dialect';
import { sqlDialect } from '../../src/runtime/sql/dialects';
import { freshnessFromRows, freshnessStatement } from '../../src/runtime/sql/freshness';
import {
  type LabelJoin,
  labelCoverageFromRows,
  labelCoverageStatement,
  labelledRowsStatement,
} from '../../src/runtime/sql/label-join';
import {
  planReferenceCounts,
  planReferenceSurvey,
  type ReferenceRequest,
  referenceProfileFromRows,
} from '../../src/runtime/sql/reference-profile';
import type { ReplyRow } from '../../src/runtime/sql/reply';
import { planWindowProfiles, type WindowRequest, windowProfilesFromRows } from '../../src/runtime/sql/window-profile';
import { dataCheckCases } from '../../test/runtime/sql/data-checks/dialect-cases';
import { FLOATING, MIXED_COLUMNS, mixedRows } from '../../test/runtime/sql/support/mixed-table';
import { MINUTE, START, TRAINING_ROWS } from './tables';

/** One question put to every engine, and how its reply is read. */
export interface Case {
  readonly name: string;
  readonly sql: Readonly<Record<DialectName, string>>;
  /** What the reply means; equal on all engines. */
  read(dialect: DialectName, rows: readonly ReplyRow[]): unknown;
  /** Largest difference of numbers that are not whole, relative to 1 or to the number. */
  readonly tolerance: number;
  /** False where ZetaSQL analyses the statement and then has no code to run it. */
  readonly bigqueryExecutes: boolean;
}

const ORIGIN = { dataDigest: 'sha256:00', source: 'training' } as const;
const ROUNDING = 1e-12;
const columns = MIXED_COLUMNS.map((column) => ({ ...column, floating: FLOATING.includes(column.name) }));
const reference = buildReferenceProfile(mixedRows(TRAINING_ROWS, 0), MIXED_COLUMNS, {
  origin: ORIGIN,
  bins: 10,
  prediction: MIXED_COLUMNS[0]!,
});

function everyDialect(make: (dialect: SqlDialect) => string): Record<DialectName, string> {
  return {
    duckdb: make(sqlDialect('duckdb')),
    athena: make(sqlDialect('athena')),
    bigquery: make(sqlDialect('bigquery')),
  };
}

/** All cases; the second statement of a reference needs an engine's reply to the first, which DuckDB gives. */
export async function cases(engine: DuckDbSqlEngine): Promise<Case[]> {
  return [
    scalarCase(),
    aggregateCase('scalars'),
    ...(await referenceCases(engine, 'train')),
    ...(await referenceCases(engine, 'nothing')),
    windowCase('live', 'exact', ROUNDING),
    windowCase('live', 'none', ROUNDING),
    windowCase('nothing', 'exact', ROUNDING),
    windowCase('live', 'approximate', 0.05),
    ...labelCases(),
    freshnessCase('predictions'),
    freshnessCase('nothing'),
    ...dataCheckCases(),
    ...timeColumnCases(),
  ];
}

/** BigQuery's columns with times of other types than TIMESTAMP, as the data source reads them; the others say what is meant. */
function timeColumnCases(): Case[] {
  const noon = Date.UTC(2026, 10, 1, 12, 30);
  const columns: readonly (readonly [type: string, value: string, millis: number])[] = [
    ['DATETIME', "DATETIME '2026-11-01 12:30:00'", noon],
    ['DATE', "DATE '2026-11-01'", START],
    ['STRING', "'2026-11-01T14:30:00+02:00'", noon],
    ['STRING', "'2026-11-01 12:30:00'", noon],
  ];
  return columns.map(([type, value, millis], index) => ({
    name: `time column ${index}: ${type}`,
    sql: everyDialect((dialect) => {
      const compared = (instant: string): string =>
        `${dialect.epochMillis(instant)} AS millis, CASE WHEN ${instant} > ${dialect.timestamp(millis - 1)} THEN 1 ELSE 0 END AS later`;
      if (dialect.name !== 'bigquery') return `SELECT ${compared(dialect.timestamp(millis))}`;
      return `SELECT ${compared(asInstant(dialect, type, '`at`') ?? '`at`')} FROM (SELECT ${value} AS \`at\`) mlp_one`;
    }),
    read: asIs,
    tolerance: ROUNDING,
    bigqueryExecutes: true,
  }));
}

function only([sql, ...more]: readonly string[]): string {
  if (sql === undefined || more.length > 0) throw new Error('expected one statement');
  return sql;
}

const asIs = (_: DialectName, rows: readonly ReplyRow[]): unknown => rows;

/** The order of rows is lost where they are gathered into one text. */
const byKey = (_: DialectName, rows: readonly ReplyRow[]): unknown =>
  [...rows].sort((a, b) => (String(a['key']) < String(b['key']) ? -1 : 1));

/** What the dialects say of single values. Booleans are told as 1 and 0, which all engines write alike. */
function scalarCase(): Case {
  const flag = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
  const sql = everyDialect((dialect) => {
    const [id, x, word] = ['id', 'x', 'word'].map(dialect.identifier) as [string, string, string];
    const finite = `CASE WHEN ${dialect.isFinite(x)} THEN ${x} END`;
    const expressions = [
      id,
      `${flag(dialect.isNaN(x))} AS nan`,
      `${flag(dialect.isInfinite(x))} AS infinite`,
      `${flag(dialect.isFinite(x))} AS finite`,
      `${dialect.numberText(finite)} AS number_text`,
      `${dialect.epochMillis(dialect.toTimestamp(word))} AS millis`,
      `${dialect.epochMillis(dialect.addMillis(dialect.toTimestamp(word), -1500))} AS earlier`,
      `CASE WHEN ${dialect.isFinite(dialect.toDouble(word))} THEN ${dialect.toDouble(word)} END AS parsed`,
      `${flag(dialect.matches(word, '^\\d{4}-\\d{2}'))} AS dated`,
      `${flag(`${word} = ${dialect.text("it's \\ \n")}`)} AS equal`,
      `${dialect.toText(id)} AS id_text`,
      `${dialect.toText(dialect.boolean(true))} AS yes`,
    ];
    return `SELECT ${expressions.join(', ')} FROM ${dialect.table(['scalars'])} ORDER BY ${id}`;
  });
  return { name: 'scalars', sql, read: asIs, tolerance: ROUNDING, bigqueryExecutes: true };
}

function aggregateCase(table: string): Case {
  const sql = everyDialect((dialect) => {
    const [x, word] = ['x', 'word'].map(dialect.identifier) as [string, string];
    const expressions = [
      `${dialect.countIf(`${dialect.isFinite(x)} AND ${x} > 0`)} AS positive`,
      `${dialect.countIf(`${x} IS NULL AND ${x} > 0`)} AS none`,
      `${dialect.smallestTexts(word, `${dialect.isFinite(x)} AND ${x} < 10`, 3)} AS smallest`,
      `${dialect.smallestTexts(word, `${x} = 99`, 3)} AS of_none`,
    ];
    return `SELECT ${expressions.join(', ')} FROM ${dialect.table([table])}`;
  });
  const read = (_: DialectName, rows: readonly ReplyRow[]): unknown =>
    // BigQuery writes a NULL list as the JSON text null.
    rows.map((row) => ({ ...row, smallest: JSON.parse(String(row['smallest'])), of_none: row['of_none'] ?? 'null' }));
  return { name: `aggregates of ${table}`, sql, read, tolerance: ROUNDING, bigqueryExecutes: true };
}

async function referenceCases(engine: DuckDbSqlEngine, table: string): Promise<Case[]> {
  const request: ReferenceRequest = {
    table: [table],
    range: null,
    columns,
    prediction: columns[0]!,
    bins: 10,
    quantiles: 'exact',
    origin: ORIGIN,
  };
  const survey = everyDialect((dialect) => only(planReferenceSurvey(dialect, request).statements));
  const surveyed = await engine.query(survey.duckdb);
  const plans = Object.fromEntries(
    DIALECT_NAMES.map((name) => {
      const dialect = sqlDialect(name);
      return [name, planReferenceCounts(dialect, planReferenceSurvey(dialect, request), surveyed)];
    }),
  ) as Record<DialectName, ReturnType<typeof planReferenceCounts>>;
  const counts = everyDialect((dialect) => only(plans[dialect.name].statements));
  return [
    {
      name: `reference survey of ${table}`,
      sql: survey,
      // What the survey means is what the counts are planned from.
      read: (name, rows) => {
        const { tasks, surveyed: row } = planReferenceCounts(
          sqlDialect('duckdb'),
          planReferenceSurvey(sqlDialect(name), request),
          rows,
        );
        const texts = Object.entries(row).filter(([part]) => /_(top|present|singletons)$|^row_count$/.test(part));
        return { tasks, texts: texts.map(([part, value]) => [part, JSON.parse(String(value ?? 'null'))]) };
      },
      tolerance: ROUNDING,
      bigqueryExecutes: true,
    },
    {
      name: `reference counts of ${table}`,
      sql: counts,
      read: (name, rows) => referenceProfileFromRows(plans[name], rows),
      tolerance: ROUNDING,
      bigqueryExecutes: true,
    },
  ];
}

function windowCase(table: string, sketch: WindowRequest['sketch'], tolerance: number): Case {
  const request: WindowRequest = {
    table: [table],
    range: { column: 'at', startMillis: START + 30 * MINUTE, endMillis: START + 190 * MINUTE },
    reference,
    columns: columns.map(({ name }) => name),
    floating: FLOATING,
    sketch,
  };
  return {
    name: `window of ${table}, sketch ${sketch}`,
    sql: everyDialect((dialect) => only(planWindowProfiles(dialect, [request], true).statements)),
    read: (name, rows) => {
      const { profiles, newestMillis } = windowProfilesFromRows(
        planWindowProfiles(sqlDialect(name), [request], true),
        rows,
      );
      return sketch === 'approximate' ? smoothQuantiles(profiles[0]!) : { profile: profiles[0]!, newestMillis };
    },
    tolerance,
    bigqueryExecutes: sketch !== 'approximate',
  };
}

/** Between two values that many rows have, every sketch draws its own line: without the quantiles of such columns. */
function smoothQuantiles(profile: WindowProfile): unknown {
  return profile.columns.map((column) =>
    column.kind === 'categorical' || ['amount', 'huge'].includes(column.name) ? column : { ...column, quantiles: null },
  );
}

function labelCases(): Case[] {
  const join: LabelJoin = {
    predictions: {
      table: ['predictions'],
      key: 'id',
      range: { column: 'at', startMillis: START, endMillis: START + 1000 * MINUTE },
      prediction: 'score',
      carried: ['region'],
    },
    labels: { table: ['labels'], key: 'id', label: 'churned', timestamp: 'known_at' },
    delayMillis: 60 * MINUTE,
    latenessMillis: 600 * MINUTE,
    nowMillis: START + 5000 * MINUTE,
  };
  const early = { ...join, nowMillis: START + 65 * MINUTE };
  const timeless = { ...join, labels: { ...join.labels, timestamp: null } };
  const shared = { tolerance: ROUNDING, bigqueryExecutes: true };
  return [join, early, timeless].flatMap((asked, index) => [
    {
      ...shared,
      name: `labelled rows ${index}`,
      sql: everyDialect((d) => labelledRowsStatement(d, asked)),
      read: byKey,
    },
    {
      ...shared,
      name: `label coverage ${index}`,
      sql: everyDialect((d) => labelCoverageStatement(d, asked)),
      read: (_: DialectName, rows: readonly ReplyRow[]) => labelCoverageFromRows(rows),
    },
  ]);
}

function freshnessCase(table: string): Case {
  const now = START + 100 * MINUTE;
  return {
    name: `freshness of ${table}`,
    sql: everyDialect((dialect) => freshnessStatement(dialect, [table], 'at', now)),
    read: (_, rows) => freshnessFromRows(rows, now),
    tolerance: ROUNDING,
    bigqueryExecutes: true,
  };
}
