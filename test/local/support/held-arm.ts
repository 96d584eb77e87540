import type { Json } from '../../../src/kernel/json';
import type { Invocation, ModelArm } from '../../../src/runtime/adapters/local/model-arm';
import type { TrafficLog } from '../../../src/runtime/adapters/local/traffic-log';
import { MemoryStateStore } from '../../../src/runtime/adapters/memory/memory-state-store';
import type { StateStore } from '../../../src/runtime/ports';
import { deployment, gatewayOf } from './gateway-world';

type Instance = Readonly<Record<string, Json>>;

/** An arm that answers when it is told to, with the ids that it was sent. */
export class HeldArm implements ModelArm {
  readonly executed: string[] = [];
  readonly pending: { readonly ids: string[]; readonly end: (invocation: Partial<Invocation>) => void }[] = [];
  stopped = false;
  lateCalls = 0;
  cut = 0;

  invoke(instances: readonly Instance[]): Promise<Invocation> {
    const ids = instances.map(({ id }) => String(id));
    this.executed.push(...ids);
    if (this.stopped) this.lateCalls += 1;
    return new Promise((resolve) => {
      const end = (invocation: Partial<Invocation>): void => {
        this.pending.splice(this.pending.indexOf(one), 1);
        resolve({ predictions: ids, latencyMs: 1, error: null, ...invocation });
      };
      const one = { ids, end };
      this.pending.push(one);
    });
  }

  async stop(): Promise<void> {
    if (!this.stopped) this.cut += this.pending.length;
    this.stopped = true;
  }

  /** Answers what it has, and what it gets from now on. */
  flow(): void {
    for (const { end } of [...this.pending]) end({});
    this.invoke = async (instances) => {
      this.executed.push(...instances.map(({ id }) => String(id)));
      return { predictions: instances.map(({ id }) => id ?? null), latencyMs: 1, error: null };
    };
  }
}

/** A gateway before two versions, of which the first has all traffic. */
export async function heldWorld(state: StateStore = new MemoryStateStore(), timeoutSeconds = 30) {
  const arms: Record<number, HeldArm> = {};
  const { target, log } = await gatewayOf(state, async ({ version }) => {
    arms[version] = new HeldArm();
    return arms[version];
  });
  await target.deploy(deployment(1, true, timeoutSeconds));
  await target.deploy(deployment(2, false, timeoutSeconds));
  const live = (id: string, key?: string) =>
    target.answerLive({ at: 0, instances: [{ id }], watch: String, ...(key !== undefined && { key }) });
  const replayed = (id: string) => target.answer({ key: id, at: 0, instance: { id }, watch: String });
  return { target, arms, log, live, replayed };
}

export const counts = async (log: TrafficLog, version: number) => {
  const { requests, errors } = await log.arm(version, 0, 1);
  return { requests, errors };
};
