/**
 * Every built-in rule about data; keys of `data.checks`.
 * Row rules point at rows (they can be written apart one by one), table rules at the table as a whole.
 */
const ROW_RULES = [
  'typeChange',
  'missingShare',
  'nonFinite',
  'range',
  'unseenCategory',
  'uniqueness',
  'duplicateRows',
  'pattern',
  'futureEvent',
  'newLabel',
  'expressions',
] as const;

const TABLE_RULES = [
  'missingColumn',
  'extraColumn',
  'reorderedColumn',
  'rowCount',
  'rowCountChange',
  'freshness',
  'labelRate',
  'leakage',
  'columnIdentity',
  'distribution',
] as const;

export type RowRule = (typeof ROW_RULES)[number];
export type TableRule = (typeof TABLE_RULES)[number];

/** All rule ids: the table's shape first, then rows, labels and comparisons with other data. */
export const DATA_RULES = [
  'missingColumn',
  'extraColumn',
  'reorderedColumn',
  'typeChange',
  'rowCount',
  'rowCountChange',
  'missingShare',
  'nonFinite',
  'range',
  'unseenCategory',
  'uniqueness',
  'duplicateRows',
  'pattern',
  'futureEvent',
  'freshness',
  'labelRate',
  'newLabel',
  'leakage',
  'columnIdentity',
  'distribution',
  'expressions',
] as const satisfies readonly (RowRule | TableRule)[];

export type DataRule = (typeof DATA_RULES)[number];

/** What a violation of a rule has as its consequence, mildest first. */
export const DATA_RULE_SEVERITIES = ['off', 'warn', 'quarantine', 'fail'] as const;
export type DataRuleSeverity = (typeof DATA_RULE_SEVERITIES)[number];

/** True when the rule points at single rows, so that `quarantine` can write just these apart. */
export function isRowRule(rule: DataRule): rule is RowRule {
  return (ROW_RULES as readonly DataRule[]).includes(rule);
}

/** What holds when a rule is kept, for references and runbooks. */
export const DATA_RULE_MEANING = {
  missingColumn: 'every column of the definition is in the data',
  extraColumn: 'the data has no column that the definition does not name',
  reorderedColumn: 'columns stand in the order of the definition',
  typeChange: 'every value can be read as the type of its column',
  rowCount: 'there are at least minRows rows',
  rowCountChange: 'the row count is within maxRowChangePercent of the trailing median',
  missingShare: 'at most maxMissingPercent of a column is missing',
  nonFinite: 'no number is NaN or infinite',
  range: 'numbers lie within min and max',
  unseenCategory: 'at most maxUnseenPercent of the rows have a category that is not known',
  uniqueness: 'the key and the columns marked unique have no value twice',
  duplicateRows: 'no row is there twice in all of its columns',
  pattern: 'texts match the pattern of their column',
  futureEvent: 'no event is later than now, a day of clock skew and time zone set aside',
  freshness: 'the newest event is not older than freshness',
  labelRate: 'more than one class is there, and class shares are like those of the last accepted data',
  newLabel: 'every class of the label is known',
  leakage: 'train and test share no key and, when split by time, test is later than train',
  columnIdentity: 'no column looks like another column of the accepted data',
  distribution: 'no column is distributed critically unlike the accepted data',
  expressions: 'every expression of the definition holds on every row (unknown counts as holding)',
} as const satisfies Record<DataRule, string>;
