/**
 * How fast time passes on stand-ins: a fleet of models with hourly events, on one timeline a process.
 *
 * usage: run.ts [--models 1] [--days 365] [--processes 2]
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
      from: { type: 'string' },
      to: { type: 'string' },
    },
  });
  const [models, days, most] = [Number(values.models), Number(values.days), Number(values.processes)];
  if (values.from !== undefined) {
    process.send!(await runShard(models, Number(values.from), Number(values.to), days));
    return;
  }
  const started = performance.now();
  const processes = Math.min(most, models);
  const results = await Promise.all(
    Array.from({ length: processes }, (_, place) =>
      shard(models, days, Math.round((place * models) / processes), Math.round(((place + 1) * models) / processes)),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  const sum = (of: (result: ShardResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  console.log(
    [
      `${models} models, ${days} days, ${processes} processes: ${seconds.toFixed(1)} s, ${Math.round((days * 86_400) / seconds).toLocaleString('en')} times real time`,
      `${sum(({ events }) => events)} events, ${sum(({ requests }) => requests)} requests, ${sum(({ releases }) => releases)} releases, ${sum(({ decisions }) => decisions)} decisions, ${sum(({ ledgerRecords }) => ledgerRecords)} records`,
      `resident memory at most ${sum(({ maxMiB }) => maxMiB).toFixed(0)} MiB (all processes together)`,
    ].join('\n'),
  );
}

function shard(models: number, days: number, from: number, to: number): Promise<ShardResult> {
  const options = { models, days, from, to };
  const child = fork(
    __filename,
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    {
      execArgv: process.execArgv,
    },
  );
  return new Promise((resolve, reject) => {
    child.on('message', (result: ShardResult) => resolve(result));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`models ${from} to ${to} ended with exit code ${code}`));
    });
  });
}

void main();
