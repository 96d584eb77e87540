import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import type { ModelPlan } from '../../plan/plan';
import type { JobStep, Step } from '../../plan/step-graph';
import type { DuckDbSqlEngine } from '../../runtime/adapters/local/duckdb-sql-engine';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import type { StoredPoint } from '../../runtime/adapters/local/file-metric-sink';
import type { StartArm } from '../../runtime/adapters/local/model-arm';
import type { VirtualClock } from '../../runtime/adapters/local/virtual-clock';
import type { LedgerStore, MetricSink, Notification, Notifier, StateStore } from '../../runtime/ports';
import type { Ports } from '../../runtime/usecases';
import type { AlarmChange } from './alarm-board';
import type { RunDocument, RunFiles } from './run-store';

/** Where a world keeps what it knows: files that outlive the process, or memory. */
export interface WorldStores {
  /** Whether a new process goes on where this one was killed; otherwise nobody waits until anything is written. */
  readonly isDurable: boolean;
  readonly state: StateStore;
  readonly ledger: LedgerStore;
  artifacts(model: string): FileArtifactStore;
  runs(model: string): RunFiles;
  metrics(model: string, listen: (points: readonly StoredPoint[]) => void): MetricSink;
  notifier(model: string, listen: (notification: Notification) => void): Notifier;
}

/** What trains and answers for a model: processes, or stand-ins. */
export interface ModelParts {
  readonly start: StartArm;
  readonly runJob: (step: JobStep, run: string, state: { readonly [key: string]: Json }) => Promise<State>;
  /** Virtual seconds that a job takes. */
  readonly jobSeconds: (step: JobStep) => number;
  /** Whether latencies are of the world's time: those of processes in a replay as fast as it can are not. */
  readonly judgesLatency: boolean;
  /** Whether the requests of a time stand for all of the endpoint's: of a sample of them, one failure is no share. */
  readonly isMeasured: (at: number, stage: HeldStage | null) => boolean;
  /** Requests a minute beside the events, at a time (epoch seconds); `stage` of the release that holds, null without one. */
  readonly loadPerMinute: (at: number, stage: HeldStage | null) => number;
}

/** Where a release stands while it holds: live (or mirrored) percent of the challenger, and for how long. */
export interface HeldStage {
  readonly percent: number;
  readonly holdSeconds: number;
  readonly isMirrored: boolean;
}
type State = { readonly [key: string]: Json };

/** What becomes known while a world runs. */
export interface WorldEvents {
  onStep(model: string, step: Step, run: RunDocument, what: 'begins' | 'ends' | 'fails', error?: Error): void;
  onNotify(model: string, notification: Notification): void;
  onAlarm(model: string, change: AlarmChange): void;
  onDecision(model: string, decision: Decision): void;
}

/** What the retraining decision said. `at` in epoch seconds. */
export interface Decision {
  readonly at: number;
  readonly cause: string;
  readonly action: string;
  readonly code: string;
  readonly text: string;
}

/** Everything that a model's engine stands in. */
export interface World extends WorldEvents {
  readonly platform: string;
  readonly clock: VirtualClock;
  readonly engine: DuckDbSqlEngine;
  readonly stores: WorldStores;
  parts(model: string, definition: ModelDefinition, plan: ModelPlan, artifacts: FileArtifactStore): ModelParts;
  /** `decide`: retraining is decided and recorded, and not run. */
  readonly retraining: 'run' | 'decide';
  /** Puts something between a model and its ports: faults of providers, mechanisms that are switched off. */
  wrap?(model: string, ports: Ports): Ports;
  /** How often the same reason to retrain is delivered at a time; once where nothing is said. */
  deliveries?(at: number): number;
  /** Of the code that trains, where it is known; written with runs that nobody has given another one. */
  readonly commit?: string | null;
  readonly stampedBy?: 'gateway' | 'client';
  /** Label's delay that the platform reckons with; that of the definition where nothing is said. Seconds. */
  readonly labelDelaySeconds?: number;
}
