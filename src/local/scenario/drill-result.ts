import type { PlatformDefinition } from '../../definition/platform';
import type { DrillRecord } from './drill-record';
import { type ExpectationResult, judge } from './expectations';
import { type InvariantResult, judgeInvariants } from './invariants';
import type { Mechanism } from './mechanisms';
import type { Scenario } from './schema';
import { type Moment, timelineOf } from './timeline';

/** What a drill came to; JSON-safe. */
export interface DrillResult {
  /** Name of the scenario. */
  readonly scenario: string;
  readonly title: string;
  /** Name of the platform. */
  readonly platform: string;
  readonly model: string;
  readonly seed: number;
  /** The mechanism that the scenario shows to work; null for none. */
  readonly tests: Mechanism | null;
  /** The mechanism that was switched off; null for none. */
  readonly without: Mechanism | null;
  /** Every expectation and every invariant holds. */
  readonly passed: boolean;
  readonly expectations: readonly ExpectationResult[];
  readonly invariants: readonly InvariantResult[];
  readonly timeline: readonly Moment[];
  readonly record: DrillRecord;
}

/** Judges a record by its scenario. */
export function drillResult(
  platform: PlatformDefinition,
  scenario: Scenario,
  record: DrillRecord,
  without: Mechanism | null = null,
): DrillResult {
  const expectations = judge(scenario, record);
  const invariants = judgeInvariants(record);
  return {
    scenario: scenario.name,
    title: scenario.title,
    platform: platform.name,
    model: record.model,
    seed: scenario.seed,
    tests: scenario.tests ?? null,
    without,
    passed: [...expectations, ...invariants].every(({ passed }) => passed),
    expectations,
    invariants,
    timeline: timelineOf(scenario, record),
    record,
  };
}
