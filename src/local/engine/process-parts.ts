import { resolve } from 'node:path';
import type { ModelDefinition } from '../../definition/platform';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import { ModelServer } from '../../runtime/adapters/local/model-server';
import { serverCommand, trainCommand } from './commands';
import { LocalJobs } from './local-jobs';
import type { ModelParts } from './world';

/** Most requests a minute of virtual time while a release holds: enough to decide, and a machine can send them. */
const MOST_PER_MINUTE = 120;

/** Trainer and server of the definition as processes, with the contracts that they have in the clouds. */
export function processParts(
  model: string,
  definition: ModelDefinition,
  artifacts: FileArtifactStore,
  options: {
    readonly baseDir: string;
    readonly workDir: string;
    /** Virtual time passes as fast as the machine can: latencies are then not of that time. */
    readonly asFastAsItCan: boolean;
    readonly signal?: AbortSignal;
    readonly onLine: (line: string) => void;
  },
): ModelParts {
  const { baseDir, workDir, signal, onLine, asFastAsItCan } = options;
  const server = serverCommand(model, definition, baseDir);
  const jobs = new LocalJobs({
    artifacts,
    definition,
    baseDir,
    workDir: resolve(workDir, model),
    trainCommand: trainCommand(model, definition),
    server,
    ...(signal !== undefined && { signal }),
    onLine,
  });
  const perMinute = Math.min(definition.serving.expectedRequestsPerMinute ?? 0, MOST_PER_MINUTE);
  return {
    start: (version) => ModelServer.start({ ...server, ...version }),
    runJob: (step, run, state) => jobs.run(step, run, state),
    // The virtual clock stands while a process trains: how long that takes is the machine's affair.
    jobSeconds: () => 0,
    judgesLatency: !asFastAsItCan,
    loadPerMinute: (_at, releasing) => (releasing ? perMinute : 0),
  };
}
