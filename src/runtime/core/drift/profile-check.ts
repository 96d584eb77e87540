import { type Problem, show } from '../../../kernel/problem';
import { binningMismatch, brokenCounts, DriftProfileError, formulaVersionMismatch } from './errors';
import {
  type ColumnReference,
  type ColumnWindow,
  DRIFT_FORMULA_VERSION,
  type ReferenceProfile,
  SKETCH_STEPS,
  type WindowProfile,
} from './profile';

/**
 * Refuses profiles that cannot be compared: another formula version, a window counted on another reference's binning,
 * counts that are no whole numbers or do not add up, edges or quantiles that are not in order.
 * @throws DriftProfileError with every problem
 */
export function assertComparable(reference: ReferenceProfile, window: WindowProfile): void {
  const problems: Problem[] = [];
  for (const [path, { formulaVersion }] of Object.entries({ reference, window })) {
    if (formulaVersion !== DRIFT_FORMULA_VERSION) {
      problems.push(formulaVersionMismatch(`${path}.formulaVersion`, formulaVersion, DRIFT_FORMULA_VERSION));
    }
  }
  const digest = reference.origin.dataDigest;
  if (window.referenceDigest !== digest) {
    problems.push(binningMismatch('window.referenceDigest', show(window.referenceDigest), show(digest)));
  }
  if (problems.length === 0) {
    problems.push(...repeated('reference.columns', reference.columns), ...repeated('window.columns', window.columns));
    const windows = new Map(window.columns.map((column) => [column.name, column]));
    for (const column of reference.columns) {
      const counted = windows.get(column.name);
      problems.push(...columnProblems(`columns.${column.name}`, column, reference.rows, counted, window.rows));
    }
    if (reference.prediction !== null) {
      const counted = window.prediction === null ? undefined : window.prediction;
      problems.push(...columnProblems('prediction', reference.prediction, reference.rows, counted, window.rows));
    }
  }
  if (problems.length > 0) throw new DriftProfileError(problems);
}

function repeated(path: string, columns: readonly { readonly name: string }[]): Problem[] {
  const seen = new Set<string>();
  return columns.flatMap(({ name }) => {
    if (seen.has(name)) return [brokenCounts(`${path}.${name}`, 'two columns of this name', 'every column once')];
    seen.add(name);
    return [];
  });
}

function columnProblems(
  path: string,
  reference: ColumnReference,
  referenceRows: number,
  window: ColumnWindow | undefined,
  windowRows: number,
): Problem[] {
  const problems = [
    ...countProblems(`reference.${path}`, referenceCounts(reference), reference.rows, referenceRows),
    ...orderProblems(`reference.${path}`, reference),
  ];
  if (window === undefined) return problems;
  if (window.kind !== reference.kind) {
    return [...problems, binningMismatch(`window.${path}.kind`, show(window.kind), show(reference.kind))];
  }
  for (const [field, got, expected] of shapes(reference, window)) {
    if (got !== expected) {
      problems.push(binningMismatch(`window.${path}.${field}`, `${got} counts`, `${expected} counts`));
    }
  }
  return [
    ...problems,
    ...countProblems(`window.${path}`, windowCounts(window), window.rows, windowRows),
    ...(window.kind === 'numeric' ? ascending(`window.${path}.quantiles`, window.quantiles, false) : []),
  ];
}

function shapes(reference: ColumnReference, window: ColumnWindow): [field: string, got: number, expected: number][] {
  if (reference.kind === 'numeric' && window.kind === 'numeric') {
    return [
      ['binCounts', window.binCounts.length, reference.edges.length + 1],
      ['heavyCounts', window.heavyCounts.length, reference.heavy.length],
    ];
  }
  if (reference.kind === 'categorical' && window.kind === 'categorical') {
    return [['topCounts', window.topCounts.length, reference.top.length]];
  }
  return [];
}

function referenceCounts(column: ColumnReference): number[] {
  return column.kind === 'numeric'
    ? [...specialCounts(column), ...column.heavy.map(({ count }) => count), ...column.binCounts]
    : [column.nulls, column.otherCount, ...column.top.map(({ count }) => count)];
}

function windowCounts(column: ColumnWindow): number[] {
  return column.kind === 'numeric'
    ? [...specialCounts(column), ...column.heavyCounts, ...column.binCounts]
    : [column.nulls, column.otherCount, column.unseenCount, ...column.topCounts];
}

function specialCounts(column: {
  nulls: number;
  nans: number;
  positiveInfinities: number;
  negativeInfinities: number;
}): number[] {
  return [column.nulls, column.nans, column.positiveInfinities, column.negativeInfinities];
}

function countProblems(path: string, counts: readonly number[], rows: number, expectedRows: number): Problem[] {
  const broken = counts.find((count) => !Number.isSafeInteger(count) || count < 0);
  if (broken !== undefined) return [brokenCounts(path, String(broken), 'whole counts of 0 or more')];
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum !== rows) return [brokenCounts(path, `counts that sum to ${sum}`, `the ${rows} rows of the column`)];
  return rows === expectedRows
    ? []
    : [brokenCounts(`${path}.rows`, String(rows), `the ${expectedRows} rows of the profile`)];
}

function orderProblems(path: string, column: ColumnReference): Problem[] {
  if (column.kind !== 'numeric') return [];
  const shape =
    column.binCounts.length === column.edges.length + 1
      ? []
      : [
          brokenCounts(
            `${path}.binCounts`,
            `${column.binCounts.length} bins`,
            `${column.edges.length + 1}, one per gap`,
          ),
        ];
  const heavy = column.heavy.map(({ value }) => value);
  return [
    ...shape,
    ...ascending(`${path}.edges`, column.edges, true),
    ...ascending(`${path}.heavy`, heavy, true),
    ...ascending(`${path}.quantiles`, column.quantiles, false),
  ];
}

function ascending(path: string, values: readonly number[] | null, strictly: boolean): Problem[] {
  if (values === null) return [];
  if (path.endsWith('.quantiles') && values.length !== SKETCH_STEPS + 1) {
    return [brokenCounts(path, `${values.length} quantiles`, `${SKETCH_STEPS + 1}`)];
  }
  const inOrder = values.every(
    (value, index) =>
      Number.isFinite(value) && (index === 0 || (strictly ? value > values[index - 1]! : value >= values[index - 1]!)),
  );
  return inOrder ? [] : [brokenCounts(path, 'values out of order', 'finite values, ascending')];
}
