import type { Evaluation } from '../../../definition/evaluation';
import { isCustomMetric } from '../../../kernel/metric-catalogue';
import { type Population, resamplePopulation } from './population';
import { type Groups, groupRows } from './slices';
import type { GateInput, ScoredRow, SliceId } from './types';

/** The frozen rows in the order of their keys, with populations that are resampled when they are first asked for. */
export class TestSet {
  readonly rows: readonly ScoredRow[];
  readonly evaluation: Evaluation;
  private readonly populations = new Map<string, Population | null>();
  private readonly grouped = new Map<string, Groups | null>();

  /** @param comparable false when the champion's answers cannot be used, so that only the candidate's are resampled */
  constructor(
    readonly input: GateInput,
    private readonly comparable: boolean,
  ) {
    this.rows = inKeyOrder(input.rows);
    this.evaluation = input.evaluation;
  }

  isCustom(metric: string): boolean {
    return isCustomMetric(metric);
  }

  /** Rows by a column's value; null when no row has the column. */
  groups(column: string): Groups | null {
    if (!this.grouped.has(column)) this.grouped.set(column, groupRows(this.rows, column));
    return this.grouped.get(column)!;
  }

  /** The whole test set (null) or a slice of it; null when its rows cannot be used. */
  population(slice: SliceId | null): Population | null {
    const id = JSON.stringify(slice && [slice.column, slice.value]);
    if (!this.populations.has(id)) {
      const rows = slice === null ? this.rows : (this.groups(slice.column)?.get(slice.value) ?? []);
      this.populations.set(id, resamplePopulation(this.input, rows, slice, this.metricsOf(slice), this.comparable));
    }
    return this.populations.get(id)!;
  }

  /** Every built-in metric that the definition asks of these rows. */
  private metricsOf(slice: SliceId | null): Set<string> {
    const { metrics, slices, fairness } = this.evaluation;
    const asked =
      slice === null
        ? Object.keys(metrics)
        : [
            ...slices.filter(({ column }) => column === slice.column).flatMap((policy) => Object.keys(policy.metrics)),
            ...fairness.filter(({ column }) => column === slice.column).map(({ metric }) => metric),
          ];
    return new Set(asked.filter((metric) => !this.isCustom(metric)));
  }
}

/** By the key's text in code units; rows with the same key (which never pass) by their content, so that no order is left open. */
function inKeyOrder(rows: readonly ScoredRow[]): ScoredRow[] {
  return rows
    .map((row) => ({ row, key: String(row.key) }))
    .sort((left, right) => {
      if (left.key !== right.key) return left.key < right.key ? -1 : 1;
      const [leftText, rightText] = [JSON.stringify(left.row), JSON.stringify(right.row)];
      return leftText === rightText ? 0 : leftText < rightText ? -1 : 1;
    })
    .map(({ row }) => row);
}
