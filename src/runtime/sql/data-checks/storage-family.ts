import type { FoundColumn, StorageFamily } from '../../core/data-checks/columns';

const FAMILIES: readonly [RegExp, StorageFamily][] = [
  [/^(u?(tiny|small|big|huge)?int(eger)?|int\d+|uint\d+|byteint)$/, 'integer'],
  [/^(double( precision)?|float\d*|real|(big)?numeric|(big)?decimal)$/, 'number'],
  [/^(varchar|char|string|text|bpchar|enum)$/, 'text'],
  [/^bool(ean)?$/, 'boolean'],
  [/^date$/, 'date'],
  [/^(timestamp(_s|_ms|_ns|tz)?|datetime)( with(out)? time zone)?$/, 'timestamp'],
];

/** What an engine's type name (`DECIMAL(10,2)`, `timestamp(3)`, `INT64`, …) stands for; `other` for nested and binary types. */
export function storageFamily(type: string): StorageFamily {
  const lower = type.trim().toLowerCase();
  if (lower.endsWith('[]') || /^(struct|row|map|array|list|union)\b/.test(lower)) return 'other';
  const plain = lower
    .replace(/\([^)]*\)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return FAMILIES.find(([pattern]) => pattern.test(plain))?.[1] ?? 'other';
}

/** The reply to `SqlDialect.describe` as columns in the order of the data. */
export function foundColumns(rows: readonly Readonly<Record<string, unknown>>[]): FoundColumn[] {
  return rows.map((row) => ({ name: String(row['name']), family: storageFamily(String(row['type'])) }));
}
