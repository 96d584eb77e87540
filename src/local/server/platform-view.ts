import type { Json } from '../../kernel/json';
import type { Finding } from '../../plan/findings/finding';
import type { VersionDecided, VersionDecision } from '../engine/version-decision';
import type { LocalEvent, MonthVerdict } from '../report/progress-events';

/** What a view may take its time for. */
export type Awaitable<T> = T | Promise<T>;

/** An instant in UTC, ISO 8601. */
export type Instant = string;

/** An alarm that fires now. */
export interface FiringAlarm {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly since: Instant;
}

/** A run that is not over, and the step it is at. */
export interface CurrentRun {
  readonly workflow: string;
  readonly name: string;
  readonly step: string;
  readonly outcome: string;
}

/** What a monitor said last; `verdict` as in its evidence, e.g. `ok`, `critical`, `insufficientData`. */
export interface LastVerdict {
  readonly at: Instant;
  readonly verdict: string;
}

export interface ModelState {
  readonly task: string;
  /** Version; null before the first release. */
  readonly champion: number | null;
  /** Percent of live traffic by version. */
  readonly live: Readonly<Record<string, number>>;
  /** Percent of requests that are mirrored, by the version that gets them. */
  readonly mirrored: Readonly<Record<string, number>>;
  readonly alarms: readonly FiringAlarm[];
  /** Live requests that were answered. */
  readonly requests: number;
  readonly runs: readonly CurrentRun[];
  /** Null where the monitor is not defined, or has not run. */
  readonly drift: LastVerdict | null;
  readonly quality: LastVerdict | null;
}

export interface PlatformState {
  readonly platform: string;
  /** Virtual time. */
  readonly clock: Instant;
  readonly start: Instant;
  readonly end: Instant;
  /** `training` before the first release, `replay` while time passes, `done` at its end; a view may have more. */
  readonly phase: string;
  /** Virtual seconds in a second; null for as fast as it can. */
  readonly speed: number | null;
  /** Of the time between start and end, 0 to 100. */
  readonly progressPercent: number;
  readonly models: Readonly<Record<string, ModelState>>;
}

export interface RunView {
  readonly workflow: string;
  readonly name: string;
  readonly outcome: string;
  readonly startedAt: Instant | null;
  /** Null while it runs. */
  readonly endedAt: Instant | null;
  /** Steps that are over, in order. */
  readonly steps: readonly { readonly step: string; readonly at: Instant }[];
  /** Step that is next, or the end that was reached. */
  readonly next: string;
  /** Why it failed; null when it did not. */
  readonly reason: string | null;
}

export interface VersionView {
  readonly version: number;
  /** As in the registry: `registered`, `challenger`, `champion`, … */
  readonly state: string;
  readonly registeredAt: Instant;
  readonly run: string;
  readonly cause: string;
  readonly gate: string;
  /** Metrics on the frozen test rows, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly livePercent: number;
}

/** An alarm that began (`firing`) or ended. */
export interface AlarmView {
  readonly at: Instant;
  readonly model: string;
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly firing: boolean;
  readonly value: number;
  readonly summary: string;
}

export interface DecisionView {
  readonly at: Instant;
  readonly model: string;
  readonly action: string;
  readonly code: string;
  readonly cause: string | null;
  readonly text: string;
}

export interface NotificationView {
  readonly at: Instant;
  readonly severity: string;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly runbook: string | null;
}

export interface MetricView {
  readonly at: Instant;
  readonly name: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Points of a model in `[from, to)`, epoch seconds: the newest `limit` of them. */
export interface MetricQuery {
  readonly model: string;
  readonly name?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

/** Why a live request got no predictions. */
export interface AnswerFailure {
  readonly error: {
    /** `nothingServes`: no version has live traffic yet. `invocationFailed`: the version's server has failed. */
    readonly code: 'nothingServes' | 'invocationFailed';
    readonly text: string;
    /** The version that failed; null when none was asked. */
    readonly version: number | null;
  };
}

export type Answer = { readonly predictions: readonly Json[]; readonly version: number } | AnswerFailure;

/**
 * What the server shows of a platform, and asks of it. `model` is always one of `models()`: the server refuses others. Lists are
 * in the order of time, oldest first. All of it becomes JSON as it is, and is public API.
 */
export interface PlatformView {
  state(): Awaitable<PlatformState>;
  models(): readonly string[];
  runs(model: string): Awaitable<readonly RunView[]>;
  versions(model: string): Awaitable<readonly VersionView[]>;
  months(model: string): Awaitable<readonly MonthVerdict[]>;
  metrics(query: MetricQuery): Awaitable<readonly MetricView[]>;
  /** Of all models without one. */
  alarms(model?: string): Awaitable<readonly AlarmView[]>;
  decisions(model?: string): Awaitable<readonly DecisionView[]>;
  notifications(): Awaitable<readonly NotificationView[]>;
  /** Records of the audit chain from a sequence number on, at most `limit`. */
  ledger(from: number, limit: number): Awaitable<readonly Json[]>;
  plan(): Awaitable<object>;
  findings(): Awaitable<readonly Finding[]>;
  /** What a person decides of a version. */
  decide(model: string, decision: VersionDecision): Promise<VersionDecided>;
  /**
   * Sends rows through the gateway as one live request.
   * @param key requests of one key are answered by one version, as long as traffic does not move
   */
  answer(model: string, instances: readonly Readonly<Record<string, Json>>[], key?: string): Promise<Answer>;
  /** @returns what ends it */
  subscribe(listener: (event: LocalEvent) => void): () => void;
}
