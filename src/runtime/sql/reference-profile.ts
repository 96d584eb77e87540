import {
  type CategoricalReference,
  type ColumnReference,
  DRIFT_FORMULA_VERSION,
  HEAVY_SHARE,
  KNOWN_CATEGORIES,
  type NumericReference,
  type ReferenceOrigin,
  type ReferenceProfile,
  SHARE_FLOOR,
  SKETCH_STEPS,
  TOP_CATEGORIES,
  TOP_CATEGORY_SHARE,
  type ValueCount,
} from '../core/drift/profile';
import { byText } from '../core/drift/table';
import { cutPointsOf } from './cells';
import type { QuantileMode, SqlDialect } from './dialect';
import { badRequest } from './errors';
import { numericCounts, quantilesIn, SKETCH_LEVELS, withinExtremes } from './numeric-reply';
import { profileStatements } from './profile-statement';
import {
  type CategoricalTask,
  type NumericTask,
  type ProfileTask,
  resultName,
  type SqlProfileColumn,
} from './profile-task';
import { countIn, mergedRow, type ReplyRow, valueCountsIn } from './reply';
import type { TableSource } from './table-source';

/** What to profile of the training data. */
export interface ReferenceRequest extends TableSource {
  readonly columns: readonly SqlProfileColumn[];
  readonly prediction: SqlProfileColumn | null;
  /** Quantile bins of a numeric column, 2 or more. */
  readonly bins: number;
  readonly quantiles: QuantileMode;
  readonly origin: ReferenceOrigin;
}

/** The first scan: quantiles of the numbers, values of the categories. */
export interface SurveyPlan {
  /** One, but for tables so wide that the engine does not take it; each gives one row. */
  readonly statements: readonly string[];
  readonly request: ReferenceRequest;
  readonly tasks: readonly ProfileTask[];
}

/** The second scan: numbers counted on the edges that the first has found; no statements when there are no numbers. */
export interface CountPlan {
  readonly statements: readonly string[];
  readonly survey: SurveyPlan;
  readonly surveyed: ReplyRow;
  readonly tasks: readonly (NumericTask & {
    readonly edges: readonly number[];
    readonly candidates: readonly number[];
  })[];
}

/**
 * A reference takes two scans, because edges are quantiles and have to be known before rows are counted between them.
 * @throws OperationError when there is no column, a column is named twice, or `bins` is below 2
 */
export function planReferenceSurvey(dialect: SqlDialect, request: ReferenceRequest): SurveyPlan {
  const { columns, prediction, bins } = request;
  if (!Number.isInteger(bins) || bins < 2) throw badRequest('bins', bins, '2 or more', 'ask for at least two bins');
  const repeated = columns.find(({ name }, index) => columns.findIndex((other) => other.name === name) !== index);
  if (repeated !== undefined) {
    throw badRequest('columns', repeated.name, 'each column once', 'remove the second mention of the column');
  }
  const levels = [...new Set([...SKETCH_LEVELS, ...edgeLevels(bins)])].sort((a, b) => a - b);
  const tasks = (prediction === null ? columns : [...columns, prediction]).map(
    (column): ProfileTask => surveyTask(column, levels, request.quantiles),
  );
  return { statements: profileStatements(dialect, request, tasks), request, tasks };
}

/** The second scan, out of the replies to the first. */
export function planReferenceCounts(dialect: SqlDialect, survey: SurveyPlan, rows: readonly ReplyRow[]): CountPlan {
  const surveyed = mergedRow(rows, survey.statements.length);
  const { bins } = survey.request;
  const tasks = survey.tasks.flatMap((task, index) => {
    if (task.kind !== 'numeric' || task.quantiles === null) return [];
    const { levels } = task.quantiles;
    const found = quantilesIn(surveyed, index, levels);
    const at = (level: number): number[] => (found === null ? [] : [found[levels.indexOf(level)]!]);
    const edges = [...new Set(edgeLevels(bins).flatMap(at))];
    const candidates = heavyCandidates(SKETCH_LEVELS.flatMap(at));
    return [
      {
        kind: 'numeric' as const,
        column: task.column,
        cutPoints: cutPointsOf(edges, candidates),
        momentsAround: at(0.5)[0] ?? 0,
        quantiles: null,
        edges,
        candidates,
      },
    ];
  });
  const statements = tasks.length === 0 ? [] : profileStatements(dialect, survey.request, tasks);
  return { statements, survey, surveyed, tasks };
}

/**
 * The profile out of the replies to both scans; `rows` are the second's, one a statement.
 * @throws OperationError when a reply is not that statement's, or the table changed between them
 */
