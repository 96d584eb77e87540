import type { Problem } from '../../../kernel/problem';
import { duckdb } from '../dialects/duckdb';
import type { RunSql, SqlRow } from './collect';
import { bracketed } from './violation';

/** A rule across columns, as the definition has it. */
export interface DataExpression {
  readonly name: string;
  readonly sql: string;
}

type Node = { readonly [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Every node below (and with) a value of DuckDB's serialized syntax tree. */
function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (!isNode(value)) return [];
  return [value, ...Object.values(value).flatMap(nodes)];
}

function problem(code: string, { name }: DataExpression, got: string, fix: string): Problem {
  const expected = 'one boolean expression over the columns of a row';
  return { code, path: `expressions.${name}`, got, expected, fix };
}

/** Parts of a query that a lone expression does not have; one of them means that the text closed our bracket and went on. */
const OTHER_PARTS = ['where_clause', 'having', 'qualify', 'sample'] as const;
const OTHER_LISTS = ['group_expressions', 'group_sets', 'modifiers'] as const;

/** The expression's own tree; undefined when the text is more (or less) than one expression. */
function loneExpression(tree: unknown): Node | undefined {
  if (!isNode(tree) || !Array.isArray(tree['statements']) || tree['statements'].length !== 1) return undefined;
  const [statement] = tree['statements'] as unknown[];
  const query = isNode(statement) ? statement['node'] : undefined;
  if (!isNode(query) || query['type'] !== 'SELECT_NODE') return undefined;
  if (!isNode(query['from_table']) || query['from_table']['type'] !== 'EMPTY') return undefined;
  if (OTHER_PARTS.some((part) => query[part] !== null) || OTHER_LISTS.some((part) => !isEmptyList(query[part])))
    return undefined;
  const list = query['select_list'];
  return Array.isArray(list) && list.length === 1 && isNode(list[0]) ? list[0] : undefined;
}

const FORBIDDEN: Readonly<Record<string, string>> = {
  SUBQUERY: 'a subquery',
  WINDOW: 'a window function',
  STAR: 'a star',
  PARAMETER: 'a parameter',
  DEFAULT: 'a default',
  POSITIONAL_REFERENCE: 'the number of a column',
};

/** What the tree holds that looks at more than the row. */
function forbiddenPart(expression: Node): string | undefined {
  return nodes(expression)
    .map((node) => FORBIDDEN[String(node['class'])])
    .find((part) => part !== undefined);
}

/** Functions that read the session, though the catalogue calls them constant; and one that only fails. */
const IMPURE = ['current_setting', 'getenv', 'getvariable', 'error'];

/** Values of SQL that are written like columns. */
const CLOCKS = /^(current_(date|time|timestamp|user|role|catalog|schema)|local(time|timestamp)|session_user)$/;

/** The first name that is read like a column and is none. */
function clockName(expression: Node): string | undefined {
  return nodes(expression)
    .filter((node) => node['class'] === 'COLUMN_REF')
    .flatMap((node) => (Array.isArray(node['column_names']) ? node['column_names'].map(String) : []))
    .find((name) => CLOCKS.test(name.toLowerCase()));
}

function functionNames(expression: Node): string[] {
  const names = nodes(expression)
    .filter((node) => node['class'] === 'FUNCTION')
    .map((node) => String(node['function_name']).toLowerCase());
  return [...new Set(names)].sort();
}

/** A query for the functions among `names` that are no pure function of their arguments, or that add up rows. */
function impureFunctions(names: readonly string[]): string {
  const list = names.map((name) => duckdb.text(name)).join(', ');
  return (
    `SELECT function_name AS name, MIN(function_type) AS kind FROM duckdb_functions() WHERE function_name IN (${list}) ` +
    `GROUP BY function_name HAVING function_name IN (${IMPURE.map((name) => duckdb.text(name)).join(', ')}) ` +
    `OR bool_or(function_type NOT IN ('scalar', 'macro') OR COALESCE(stability, 'CONSISTENT') <> 'CONSISTENT') ` +
    `ORDER BY function_name`
  );
}

function treeOf(row: SqlRow | undefined): unknown {
  try {
    return JSON.parse(String(row?.['tree']));
  } catch {
    return undefined;
  }
}

async function checkOne(run: RunSql, expression: DataExpression): Promise<Problem | undefined> {
  const text = duckdb.text(`SELECT (\n${expression.sql}\n)`);
  const tree = treeOf((await run(`SELECT json_serialize_sql(${text}) AS tree`))[0]);
  if (isNode(tree) && tree['error'] === true) {
    return problem(
      'expressionSyntax',
      expression,
      String(tree['error_message']),
      'mend it; it is read as SQL, without a semicolon',
    );
  }
  const lone = loneExpression(tree);
  if (lone === undefined) {
    return problem(
      'expressionNotOne',
      expression,
      'more than one expression',
      'write one condition; join several with AND',
    );
  }
  const part = forbiddenPart(lone);
  if (part !== undefined)
    return problem('expressionScope', expression, part, 'compare columns of the same row with each other');
  const names = functionNames(lone);
  // `a, b` in brackets is a row of two
  if (lone['function_name'] === 'row') {
    return problem(
      'expressionNotOne',
      expression,
      'more than one expression',
      'write one condition; join several with AND',
    );
  }
  const [impure] = names.length === 0 ? [] : await run(impureFunctions(names));
  const got =
    impure === undefined ? clockName(lone) : `the ${String(impure['kind'])} function ${String(impure['name'])}`;
  if (got === undefined) return undefined;
  const fix = 'use functions whose result depends on the row alone: a row must be judged alike each time it is read';
  return problem('expressionNotPure', expression, got, fix);
}

/**
 * What is wrong with the expressions of a definition, found by DuckDB's own parser: syntax, more than one expression or
 * statement, subqueries, windows, aggregates, and functions that are not the same for the same row (time, chance, settings).
 * Expressions are pasted into statements, so none may be used before this has passed. Nothing of them is executed.
 *
 * @param run of a DuckDB connection, whatever engine holds the data
 */
export async function checkExpressions(run: RunSql, expressions: readonly DataExpression[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const expression of expressions) {
    const found = await checkOne(run, expression);
    if (found !== undefined) problems.push(found);
  }
  return problems;
}

/**
 * A query for `name` and `type` of each expression over the rows of a table (`typedRows(…).sql`), for `notBoolean`; run it after
 * `checkExpressions`. It reads no row.
 */
export function expressionTypes(typedRowsSql: string, expressions: readonly DataExpression[]): string {
  const columns = expressions.map(({ name, sql }) => `${bracketed(sql)} AS ${duckdb.identifier(name)}`).join(', ');
  return `SELECT column_name AS "name", column_type AS "type" FROM (DESCRIBE SELECT ${columns} FROM (${typedRowsSql}) mlp_rows)`;
}

/** Expressions that are something else than true, false or unknown. */
export function notBoolean(rows: readonly SqlRow[]): Problem[] {
  return rows
    .filter((row) => String(row['type']).toUpperCase() !== 'BOOLEAN')
    .map((row) =>
      problem(
        'expressionType',
        { name: String(row['name']), sql: '' },
        `a ${String(row['type'])}`,
        'compare the value with something',
      ),
    );
}
