import { VirtualClock } from '../../../src/runtime/adapters/local/virtual-clock';
import { MemoryArtifactStore } from '../../../src/runtime/adapters/memory/memory-artifact-store';
import { MemoryLedgerStore } from '../../../src/runtime/adapters/memory/memory-ledger-store';
import { MemoryMetricSink } from '../../../src/runtime/adapters/memory/memory-metric-sink';
import { MemoryModelCatalogue } from '../../../src/runtime/adapters/memory/memory-model-catalogue';
import { MemoryNotifier } from '../../../src/runtime/adapters/memory/memory-notifier';
import { MemoryServingTarget } from '../../../src/runtime/adapters/memory/memory-serving-target';
import { MemoryStateStore } from '../../../src/runtime/adapters/memory/memory-state-store';
import { MemoryTrafficTelemetry } from '../../../src/runtime/adapters/memory/memory-traffic-telemetry';
import { MemoryWorkflowStarter } from '../../../src/runtime/adapters/memory/memory-workflow-starter';
import { modelDigest } from '../../../src/runtime/usecases/artifact-digest';
import { writeJson } from '../../../src/runtime/usecases/json-artifact';
import { artifactKeys } from '../../../src/runtime/usecases/keys';
import { applyToRegistry } from '../../../src/runtime/usecases/registry-document';
import type { VersionRecord } from '../../../src/runtime/usecases/version-record';

export const START = Date.UTC(2026, 0, 1) / 1000;
export const POLICY = { approval: 'automatic', approvers: [], separationOfDuties: true, modelIntegrity: true } as const;

/** Ports in memory, and what a test can see of them. */
export function memoryWorld() {
  const clock = new VirtualClock(START);
  return {
    platform: 'tests',
    model: 'm',
    artifacts: new MemoryArtifactStore(),
    state: new MemoryStateStore(),
    ledger: new MemoryLedgerStore(),
    catalogue: new MemoryModelCatalogue(),
    serving: new MemoryServingTarget(),
    telemetry: new MemoryTrafficTelemetry(),
    metrics: new MemoryMetricSink(),
    notifier: new MemoryNotifier(),
    workflows: new MemoryWorkflowStarter(),
    clock,
  };
}
export type MemoryWorld = ReturnType<typeof memoryWorld>;

/** Registers and approves a version, as a pipeline would have. */
export async function registered(world: MemoryWorld, version: number): Promise<VersionRecord> {
  const run = `run-${version}`;
  await world.artifacts.put(`${artifactKeys.model(run)}weights.json`, new TextEncoder().encode(`{"v":${version}}`));
  const artifactDigest = await modelDigest(world.artifacts, run);
  const name = String(version);
  await applyToRegistry(
    world,
    () => [
      { kind: 'register', id: `register:${run}`, version: name, by: 'pipeline', artifactDigest, startedBy: 'ann' },
      { kind: 'gate', id: `gate:${run}`, version: name, by: 'pipeline', verdict: 'pass' },
      { kind: 'approve', id: `approve:${run}`, version: name, by: 'policy', automatic: true },
    ],
    POLICY,
    { commit: null, dataDigest: null },
  );
  const record: VersionRecord = {
    format: 1,
    version,
    run,
    registeredAt: new Date(START * 1000).toISOString(),
    startedBy: 'ann',
    cause: 'manual',
    commit: null,
    artifactDigest,
    artifactUri: world.artifacts.uri(artifactKeys.model(run)),
    externalId: `m/${version}`,
    data: {
      digest: 'sha256:0',
      uri: 'memory://data',
      trainRows: 800,
      testRows: 200,
      trainFromMs: 0,
      trainToMs: 1,
      testToMs: 2,
      timestampColumn: 'at',
    },
    training: null,
    trainerMetrics: { loss: 1 },
    atRelease: {},
    labelDeviation: null,
    gate: { verdict: 'pass', explanation: 'pass' },
  };
  await writeJson(world.artifacts, artifactKeys.version(version), record);
  return record;
}
