import { durationSeconds } from '../../kernel/duration';
import type { Json } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import type { Fault, Scenario } from '../scenario/schema';
import { isoInstant } from './columns';
import { activeFaults, type FaultOf } from './faults';
import type { MadeEvent } from './made-event';
import type { RowPlan, WorldState } from './rows';
import { STREAMS, streamOf } from './stream';

/** Which fault touches which event: so many percent, by chance, the same ones each time. */
export type Touches = (fault: Fault & { readonly percent: number }, index: number) => boolean;

export function touchesBy(scenario: Pick<Scenario, 'faults'>, seed: number): Touches {
  return (fault, index) => {
    if (fault.percent >= 100) return true;
    const place = scenario.faults.indexOf(fault);
    return 100 * streamOf(seed, STREAMS.fault + place, index).next() < fault.percent;
  };
}

/** The world at an instant: features that have moved, and a label that follows them otherwise. */
export function worldAt(plan: RowPlan, scenario: Pick<Scenario, 'faults'>, start: number, at: number): WorldState {
  return {
    shifts: activeFaults(scenario, start, at, 'covariateShift').map((fault) => ({
      column: faultColumn(plan, fault, plan.followed),
      by: fault.by,
    })),
    relation: activeFaults(scenario, start, at, 'conceptShift').reduce((relation, { by }) => relation * (1 - by), 1),
  };
}

/**
 * The feature that a fault is about.
 * @param among the features that it may be about
 * @throws OperationError `faultWithoutColumn`
 */
export function faultColumn(
  { definition: { data } }: RowPlan,
  fault: FaultOf<'covariateShift' | 'missingColumn'>,
  among: readonly string[],
): string {
  const isNumeric = (name: string): boolean => ['number', 'integer'].includes(data.columns[name]!.type);
  const column =
    fault.column ?? among.find((name) => data.columns[name]!.critical) ?? among.find(isNumeric) ?? among[0];
  if (column !== undefined && among.includes(column)) return column;
  throw withoutColumn(fault.kind, fault.column ?? 'nothing', `one of ${among.join(', ')}`, 'name a feature');
}

/** A row as it is delivered: columns handed on, columns empty, the client's time. The same object where nothing is wrong. */
export function deliveredRow(
  plan: RowPlan,
  scenario: Pick<Scenario, 'faults'>,
  start: number,
  event: { readonly index: number; readonly at: number; readonly row: MadeEvent['row'] },
  touches: Touches,
): MadeEvent['row'] {
  const { data } = plan.definition;
  const changed: Record<string, Json> = {};
  for (const _ of activeFaults(scenario, start, event.at, 'columnRotation')) {
    const before = { ...event.row, ...changed };
    for (const [from, to] of rotation(plan)) {
      const value = before[from]!;
      changed[to] = data.columns[to]!.type === 'integer' && typeof value === 'number' ? Math.round(value) : value;
    }
  }
  for (const fault of activeFaults(scenario, start, event.at, 'missingColumn')) {
    if (touches(fault, event.index)) changed[faultColumn(plan, fault, plan.features)] = null;
  }
  const skew = activeFaults(scenario, start, event.at, 'clockSkew').reduce((sum, { seconds }) => sum + seconds, 0);
  if (skew !== 0) changed[data.timestamp] = isoInstant(event.at + skew);
  return Object.keys(changed).length === 0 ? event.row : { ...event.row, ...changed };
}

/** When the parts of an event become known. */
export function timesOf(
  plan: RowPlan,
  scenario: Pick<Scenario, 'faults'>,
  start: number,
  event: { readonly index: number; readonly at: number; readonly labelDelaySeconds: number },
  touches: Touches,
): Pick<MadeEvent, 'arrivesAt' | 'labelAt' | 'earlyLabel'> {
  const { index, at, labelDelaySeconds } = event;
  const late = (kind: 'lateEvents' | 'lateLabels'): number =>
    activeFaults(scenario, start, at, kind)
      .filter((fault) => touches(fault, index))
      .reduce((sum, { by }) => sum + durationSeconds(by), 0);
  const arrivesAt = at + late('lateEvents');
  const labelAt = Math.max(at + labelDelaySeconds + late('lateLabels'), arrivesAt);
  const isEarly = activeFaults(scenario, start, at, 'earlyLabels').some((fault) => touches(fault, index));
  return { arrivesAt, labelAt, ...(isEarly && { earlyLabel: plan.earlyLabel }) };
}

/**
 * Where the values of each column go: on by one among the features of one type, so that types stay as they are; among all
 * numeric ones where no type has two.
 * @throws OperationError `faultWithoutColumn` when there are not two
 */
function rotation({ definition: { data }, features }: RowPlan): (readonly [string, string])[] {
  const [numbers, integers] = (['number', 'integer'] as const).map((type) =>
    features.filter((name) => data.columns[name]!.type === type),
  ) as [string[], string[]];
  const groups = [numbers, integers].filter((names) => names.length > 1);
  if (groups.length === 0) groups.push([...numbers, ...integers]);
  if (groups[0]!.length < 2) {
    const expected = 'at least two numeric features';
    throw withoutColumn('columnRotation', String(groups[0]!.length), expected, 'take another fault for this model');
  }
  return groups.flatMap((names) => names.map((name, place) => [name, names[(place + 1) % names.length]!] as const));
}

const withoutColumn = (kind: string, got: string, expected: string, fix: string): OperationError =>
  new OperationError({ code: 'faultWithoutColumn', path: `faults.${kind}`, got, expected, fix });
