import type { Problem } from '../../kernel/problem';
import { asList, asMap, asNumber, asText, type RawMap } from '../raw';
import { nearest } from '../schema-keys';
import { columnsOf, noSuchColumn, problem, type SectionRule, words } from './context';

/** Rules within `data`: named columns exist and have a fitting type, bounds are in order. */
export const dataRules: SectionRule = (data, path) => {
  const columns = columnsOf({ data });
  const label = asMap(data['label']);
  return [
    ...timestampRule(data, path, columns),
    ...noSuchColumn(data['key'], [...path, 'key'], columns),
    ...noSuchColumn(label?.['column'], [...path, 'label', 'column'], columns),
    ...(label?.['source'] !== undefined && data['key'] === undefined
      ? [
          problem(
            'keyNeeded',
            [...path, 'key'],
            undefined,
            'a key column, since labels that arrive apart are joined on it',
            'add data.key',
          ),
        ]
      : []),
    ...positiveRule(label, path, columns),
    ...Object.entries(columns ?? {}).flatMap(([name, column]) => columnRule(asMap(column), [...path, 'columns', name])),
    ...expressionNames(data, path),
  ];
};

function timestampRule(data: RawMap, path: readonly PropertyKey[], columns: RawMap | undefined): Problem[] {
  const name = asText(data['timestamp']);
  if (name === undefined || columns === undefined) return [];
  if (!Object.hasOwn(columns, name)) {
    const missing = noSuchColumn(name, [...path, 'timestamp'], columns);
    const suggestion = nearest(name, Object.keys(columns));
    return suggestion === undefined ? missing : missing.map((one) => ({ ...one, fix: `did you mean ${suggestion}?` }));
  }
  const type = asMap(columns[name])?.['type'];
  return type === undefined || type === 'timestamp'
    ? []
    : [
        problem(
          'notATimestamp',
          [...path, 'timestamp'],
          words(`column ${name} of type ${String(type)}`),
          'a column of type timestamp',
          `give ${name} the type timestamp`,
        ),
      ];
}

function positiveRule(label: RawMap | undefined, path: readonly PropertyKey[], columns: RawMap | undefined): Problem[] {
  const positive = label?.['positive'];
  const values = asList(asMap(columns?.[String(label?.['column'])])?.['values']);
  if (positive === undefined || values === undefined || values.includes(positive)) return [];
  return [
    problem(
      'notAValue',
      [...path, 'label', 'positive'],
      positive,
      `one of the label's values: ${values.map(String).join(', ')}`,
      'name one of them',
    ),
  ];
}

function columnRule(column: RawMap | undefined, path: readonly PropertyKey[]): Problem[] {
  const [min, max] = [asNumber(column?.['min']), asNumber(column?.['max'])];
  const values = asList(column?.['values']);
  return [
    ...(min !== undefined && max !== undefined && min > max
      ? [problem('emptyRange', [...path, 'min'], min, `a number up to max (${max})`, 'swap min and max')]
      : []),
    ...(values !== undefined && new Set(values).size < values.length
      ? [problem('duplicateValue', [...path, 'values'], values, 'each value once', 'remove the repeated value')]
      : []),
  ];
}

function expressionNames(data: RawMap, path: readonly PropertyKey[]): Problem[] {
  const seen = new Set<string>();
  return (asList(data['expressions']) ?? []).flatMap((expression, index) => {
    const name = asText(asMap(expression)?.['name']);
    if (name === undefined || !seen.has(name)) {
      if (name !== undefined) seen.add(name);
      return [];
    }
    return [
      problem('duplicateName', [...path, 'expressions', index, 'name'], name, 'a name that is used once', 'rename it'),
    ];
  });
}
