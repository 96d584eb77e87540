import type { AlarmKind } from '../../kernel/alarm-kinds';
import type { Severity } from '../../kernel/severity';

/** What happened in a drill, of one model; times in epoch seconds of the virtual clock, each list in order of time. */
export interface DrillRecord {
  readonly model: string;
  readonly start: number;
  readonly end: number;
  /** Begin of the first fault; null without one. */
  readonly faultAt: number | null;
  readonly alarms: readonly {
    readonly at: number;
    readonly id: string;
    readonly kind: AlarmKind;
    readonly severity: Severity;
    readonly firing: boolean;
    readonly value: number;
    readonly summary: string;
  }[];
  readonly notifications: readonly {
    readonly at: number;
    readonly severity: Severity;
    readonly kind: AlarmKind;
    readonly subject: string;
    readonly text: string;
  }[];
  readonly decisions: readonly {
    readonly at: number;
    readonly action: 'retrain' | 'skip' | 'defer' | 'escalate';
    readonly code: string;
    readonly cause: string;
    readonly text: string;
  }[];
  readonly runs: readonly {
    readonly workflow: 'pipeline' | 'release';
    readonly name: string;
    readonly startedAt: number;
    /** Null while it runs. */
    readonly endedAt: number | null;
    readonly outcome: 'running' | 'succeeded' | 'failed';
    /** Id of the end that was reached, e.g. `released`, `rolledBack`, `rejected`; null while it runs. */
    readonly endedWith: string | null;
    readonly reason: string | null;
    /** The version that a release is of. */
    readonly version: number | null;
    /** A retraining decision started it. */
    readonly byDecision: boolean;
  }[];
  /** Champion when the first fault began (or the scenario, without one) and at the end; null for none. */
  readonly champion: { readonly before: number | null; readonly after: number | null };
  /** Percent of live traffic by version at the end, as the endpoint says. */
  readonly live: Readonly<Record<number, number>>;
  /** Metrics of the answers that clients got in the last part of the scenario, by metric and length of that part. */
  readonly quality: readonly {
    readonly metric: string;
    readonly over: string;
    readonly value: number | null;
    readonly rows: number;
  }[];
  readonly requests: number;
  readonly events: number;
  readonly ledger: { readonly ok: boolean; readonly records: number; readonly text: string };
  /** Seconds between two runs of the monitors, for `within`; null where a monitor is not defined. */
  readonly periods: { readonly drift: number | null; readonly quality: number | null };
}
