import type { VirtualClock } from '../../../runtime/adapters/local/virtual-clock';
import { MemoryArtifactStore } from '../../../runtime/adapters/memory/memory-artifact-store';
import { MemoryLedgerStore } from '../../../runtime/adapters/memory/memory-ledger-store';
import { MemoryModelCatalogue } from '../../../runtime/adapters/memory/memory-model-catalogue';
import { MemoryNotifier } from '../../../runtime/adapters/memory/memory-notifier';
import { MemoryServingTarget } from '../../../runtime/adapters/memory/memory-serving-target';
import { MemoryStateStore } from '../../../runtime/adapters/memory/memory-state-store';
import type { MetricPoint } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import type { Ports } from '../../../runtime/usecases';
import type { AlarmPoint } from '../../engine/alarm-board';
import type { ModelHistory } from '../history/model-history';
import { HistoryDataSource } from './history-data-source';
import type { MemoSqlEngine } from './memo-sql-engine';
import { RecordedTelemetry } from './recorded-telemetry';
import type { RetrainingRuns } from './retraining-runs';

/** The ports of one replay, all in memory but the history, and what use cases emitted since it was last taken. */
export interface ReplayPorts extends Ports {
  readonly notifier: MemoryNotifier;
  takePoints(): AlarmPoint[];
}

export function replayPorts(options: {
  readonly platform: string;
  readonly engine: MemoSqlEngine;
  readonly history: ModelHistory;
  readonly clock: VirtualClock;
  readonly workflows: RetrainingRuns;
  /** Epoch seconds. */
  readonly from: number;
}): ReplayPorts {
  const { platform, engine, history, clock, workflows, from } = options;
  let points: AlarmPoint[] = [];
  return {
    platform,
    model: history.model,
    artifacts: new MemoryArtifactStore(),
    state: new MemoryStateStore(),
    ledger: new MemoryLedgerStore(),
    catalogue: new MemoryModelCatalogue(),
    serving: new MemoryServingTarget(),
    telemetry: new RecordedTelemetry(engine, history.recorded?.table ?? [], () => []),
    metrics: {
      emit: async (emitted: readonly MetricPoint[], at: number): Promise<void> =>
        void points.push(...emitted.map((point) => ({ ...point, at }))),
    },
    notifier: new MemoryNotifier(),
    workflows,
    data: new HistoryDataSource(engine, clock, history, from),
    sql: engine,
    dialect: duckdb,
    clock,
    takePoints() {
      const taken = points;
      points = [];
      return taken;
    },
  };
}
