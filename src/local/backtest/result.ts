import type { Severity } from '../../kernel/severity';
import type { IncidentScore } from './incidents/score';
import type { BacktestMonth } from './months';
import type { Episode } from './replay/alarm-log';
import type { ReplayedRelease } from './replay/release-replay';

/** One retraining decision. `at` in epoch seconds. */
export interface ReplayedDecision {
  readonly at: number;
  readonly action: 'retrain' | 'skip' | 'defer' | 'escalate';
  readonly code: string;
  /** What asked: `schedule`, `quality`, `conceptDrift`, `drift`, … */
  readonly cause: string;
  readonly text: string;
  /** Whom the decision tells by itself: an escalation. Null for nobody. */
  readonly tells: Severity | null;
}

/** What a window of the drift job said. `at` in epoch seconds. */
export interface DriftWindow {
  readonly at: number;
  readonly verdict: string;
  readonly driftedColumnsPercent: number | null;
}

/** What a window of the quality job said. `at` in epoch seconds. */
export interface QualityWindow {
  readonly at: number;
  readonly verdict: string;
  readonly labels: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of the concept-drift verdict: `none`, `suspected`, `conceptDrift`, `withDataDrift`, … */
  readonly cause: string;
}

/** What a model's definition would have done. Instants in epoch seconds. */
export interface ModelBacktest {
  readonly from: number;
  readonly to: number;
  readonly rows: { readonly reference: number; readonly predictions: number; readonly labels: number };
  /** Champions of the recording, by name, and from when on. */
  readonly champions: readonly { readonly version: string; readonly from: number }[];
  /** The quality metrics of the first champion on its reference; what is not known is not there. */
  readonly atRelease: Readonly<Record<string, number>>;
  readonly alarms: readonly Episode[];
  /** How often people would have been told, by severity: rings of alarms, and decisions that escalate. */
  readonly told: Readonly<Record<Severity, number>>;
  readonly decisions: readonly ReplayedDecision[];
  /** Decisions by `action: code`. */
  readonly decisionCounts: Readonly<Record<string, number>>;
  /** Runs that decisions would have started, by cause; without those that none started. */
  readonly retrains: Readonly<Record<string, number>>;
  readonly releases: readonly (Omit<ReplayedRelease, 'version' | 'champion'> & {
    readonly version: string;
    readonly champion: string;
  })[];
  readonly months: readonly BacktestMonth[];
  readonly windows: { readonly drift: readonly DriftWindow[]; readonly quality: readonly QualityWindow[] };
  /** What could not be judged, was left out, or was taken for granted. */
  readonly notes: readonly string[];
}

/** What a definition would have done on a recorded history. JSON-safe; the same input gives the same result. */
export interface BacktestResult {
  readonly platform: string;
  readonly models: Readonly<Record<string, ModelBacktest>>;
  /** Alarms held against marked incidents; null without any file of incidents. */
  readonly score: IncidentScore | null;
  /** All models together. */
  readonly totals: Totals;
}

export interface Totals {
  /** Episodes of alarms of the severities that count. */
  readonly alarms: number;
  readonly pages: number;
  readonly tickets: number;
  readonly retrains: number;
}
