import { resolve } from 'node:path';
import type { ModelDefinition } from '../../definition/platform';
import { releaseSchema } from '../../definition/release';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import type { ModelArm } from '../../runtime/adapters/local/model-arm';
import { ModelServer } from '../../runtime/adapters/local/model-server';
import { serverCommand, trainCommand } from './commands';
import { LocalJobs } from './local-jobs';
import type { HeldStage, ModelParts } from './world';

/**
 * Of the requests that are expected, so many times those that a stage of a release needs are sent: each is a real request to
 * a real server, and more of them would decide nothing else.
 */
const ENOUGH = 1.3;

/**
 * Resolution of latencies, in milliseconds, when virtual time passes as fast as the machine can: a server that has just
 * started, and another process on this machine, cost a few of them. What is slower by its nature still shows.
 */
const RESOLUTION_MS = 50;

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
  const expected = definition.serving.expectedRequestsPerMinute ?? 0;
  const needed = ENOUGH * (definition.release ?? releaseSchema.parse({})).analysis.minRequests;
  return {
    start: async (version) => {
      const arm = await ModelServer.start({ ...server, ...version });
      return asFastAsItCan ? withCoarseLatency(arm) : arm;
    },
    runJob: (step, run, state) => jobs.run(step, run, state),
    // The virtual clock stands while a process trains: how long that takes is the machine's affair.
    jobSeconds: () => 0,
    judgesLatency: !asFastAsItCan,
    isMeasured: () => true,
    loadPerMinute: (_at, stage) => (stage === null ? 0 : Math.min(expected, perMinuteFor(stage, needed))),
  };
}

const withCoarseLatency = (arm: ModelArm): ModelArm => ({
  invoke: async (instances, at) => {
    const invocation = await arm.invoke(instances, at);
    return { ...invocation, latencyMs: RESOLUTION_MS * Math.max(1, Math.ceil(invocation.latencyMs / RESOLUTION_MS)) };
  },
  stop: () => arm.stop(),
});

/** Requests a minute with which both arms of a stage get so many requests in its hold. */
function perMinuteFor({ percent, holdSeconds, isMirrored }: HeldStage, requests: number): number {
  const smaller = isMirrored || percent === 100 ? percent : Math.min(percent, 100 - percent);
  return Math.ceil((requests / (smaller / 100)) * (60 / Math.max(60, holdSeconds)));
}
