import type { RowCheck } from '../../core/data-checks/row-checks';
import type { SqlDialect } from '../dialect';
import type { TypedRows } from './typed-rows';

/** The rules of which a violation is seen by looking at other rows too. */
export type AcrossRows = Extract<RowCheck, { rule: 'uniqueness' | 'duplicateRows' }>;
export type WithinRow = Exclude<RowCheck, AcrossRows>;

export function isAcrossRows(check: RowCheck): check is AcrossRows {
  return check.rule === 'uniqueness' || check.rule === 'duplicateRows';
}

/**
 * TRUE on the rows that break the check, else FALSE, never NULL. A missing value breaks `missingShare` alone; an expression
 * that is NULL holds, as in SQL's CHECK.
 */
export function violationSql(dialect: SqlDialect, rows: TypedRows, check: WithinRow): string {
  return `COALESCE(${condition(dialect, rows, check)}, FALSE)`;
}

/** An expression of a user in brackets; the closing one on a line of its own where a comment would swallow it. */
export function bracketed(expression: string): string {
  return /--|#/.test(expression) ? `(${expression}\n)` : `(${expression})`;
}

function condition(dialect: SqlDialect, rows: TypedRows, check: WithinRow): string {
  if (check.rule === 'expressions') return `NOT ${bracketed(check.sql)}`;
  const column = rows.column(check.column.name);
  if (column === undefined) return 'FALSE';
  const { present, double } = column;
  switch (check.rule) {
    case 'missingShare':
      return `NOT COALESCE(${present}, FALSE)`;
    case 'typeChange':
      return `${present} AND NOT COALESCE(${column.readable}, FALSE)`;
    case 'nonFinite':
      return `${present} AND ${column.nonFinite}`;
    case 'range': {
      const bounds = [
        ...(check.min === undefined ? [] : [`${double} < ${dialect.number(check.min)}`]),
        ...(check.max === undefined ? [] : [`${double} > ${dialect.number(check.max)}`]),
      ];
      return `${dialect.isFinite(double)} AND (${bounds.join(' OR ')})`;
    }
    case 'unseenCategory':
    case 'newLabel':
      if (check.known.length === 0) return present;
      return `${present} AND ${column.text} NOT IN (${check.known.map((one) => dialect.text(one)).join(', ')})`;
    case 'pattern':
      return `${present} AND NOT ${dialect.matches(column.text, check.pattern)}`;
    case 'futureEvent':
      return `${column.instant} > ${dialect.timestamp(check.afterMs)}`;
  }
}
