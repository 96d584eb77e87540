import type { Json } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import { createRandom } from '../../runtime/core/statistics/random';
import type { ArtifactStore, ServingTarget, TrafficTelemetry, WorkflowStarter } from '../../runtime/ports';
import { artifactKeys, type Ports, readVersion } from '../../runtime/usecases';
import { digestOf } from '../../runtime/usecases/artifact-digest';
import { activeFaults, tamper, togetherPercent } from '../stand-in/faults';
import type { Scenario } from './schema';

export interface FaultyPortsOptions {
  readonly scenario: Pick<Scenario, 'faults' | 'seed'>;
  /** Begin of the scenario, epoch seconds. */
  readonly start: number;
  /** Reads of model files say what was registered: the check of artifacts is switched off. */
  readonly blindToTampering: boolean;
}

/** The ports of a model with what the scenario does to providers and stores. */
export function faultyPorts(ports: Ports, { scenario, start, blindToTampering }: FaultyPortsOptions): Ports {
  const now = (): number => ports.clock.now();
  const registered = new Map<string, Uint8Array>();
  const has = (kind: 'silentTraffic' | 'tamperedArtifact'): boolean =>
    activeFaults(scenario, start, now(), kind).length > 0;
  return {
    ...ports,
    telemetry: refusing(ports.telemetry, refusals(scenario, start, now)),
    serving: silent(ports.serving, () => has('silentTraffic')),
    workflows: tampering(ports.workflows, async (version) => {
      if (!has('tamperedArtifact')) return;
      const { run } = await readVersion(ports.artifacts, version);
      for (const key of await ports.artifacts.list(artifactKeys.model(run))) {
        const body = await ports.artifacts.get(key);
        if (body !== undefined) registered.set(key, body);
      }
      await tamper(ports.artifacts, run);
    }),
    artifacts: blindToTampering ? remembering(ports.artifacts, registered) : ports.artifacts,
  };
}

/** Whether the provider refuses the next call; by seed, as often as the scenario says. */
function refusals(scenario: FaultyPortsOptions['scenario'], start: number, now: () => number): () => boolean {
  const random = createRandom(`${scenario.seed} provider`);
  return () => {
    const percents = activeFaults(scenario, start, now(), 'providerErrors').map(({ percent }) => percent);
    return percents.length > 0 && 100 * random.next() < togetherPercent(percents);
  };
}

function refusing(telemetry: TrafficTelemetry, refuses: () => boolean): TrafficTelemetry {
  const guarded =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      refuses() ? Promise.reject(throttled()) : call(...args);
  return {
    arm: guarded((version: number, from: number, to: number) => telemetry.arm(version, from, to)),
    predictions: guarded((version: number, from: number, to: number, limit: number) =>
      telemetry.predictions(version, from, to, limit),
    ),
    pairs: guarded((champion: number, challenger: number, from: number, to: number, limit: number) =>
      telemetry.pairs(champion, challenger, from, to, limit),
    ),
    firingAlarms: () => telemetry.firingAlarms(),
  };
}

const silent = (serving: ServingTarget, isSilent: () => boolean): ServingTarget => ({
  deploy: (deployment) => serving.deploy(deployment),
  setTraffic: async (challenger, percent, guard) => {
    if (!isSilent()) await serving.setTraffic(challenger, percent, guard);
  },
  read: () => serving.read(),
  mirror: (version, percent) => serving.mirror(version, percent),
  remove: (version) => serving.remove(version),
});

/** Something happens to a version between its registration and its release. */
const tampering = (workflows: WorkflowStarter, meddle: (version: string) => Promise<void>): WorkflowStarter => ({
  start: async (workflow, name, input) => {
    if (workflow === 'release') await meddle(String((input as { readonly version: Json }).version));
    return workflows.start(workflow, name, input);
  },
  status: (workflow, name) => workflows.status(workflow, name),
});

const remembering = (artifacts: ArtifactStore, bodies: ReadonlyMap<string, Uint8Array>): ArtifactStore => ({
  get: async (key) => bodies.get(key) ?? artifacts.get(key),
  put: (key, body) => artifacts.put(key, body),
  putIfAbsent: (key, body) => artifacts.putIfAbsent(key, body),
  list: (prefix) => artifacts.list(prefix),
  digest: async (key) => {
    const body = bodies.get(key);
    return body === undefined ? artifacts.digest(key) : digestOf(body);
  },
  copyFrom: (uri, key) => artifacts.copyFrom(uri, key),
  uri: (key) => artifacts.uri(key),
});

const throttled = (): OperationError =>
  new OperationError({
    code: 'providerThrottled',
    path: 'telemetry',
    got: 'Rate exceeded',
    expected: 'counts of the requests',
    fix: 'the scenario has a fault providerErrors at this time',
  });
