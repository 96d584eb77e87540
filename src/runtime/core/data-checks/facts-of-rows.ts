import type { Data } from '../../../definition/data';
import { cellInstant, cellNumber, cellText, type DataRow, isNonFinite, isPresent, isReadable } from './cells';
import type { FoundColumn } from './columns';
import { byBytes, type DataFacts, type LabelCount, MAX_KEYS, type Offenders, type RowCheckFacts } from './facts';
import { FUTURE_TOLERANCE_MS, type RowCheck, type RowCheckOptions, rowChecks } from './row-checks';

export interface RowFactsOptions extends RowCheckOptions {
  /** Columns in their order; those of the rows, in the order in which they turn up, when it is left out. */
  readonly header?: readonly string[];
  /** Expressions as functions of a row, by name; null holds. One that is not here is not evaluated. */
  readonly expressions?: Readonly<Record<string, (row: DataRow) => boolean | null>>;
  /** Regression has no classes to count. */
  readonly countLabels: boolean;
}

type Texts = Readonly<Record<string, string | null>>;
type Breaks = (row: DataRow, texts: Texts) => boolean;

function headerOf(rows: readonly DataRow[], names: readonly string[] | undefined): FoundColumn[] {
  const all = names ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return all.map((name) => ({ name, family: 'text' }));
}

/** Values that more than one row has. */
function repeated(values: Iterable<string>): Set<string> {
  const [once, again] = [new Set<string>(), new Set<string>()];
  for (const value of values) (once.has(value) ? again : once).add(value);
  return again;
}

function breaksAcross(
  check: Extract<RowCheck, { rule: 'uniqueness' }>,
  all: readonly Texts[],
  format: Data['format'],
): Breaks {
  const values = all.map((texts) => texts[check.column] ?? null).filter((text) => isPresent(text, format));
  const again = repeated(values as string[]);
  return (_row, texts) => again.has(texts[check.column] ?? '') && isPresent(texts[check.column] ?? null, format);
}

function breaksWithin(
  check: Exclude<RowCheck, { rule: 'uniqueness' | 'duplicateRows' | 'expressions' }>,
  format: Data['format'],
): Breaks {
  const known = 'known' in check ? new Set(check.known) : new Set<string>();
  const pattern = check.rule === 'pattern' ? new RegExp(check.pattern) : undefined;
  const broken = (text: string): boolean => {
    if (check.rule === 'typeChange') return !isReadable(text, check.column.column.type);
    if (check.rule === 'nonFinite') return isNonFinite(text);
    if (check.rule === 'range') {
      const number = cellNumber(text);
      if (number === null || !Number.isFinite(number)) return false;
      return (check.min !== undefined && number < check.min) || (check.max !== undefined && number > check.max);
    }
    if (check.rule === 'futureEvent') return (cellInstant(text) ?? Number.NEGATIVE_INFINITY) > check.afterMs;
    return pattern === undefined ? !known.has(text) : !pattern.test(text);
  };
  return (_row, texts) => {
    const text = texts[check.column.name] ?? null;
    return check.rule === 'missingShare' ? !isPresent(text, format) : isPresent(text, format) && broken(text);
  };
}

function offenders(
  rows: readonly DataRow[],
  all: readonly Texts[],
  key: string | undefined,
  breaks: Breaks,
): Offenders {
  const hits = all.filter((texts, index) => breaks(rows[index]!, texts));
  const keys = new Set(
    key === undefined ? [] : hits.map((texts) => texts[key] ?? null).filter((text) => text !== null),
  );
  return { violations: hits.length, keys: [...keys].sort(byBytes).slice(0, MAX_KEYS) };
}

/** Copies beyond the first of rows that are equal in all columns, and the keys of such rows. */
function duplicates(all: readonly Texts[], header: readonly FoundColumn[], key: string | undefined): Offenders {
  const identity = (texts: Texts): string => JSON.stringify(header.map(({ name }) => texts[name] ?? null));
  const copies = all.map(identity);
  const again = repeated(copies);
  const keys = all
    .filter((_texts, index) => again.has(copies[index]!))
    .map((texts) => (key === undefined ? null : (texts[key] ?? null)));
  const named = new Set(keys.filter((text) => text !== null));
  return { violations: all.length - new Set(copies).size, keys: [...named].sort(byBytes).slice(0, MAX_KEYS) };
}

function labelsOf(all: readonly Texts[], column: string, format: Data['format']): LabelCount[] {
  const counts = new Map<string, number>();
  for (const texts of all) {
    const text = texts[column] ?? null;
    if (isPresent(text, format)) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .map(([label, rows]) => ({ label, rows }))
    .sort((a, b) => b.rows - a.rows || byBytes(a.label, b.label));
}

/**
 * The facts of rows in memory, the same as an engine finds in a CSV (or, for other formats, JSON lines) of these rows: for
 * small tables, a captured window or a test. Cells are read as their text, so a number and its text are alike.
 */
export function factsOfRows(rows: readonly DataRow[], definition: Data, options: RowFactsOptions): DataFacts {
  const format = definition.format === 'parquet' ? 'jsonl' : definition.format;
  const data: Data = { ...definition, format };
  const header = headerOf(rows, options.header);
  const all: Texts[] = rows.map((row) => {
    const texts = header.map(({ name }): [string, string | null] => {
      const text = Object.hasOwn(row, name) ? cellText(row[name]) : null;
      // readers of CSV take an empty field for none
      return [name, format === 'csv' && text === '' ? null : text];
    });
    return Object.fromEntries(texts);
  });
  const count = (check: RowCheck): Offenders | undefined => {
    if (check.rule === 'duplicateRows') return duplicates(all, header, data.key);
    if (check.rule === 'uniqueness') return offenders(rows, all, data.key, breaksAcross(check, all, format));
    if (check.rule !== 'expressions') return offenders(rows, all, data.key, breaksWithin(check, format));
    const holds = options.expressions?.[check.name];
    return holds === undefined ? undefined : offenders(rows, all, data.key, (row) => holds(row) === false);
  };
  const counted = rowChecks(data, header, options).flatMap((check): RowCheckFacts[] => {
    const found = count(check);
    return found === undefined ? [] : [{ check, ...found }];
  });
  const latest = options.nowMs + FUTURE_TOLERANCE_MS;
  const events = all
    .map((texts) => cellInstant(texts[data.timestamp] ?? ''))
    .filter((time) => time !== null && time <= latest);
  const labelled =
    options.countLabels && header.some(({ name }) => name === data.label.column && Object.hasOwn(data.columns, name));
  return {
    rows: rows.length,
    header,
    rowChecks: counted,
    newestEventMs: events.reduce<number | null>(
      (newest, time) => (newest === null || time! > newest ? time : newest),
      null,
    ),
    labels: labelled ? labelsOf(all, data.label.column, format) : null,
  };
}
