/**
 * How fast time passes on stand-ins: a fleet of models with hourly events. So many models share a timeline, an engine and a
 * ledger; each process takes one timeline after the other.
 *
 * usage: run.ts [--models 1] [--days 365] [--processes 2] [--together 5]
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { runShard, type ShardResult } from './shard';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      models: { type: 'string', default: '1' },
      days: { type: 'string', default: '365' },
      processes: { type: 'string', default: '2' },
      together: { type: 'string', default: '5' },
      from: { type: 'string' },
      to: { type: 'string' },
    },
  });
  const [models, days, most] = [Number(values.models), Number(values.days), Number(values.processes)];
  const together = Number(values.together);
  if (values.from !== undefined) {
    const to = Number(values.to);
    const results: ShardResult[] = [];
    for (let from = Number(values.from); from < to; from += together) {
      results.push(await runShard(models, from, Math.min(from + together, to), days));
    }
    process.send!(results);
    return;
  }
  const started = performance.now();
  const processes = Math.min(most, models);
  const places = Array.from({ length: processes }, (_, place) => place);
  const byProcess = await Promise.all(
    places.map((place) => {
      const [from, to] = [Math.round((place * models) / processes), Math.round(((place + 1) * models) / processes)];
      return ofProcess({ models, days, together, from, to });
    }),
  );
  const results = byProcess.flat();
  const seconds = (performance.now() - started) / 1000;
  const sum = (of: (result: ShardResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  // The greatest of a process so far stands in each of its results.
  const memory = byProcess.reduce((total, own) => total + Math.max(...own.map(({ maxMiB }) => maxMiB)), 0);
  console.log(
    [
      `${models} models on ${results.length} timelines, ${days} days, ${processes} processes: ${seconds.toFixed(1)} s, ${Math.round((days * 86_400) / seconds).toLocaleString('en')} times real time`,
      `${sum(({ events }) => events)} events, ${sum(({ requests }) => requests)} requests, ${sum(({ releases }) => releases)} releases, ${sum(({ decisions }) => decisions)} decisions, ${sum(({ ledgerRecords }) => ledgerRecords)} records`,
      `resident memory at most ${memory.toFixed(0)} MiB (all processes together)`,
    ].join('\n'),
  );
}

function ofProcess(
  options: Readonly<Record<'models' | 'days' | 'together' | 'from' | 'to', number>>,
): Promise<ShardResult[]> {
  const child = fork(
    __filename,
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    {
      execArgv: process.execArgv,
    },
  );
  return new Promise((resolve, reject) => {
    child.on('message', (results: ShardResult[]) => resolve(results));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`models ${options.from} to ${options.to} ended with exit code ${code}`));
    });
  });
}

void main();
