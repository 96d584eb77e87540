/**
 * A client in a process of its own, so that its work does not delay what it measures. It is told what to do over IPC, and
 * answers with what came of it.
 */
import { Agent, request } from 'node:http';

export interface Latencies {
  readonly kind: 'latencies';
  readonly directMs: readonly number[];
  readonly gatewayMs: readonly number[];
  readonly failed: number;
}

export interface Answers {
  readonly kind: 'answers';
  /** Status of each request, by its id. */
  readonly statuses: Readonly<Record<string, number>>;
}

export type Order =
  /** Calls by both ways, `count` each. */
  | {
      readonly kind: 'measure';
      readonly direct: string;
      readonly gateway: string;
      readonly count: number;
      readonly concurrency: number;
    }
  /** Calls until `stop`. */
  | { readonly kind: 'load'; readonly gateway: string; readonly concurrency: number }
  | { readonly kind: 'stop' };

const agent = new Agent({ keepAlive: true });

function call(url: string, instance: object): Promise<number> {
  const body = JSON.stringify({ instances: [instance] });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', () => resolve(0));
    });
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
}

async function workers(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

/** Calls of a block; blocks of both ways take turns, so that other load on the machine meets both, and each has all workers. */
const BLOCK = 100;

async function measure({
  direct,
  gateway,
  count,
  concurrency,
}: Extract<Order, { kind: 'measure' }>): Promise<Latencies> {
  const taken = { direct: [] as number[], gateway: [] as number[] };
  let failed = 0;
  const block = async (url: string, latencies: number[]): Promise<void> => {
    let left = Math.min(BLOCK, count - latencies.length);
    await workers(concurrency, async () => {
      while (left-- > 0) {
        const began = performance.now();
        const status = await call(url, { x: 1.5, y: 'a' });
        latencies.push(performance.now() - began);
        if (status !== 200) failed += 1;
      }
    });
  };
  while (taken.gateway.length < count) {
    await block(direct, taken.direct);
    await block(gateway, taken.gateway);
  }
  return { kind: 'latencies', directMs: taken.direct, gatewayMs: taken.gateway, failed };
}

let stopped = false;

async function load({ gateway, concurrency }: Extract<Order, { kind: 'load' }>): Promise<Answers> {
  const statuses: Record<string, number> = {};
  let next = 0;
  await workers(concurrency, async () => {
    while (!stopped) {
      const number = next++;
      const id = `request-${number}`;
      statuses[id] = await call(gateway, { id, delayMs: number % 25 });
    }
  });
  return { kind: 'answers', statuses };
}

process.on('message', async (order: Order) => {
  if (order.kind === 'stop') stopped = true;
  else process.send?.(order.kind === 'measure' ? await measure(order) : await load(order));
});
