import type { MetricDirection, Task } from '../../kernel/metric-catalogue';
import { type Problem, show } from '../../kernel/problem';
import { asMap, type RawMap } from '../raw';

/** What a section's rules may know of its neighbours; each may be missing or invalid. */
export interface RuleContext {
  readonly task?: Task;
  /** Raw `data.columns`; a rule that needs a column is silent where it is unknown. */
  readonly columns?: RawMap;
  /** Which way each `custom.<name>` improves, as `evaluation.metrics` says. */
  readonly directions?: Readonly<Record<string, MetricDirection>>;
}

export type SectionRule = (section: RawMap, path: readonly PropertyKey[], context: RuleContext) => Problem[];

export const problem = (
  code: string,
  path: readonly PropertyKey[],
  got: unknown,
  expected: string,
  fix: string,
): Problem => ({
  code,
  path: path.map(String).join('.'),
  got: typeof got === 'string' && got.startsWith('=') ? got.slice(1) : show(got),
  expected,
  fix,
});

/** A text for `got` that is shown as it stands. */
export const words = (text: string): string => `=${text}`;

/** The problem of naming a column that the data does not have; undefined where it has it or the columns are unknown. */
export function noSuchColumn(column: unknown, path: readonly PropertyKey[], columns: RawMap | undefined): Problem[] {
  if (columns === undefined || typeof column !== 'string' || Object.hasOwn(columns, column)) return [];
  const known = Object.keys(columns);
  return [
    problem(
      'noSuchColumn',
      path,
      column,
      `one of the data's columns: ${known.join(', ')}`,
      `declare ${column} in data.columns, or name one that is there`,
    ),
  ];
}

export const columnsOf = (model: RawMap | undefined): RawMap | undefined => asMap(asMap(model?.['data'])?.['columns']);
