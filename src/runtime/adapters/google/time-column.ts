import type { SqlDialect } from '../../sql/dialect';

/**
 * A column as an instant, by the type that BigQuery's schema has for it: dates and times without a zone are in UTC, texts are ISO
 * 8601. Undefined where it is an instant already, or a type that stands for none, which the data checks refuse by name.
 */
export function asInstant(dialect: SqlDialect, type: string, column: string): string | undefined {
  switch (type) {
    case 'DATETIME':
    case 'DATE':
      return `TIMESTAMP(${column}, 'UTC')`;
    case 'STRING':
      return dialect.toTimestamp(column);
    default:
      return undefined;
  }
}
