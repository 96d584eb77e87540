import { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import { FileLedgerStore } from '../../runtime/adapters/local/file-ledger-store';
import { FileMetricSink } from '../../runtime/adapters/local/file-metric-sink';
import { FileNotifier } from '../../runtime/adapters/local/file-notifier';
import { FileStateStore } from '../../runtime/adapters/local/file-state-store';
import type { JsonlFile } from '../../runtime/adapters/local/jsonl-file';
import type { Clock } from '../../runtime/ports';
import type { DataPaths } from '../data/data-dir';
import { runFiles } from './run-store';
import type { WorldStores } from './world';

/** Stores that outlive the process, below a platform's folder. */
export const fileStores = (
  paths: DataPaths,
  clock: Clock,
  logs: { readonly metrics: JsonlFile; readonly notifications: JsonlFile },
): WorldStores => ({
  isDurable: true,
  state: new FileStateStore(paths.state),
  ledger: new FileLedgerStore(paths.ledger),
  artifacts: (model) => new FileArtifactStore(paths.artifacts(model)),
  runs: (model) => runFiles(paths.runs(model)),
  metrics: (model, listen) => new FileMetricSink(logs.metrics, model, listen),
  notifier: (_model, listen) => new FileNotifier(logs.notifications, clock, listen),
});
