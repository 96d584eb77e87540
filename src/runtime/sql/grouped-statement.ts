import type { SqlDialect } from './dialect';
import { type CategoricalTask, resultName, type StatementParts, sourceName } from './profile-task';

/**
 * The profile's statement where no aggregate makes a map (BigQuery). The source is scanned once; each row is given once
 * as member 0, which carries the numbers, and once for each categorical column as member 1, 2, …, which carries its value.
 * Grouping by member and value counts the values on all workers; the groups are then folded into one row.
 */
export function groupedStatement(dialect: SqlDialect, { source, numeric, categorical }: StatementParts): string {
  const members = [
    'STRUCT(0 AS member, CAST(NULL AS STRING) AS category)',
    ...categorical.map(({ index }, member) => `STRUCT(${member + 1} AS member, ${sourceName(index)} AS category)`),
  ];
  const spread = [
    'm.member',
    'm.category',
    ...numeric.map(({ name, aggregate }) => `IF(m.member = 0, ${aggregate.row}, NULL) AS ${name}`),
  ];
  const grouped = [
    'member',
    'category',
    'COUNT(*) AS n',
    ...numeric.map(({ name, aggregate }) => `${aggregate.state(name)} AS ${name}`),
  ];
  const folded = [
    'IFNULL(SUM(IF(member = 0, n, 0)), 0) AS row_count',
    ...numeric.map(({ name }) => `ANY_VALUE(${name} HAVING MIN member) AS ${name}`),
    ...categorical.flatMap(({ index, task }, member) => foldedCategories(dialect, index, task, member + 1)),
  ];
  const results = [
    'row_count',
    ...numeric.map(({ name, aggregate }) => `${aggregate.finish(name)} AS ${name}`),
    ...categorical.flatMap(({ index, task }) => categoryNames(index, task)),
  ];
  return `SELECT ${results.join(', ')} FROM (SELECT ${folded.join(', ')} FROM (SELECT ${grouped.join(', ')} FROM (SELECT ${spread.join(', ')} FROM (${source}) AS source CROSS JOIN UNNEST([${members.join(', ')}]) AS m) AS spread GROUP BY member, category) AS grouped) AS folded`;
}

function categoryNames(index: number, { known }: CategoricalTask): string[] {
  const parts = ['present', 'top', 'counts', 'singletons', ...(known === null ? [] : ['known'])];
  return parts.map((part) => resultName(index, part));
}

function foldedCategories(
  dialect: SqlDialect,
  index: number,
  { topLimit, counted, known }: CategoricalTask,
  member: number,
): string[] {
  const rowsWhere = (condition: string): string => `IFNULL(SUM(IF(member = ${member} AND ${condition}, n, 0)), 0)`;
  const isValue = `member = ${member} AND category IS NOT NULL`;
  const entry = `IF(${isValue}, STRUCT(category AS value, n AS \`count\`), NULL)`;
  const folded = [
    `${rowsWhere('category IS NOT NULL')} AS ${resultName(index, 'present')}`,
    `TO_JSON_STRING(ARRAY_AGG(${entry} IGNORE NULLS ORDER BY IF(${isValue}, n, 0) DESC, category LIMIT ${topLimit})) AS ${resultName(index, 'top')}`,
    counted.length === 0
      ? `'[]' AS ${resultName(index, 'counts')}`
      : `TO_JSON_STRING([${counted.map((value) => rowsWhere(`category = ${dialect.text(value)}`)).join(', ')}]) AS ${resultName(index, 'counts')}`,
    `COUNTIF(${isValue} AND n = 1) AS ${resultName(index, 'singletons')}`,
  ];
  if (known !== null) {
    const any = known.length === 0 ? 'FALSE' : `category IN (${known.map(dialect.text).join(', ')})`;
    folded.push(`${rowsWhere(any)} AS ${resultName(index, 'known')}`);
  }
  return folded;
}
