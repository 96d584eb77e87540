import type { Column, Data } from '../../../definition/data';

/** What an engine stores a column as, engines' own names set aside. */
export const STORAGE_FAMILIES = ['text', 'integer', 'number', 'boolean', 'date', 'timestamp', 'other'] as const;
export type StorageFamily = (typeof STORAGE_FAMILIES)[number];

/** A column of the data as it was found. */
export interface FoundColumn {
  readonly name: string;
  readonly family: StorageFamily;
}

/**
 * How a declared type meets a stored one: `stored` as it is, `parsed` from text row by row, `whole` and `zeroOne` when the
 * stored numbers have to be integers or 0 and 1, `unlike` when no value can be what was declared.
 */
export type TypeFit = 'stored' | 'parsed' | 'whole' | 'zeroOne' | 'unlike';

/** A column that is declared and was found. */
export interface CheckedColumn {
  readonly name: string;
  readonly column: Column;
  readonly family: StorageFamily;
  readonly fit: TypeFit;
}

const STORED_FIT: Record<Column['type'], Partial<Record<StorageFamily, TypeFit>>> = {
  number: { integer: 'stored', number: 'stored' },
  integer: { integer: 'stored', number: 'whole' },
  boolean: { boolean: 'stored', integer: 'zeroOne' },
  timestamp: { timestamp: 'stored', date: 'stored', text: 'parsed' },
  category: {
    text: 'stored',
    integer: 'stored',
    number: 'stored',
    boolean: 'stored',
    date: 'stored',
    timestamp: 'stored',
  },
  string: { text: 'stored' },
};

/**
 * CSV and JSON lines are read as text, so every value is parsed by itself and a column of another type is counted row by row.
 * Parquet and tables carry the type of a column once: a column of an unlike type is unlike in every row (times alone may come
 * as text, as writers without a time type do).
 */
export function typeFit(type: Column['type'], family: StorageFamily, format: Data['format']): TypeFit {
  const textual = family === 'text' && format !== 'parquet';
  if (textual) return type === 'category' || type === 'string' ? 'stored' : 'parsed';
  // the engine guessed the type from the values: digits are a text too
  if (format !== 'parquet' && type === 'string' && family !== 'other') return 'stored';
  return STORED_FIT[type][family] ?? 'unlike';
}

/** Names that the data has to have: all declared columns, the key and the timestamp; the label unless it arrives apart. */
export function requiredColumns(data: Data): string[] {
  const names = [...Object.keys(data.columns), ...(data.key === undefined ? [] : [data.key]), data.timestamp];
  const all = new Set([...names, data.label.column]);
  if (data.label.source !== undefined) all.delete(data.label.column);
  return [...all];
}

/** Names that may be there without being extra. */
export function knownColumns(data: Data): Set<string> {
  return new Set([...requiredColumns(data), data.label.column]);
}

/** The declared columns that were found, in the definition's order. */
export function checkedColumns(data: Data, header: readonly FoundColumn[]): CheckedColumn[] {
  const found = new Map(header.map((one) => [one.name, one]));
  return Object.entries(data.columns).flatMap(([name, column]) => {
    const one = found.get(name);
    if (one === undefined) return [];
    return [{ name, column, family: one.family, fit: typeFit(column.type, one.family, data.format) }];
  });
}
