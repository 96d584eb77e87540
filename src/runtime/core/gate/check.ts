import type { MetricBound } from '../../../definition/evaluation';
import type { MetricDirection } from '../../../kernel/metric-catalogue';
import type { Bound } from './decide';
import type { CheckKind, GateCheck, SliceId } from './types';

/** Where a check stands and what it is about. */
export interface CheckPlace {
  readonly slice: SliceId | null;
  readonly required: boolean;
}

/** A check with nothing measured; what is known is laid over it. */
export function check(
  id: string,
  kind: CheckKind,
  known: Pick<GateCheck, 'verdict' | 'explanation'> & Partial<GateCheck>,
): GateCheck {
  return {
    id,
    kind,
    metric: null,
    slice: null,
    required: true,
    value: null,
    championValue: null,
    compared: null,
    comparator: null,
    bound: null,
    interval: null,
    rows: null,
    rowsNeeded: null,
    ...known,
  };
}

/** `metric/auc/min` for the whole test set, `slice/region=north/auc/min` for a slice. */
export function checkId(slice: SliceId | null, metric: string, rule: string): string {
  return slice === null ? `metric/${metric}/${rule}` : `slice/${slice.column}=${slice.value}/${metric}/${rule}`;
}

export interface NamedBound {
  readonly rule: 'min' | 'max';
  readonly bound: Bound;
}

/** The absolute bounds of a metric: `min`, `max`, both or none. */
export function absoluteBounds({ min, max }: MetricBound): NamedBound[] {
  const bounds: NamedBound[] = [];
  if (min !== undefined) bounds.push({ rule: 'min', bound: { comparator: '>=', value: min } });
  if (max !== undefined) bounds.push({ rule: 'max', bound: { comparator: '<=', value: max } });
  return bounds;
}

/**
 * The bound on candidate − champion. Non-inferior: worse by no more than the margin (Blackwelder, Controlled Clinical Trials 3, 1982);
 * superior: better by more than the margin.
 */
export function championBound(vsChampion: NonNullable<MetricBound['vsChampion']>, direction: MetricDirection): Bound {
  const higher = direction === 'higherIsBetter';
  if (vsChampion.mode === 'superior') {
    return higher
      ? { comparator: '>', value: vsChampion.margin }
      : { comparator: '<', value: negated(vsChampion.margin) };
  }
  return higher
    ? { comparator: '>=', value: negated(vsChampion.margin) }
    : { comparator: '<=', value: vsChampion.margin };
}

/** −x, and 0 for 0: a minus zero would show in reports. */
function negated(value: number): number {
  return value === 0 ? 0 : -value;
}
