/**
 * The gateway of `mlp local` before real model servers, over HTTP: what it adds to the latency of a call, and whether a switch
 * of traffic loses or doubles a request. Blocks of direct calls and of calls through the gateway take turns in the same run.
 *
 * usage: run.ts [--calls 4000] [--switches 100]
 * Exit 1 when a request is lost, or is executed more than once.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { answerThrough, type PlatformView, startServer } from '../../src/local/server';
import type { Answers, Latencies, Order } from './client';
import { ModelServers } from './model-servers';

const CONCURRENCY = 8;
const WARM_UP = 500;
const PERCENTS = [5, 25, 50, 75, 100, 40, 10, 90, 60, 0];
/** Requests that are answered between two switches. */
const BETWEEN = 20;

const none = async (): Promise<never[]> => [];

/** What the server needs to serve one model through a gateway. */
function viewOf(servers: ModelServers, answered: () => void): PlatformView {
  const at = new Date(0).toISOString();
  return {
    state: () => ({
      platform: 'bench',
      clock: at,
      start: at,
      end: at,
      phase: 'live',
      speed: 1,
      progressPercent: 0,
      models: {},
    }),
    models: () => ['line'],
    runs: none,
    versions: none,
    months: none,
    metrics: none,
    alarms: none,
    decisions: none,
    notifications: none,
    ledger: none,
    plan: () => ({}),
    findings: none,
    decide: () => Promise.reject(new Error('nothing is decided here')),
    subscribe: () => () => undefined,
    async answer(_, instances, key) {
      const request = { at: 0, instances, watch: Number, ...(key !== undefined && { key }) };
      const answer = await answerThrough(servers.gateway, request);
      answered();
      return answer;
    },
  };
}

class Client {
  private constructor(private readonly process: ChildProcess) {}

  static start(): Client {
    return new Client(fork(join(__dirname, 'client.ts'), { execArgv: ['--import', 'tsx'] }));
  }

  async ask<T extends Latencies | Answers>(order: Order): Promise<T> {
    this.process.send(order);
    const [answer] = (await once(this.process, 'message')) as [T];
    return answer;
  }

  tell(order: Order): void {
    this.process.send(order);
  }

  close(): void {
    this.process.disconnect();
  }
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

/** Moves traffic between two versions; in some switches one of them is taken out, in turn, and comes back. */
async function switchTraffic(servers: ModelServers, switches: number, untilMore: (count: number) => Promise<void>) {
  const { gateway } = servers;
  let [champion, challenger] = [1, 2];
  let replaced = 0;
  for (let i = 0; i < switches; i++) {
    const percent = PERCENTS[i % PERCENTS.length]!;
    await gateway.setTraffic(challenger, percent);
    await untilMore(BETWEEN);
    if (percent === 100) {
      // As after a release: the challenger is the champion.
      await gateway.remove(champion);
      [champion, challenger] = [challenger, champion];
    } else if (percent === 0) {
      // As after a rollback.
      await gateway.remove(challenger);
    } else continue;
    await untilMore(BETWEEN);
    await servers.deploy(challenger);
    replaced += 1;
  }
  return replaced;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { calls: { type: 'string' }, switches: { type: 'string' } } });
  const calls = Number(values.calls ?? 4000);
  const switches = Number(values.switches ?? 100);
  const servers = await ModelServers.open();
  let answered = 0;
  const server = await startServer({ view: viewOf(servers, () => answered++), port: 0 });
  const client = Client.start();
  try {
    await servers.deploy(1, true);
    await servers.deploy(2);
    const gateway = `${server.url}/models/line/invocations`;
    const order = { kind: 'measure' as const, direct: servers.address(1), gateway, concurrency: CONCURRENCY };
    await client.ask({ ...order, count: WARM_UP });
    const { directMs, gatewayMs, failed } = await client.ask<Latencies>({ ...order, count: calls });
    const [direct, through] = [directMs, gatewayMs].map((all) => [...all].sort((a, b) => a - b)) as [
      number[],
      number[],
    ];

    const answers = client.ask<Answers>({ kind: 'load', gateway, concurrency: CONCURRENCY });
    const untilMore = async (count: number): Promise<void> => {
      const enough = answered + count;
      while (answered < enough) await new Promise((resume) => setTimeout(resume, 1));
    };
    const replaced = await switchTraffic(servers, switches, untilMore);
    client.tell({ kind: 'stop' });
    const statuses = Object.entries((await answers).statuses);
    const times = new Map<string, number>();
    for (const id of servers.executed()) times.set(id, (times.get(id) ?? 0) + 1);
    const lost = statuses.filter(([id, status]) => status !== 200 || !times.has(id)).length;
    const doubled = [...times.values()].filter((count) => count > 1).length;

    const figure = (value: number): string => value.toFixed(2);
    const row = (name: string, sorted: readonly number[]): string =>
      `| ${name} | ${sorted.length} | ${figure(percentile(sorted, 0.5))} | ${figure(percentile(sorted, 0.99))} |`;
    const added = [0.5, 0.99].map((share) => figure(percentile(through, share) - percentile(direct, share)));
    process.stdout.write(
      [
        `Calls, ${CONCURRENCY} at once, in blocks by turns:`,
        '',
        '| call | count | p50 ms | p99 ms |',
        '| --- | --- | --- | --- |',
        row('model server', direct),
        row('through the gateway', through),
        `| added by the gateway | | ${added.join(' | ')} |`,
        '',
        'Switches of traffic with requests in flight:',
        '',
        '| switches | versions taken out and deployed again | requests | lost | executed twice | failed while measured |',
        '| --- | --- | --- | --- | --- | --- |',
        `| ${switches} | ${replaced} | ${statuses.length} | ${lost} | ${doubled} | ${failed} |`,
        '',
      ].join('\n'),
    );
    return lost + doubled + failed === 0 ? 0 : 1;
  } finally {
    client.close();
    await server.close();
    await servers.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
