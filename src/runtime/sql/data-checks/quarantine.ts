import type { QuarantinePlan } from '../../core/data-checks/quarantine';
import { rowCheckId } from '../../core/data-checks/row-checks';
import type { SqlDialect } from '../dialect';
import { acrossRowsFlag } from './across-rows';
import { type CheckedTable, type TypedRows, typedRows } from './typed-rows';
import { isAcrossRows, violationSql } from './violation';

/** Two queries over one source whose rows together are its rows, each once. */
export interface QuarantineStatements {
  /** The source's columns, of the rows that break nothing. */
  readonly accepted: string;
  /** The source's columns and `rulesColumn`: what the row breaks, e.g. `range:age,pattern:email`. */
  readonly quarantined: string;
  readonly rulesColumn: string;
}

/** A name that the data does not have. */
function rulesColumnName({ header }: CheckedTable): string {
  let name = 'violated_rules';
  while (header.some((column) => column.name.toLowerCase() === name)) name += '_';
  return name;
}

/** SQL of a flag a broken rule: TRUE or FALSE, never NULL, so that a row is on exactly one side. */
function flags(dialect: SqlDialect, table: CheckedTable, rows: TypedRows, plan: QuarantinePlan): Map<string, string> {
  const whole = plan.tableRules.map((rule): [string, string] => [rule, dialect.boolean(true)]);
  const single = plan.checks.map((check): [string, string] => [
    rowCheckId(check),
    isAcrossRows(check) ? acrossRowsFlag(dialect, table, rows, check) : violationSql(dialect, rows, check),
  ]);
  return new Map([...whole, ...single]);
}

/**
 * The statements that put bad rows apart and lose none. Of rows that are equal in all columns one copy is accepted; it does not
 * matter which.
 */
export function quarantineStatements(
  dialect: SqlDialect,
  table: CheckedTable,
  plan: QuarantinePlan,
): QuarantineStatements {
  const rows = typedRows(dialect, table);
  const names = [...flags(dialect, table, rows, plan)].map(([rule, sql], index) => ({
    rule,
    flag: rows.free(`flag_${index}`),
    sql,
  }));
  const flagged = names.map(({ flag, sql }) => `, ${sql} AS ${flag}`).join('');
  const raws = table.header.map(({ name }) => rows.raw(name)).join(', ');
  const from = `FROM (SELECT ${raws}${flagged} FROM (${rows.sql}) mlp_rows) mlp_flagged`;
  const columns = table.header.map(({ name }) => `${rows.raw(name)} AS ${dialect.identifier(name)}`).join(', ');
  const any = names.length === 0 ? dialect.boolean(false) : `(${names.map(({ flag }) => flag).join(' OR ')})`;
  const rulesColumn = rulesColumnName(table);
  const list = names.map(({ rule, flag }) => `CASE WHEN ${flag} THEN ${dialect.text(`,${rule}`)} ELSE '' END`);
  const rules = list.length === 0 ? `''` : `SUBSTR(${list.join(' || ')}, 2)`;
  return {
    accepted: `SELECT ${columns} ${from} WHERE NOT ${any}`,
    quarantined: `SELECT ${columns}, ${rules} AS ${dialect.identifier(rulesColumn)} ${from} WHERE ${any}`,
    rulesColumn,
  };
}
