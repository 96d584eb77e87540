import { join } from 'node:path';
import { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import { MemoryLedgerStore } from '../../runtime/adapters/memory/memory-ledger-store';
import { MemoryStateStore } from '../../runtime/adapters/memory/memory-state-store';
import { NO_FILES } from './run-store';
import type { WorldStores } from './world';

/**
 * Stores that end with the process. Artifacts are files, since DuckDB writes and reads frozen rows, but nobody waits until
 * they have reached the disk. Metrics and notifications go to who listens, and are not kept.
 */
export const memoryStores = (folder: string): WorldStores => ({
  isDurable: false,
  state: new MemoryStateStore(),
  ledger: new MemoryLedgerStore(),
  artifacts: (model) => new FileArtifactStore(join(folder, model), undefined, false),
  runs: () => NO_FILES,
  metrics: (model, listen) => ({
    emit: async (points, at) => listen(points.map((point) => ({ at, model, ...point }))),
  }),
  notifier: (_model, listen) => ({ notify: async (notification) => listen(notification) }),
});