export function referenceProfileFromRows(plan: CountPlan, rows: readonly ReplyRow[]): ReferenceProfile {
  const { survey, surveyed } = plan;
  const { request } = survey;
  const total = countIn(surveyed, 'row_count');
  const counted = mergedRow(rows, plan.statements.length);
  if (rows.length > 0 && countIn(counted, 'row_count') !== total) {
    throw badRequest('table', countIn(counted, 'row_count'), `${total} rows`, 'profile a table that nobody writes to');
  }
  let numbers = 0;
  const profiled = survey.tasks.map((task, index): ColumnReference => {
    const column = request.columns[index] ?? request.prediction!;
    if (task.kind === 'categorical') return categoricalReference(surveyed, column, index);
    return numericReference(surveyed, counted, column, plan.tasks[numbers]!, task, index, numbers++);
  });
  return {
    formulaVersion: DRIFT_FORMULA_VERSION,
    shareFloor: SHARE_FLOOR,
    bins: request.bins,
    origin: request.origin,
    rows: total,
    columns: profiled.slice(0, request.columns.length),
    prediction: profiled[request.columns.length] ?? null,
  };
}

const edgeLevels = (bins: number): number[] => Array.from({ length: bins - 1 }, (_, index) => (index + 1) / bins);

function surveyTask(
  { name, type, floating }: SqlProfileColumn,
  levels: readonly number[],
  mode: QuantileMode,
): ProfileTask {
  if (type === 'number' || type === 'integer') {
    return { kind: 'numeric', column: name, cutPoints: null, momentsAround: null, quantiles: { levels, mode } };
  }
  const task: CategoricalTask = {
    kind: 'categorical',
    column: name,
    floating: floating === true,
    // One more than is kept tells whether there are more.
    topLimit: KNOWN_CATEGORIES + 1,
    counted: [],
    known: null,
  };
  return task;
}

/**
 * Values that may hold the heavy share: one that does fills that share of the sketch's steps, less one at either end.
 * The second scan counts them exactly.
 */
function heavyCandidates(sketch: readonly number[]): number[] {
  const least = Math.floor(HEAVY_SHARE * SKETCH_STEPS) - 2;
  return [...new Set(sketch)].filter((value) => sketch.filter((other) => other === value).length >= least);
}

function numericReference(
  surveyed: ReplyRow,
  counted: ReplyRow,
  { name, type }: SqlProfileColumn,
  task: CountPlan['tasks'][number],
  survey: NumericTask,
  surveyIndex: number,
  index: number,
): NumericReference {
  const { edges, candidates } = task;
  const { heavyCounts, ...counts } = numericCounts(counted, task, index, edges, candidates);
  const finite = [...counts.binCounts, ...heavyCounts].reduce((sum, count) => sum + count, 0);
  const heavy: ValueCount<number>[] = [];
  const binCounts = [...counts.binCounts];
  for (const [candidate, value] of candidates.entries()) {
    const count = heavyCounts[candidate]!;
    if (count > 0 && count >= finite * HEAVY_SHARE) heavy.push({ value, count });
    // A candidate that is not heavy after all goes back to its bin.
    else binCounts[edges.filter((edge) => edge <= value).length]! += count;
  }
  const levels = survey.quantiles?.levels ?? [];
  const found = quantilesIn(surveyed, surveyIndex, levels);
  return {
    kind: 'numeric',
    name,
    type: type === 'integer' ? 'integer' : 'number',
    ...counts,
    binCounts,
    edges,
    heavy,
    quantiles:
      found === null
        ? null
        : withinExtremes(
            SKETCH_LEVELS.map((level) => found[levels.indexOf(level)]!),
            counts.moments,
          ),
  };
}

function categoricalReference(row: ReplyRow, { name, type }: SqlProfileColumn, index: number): CategoricalReference {
  const rows = countIn(row, 'row_count');
  const present = countIn(row, resultName(index, 'present'));
  const values = valueCountsIn(row, resultName(index, 'top'));
  const top = values.slice(0, TOP_CATEGORIES).filter(({ count }) => count >= present * TOP_CATEGORY_SHARE);
  return {
    kind: 'categorical',
    name,
    type: type === 'boolean' || type === 'string' ? type : 'category',
    rows,
    nulls: rows - present,
    top,
    otherCount: present - top.reduce((sum, { count }) => sum + count, 0),
    otherSingletons: countIn(row, resultName(index, 'singletons')) - top.filter(({ count }) => count === 1).length,
    known: values
      .slice(0, KNOWN_CATEGORIES)
      .map(({ value }) => value)
      .sort(byText),
    knownComplete: values.length <= KNOWN_CATEGORIES,
  };
}
