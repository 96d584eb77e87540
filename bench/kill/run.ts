/**
 * Kills tiny platforms (`kill -9`) at random moments, starts them again on the same folder until they are at their end, and
 * checks after every kill, by reading the folder, that nothing was lost, nothing was done twice, the ledger verifies, and
 * that no request was answered by a version that may not.
 *
 * usage: run.ts [--kills 200] [--seed 1] [--days 60]
 * Exit 1 on any violation.
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/runtime/core/statistics/random';
import { killMany, type Outcome, type Violation } from './battery';
import { bundleChild } from './bundle';
import { summaryOf } from './report';

const EVERY = 10;

const text = ({ kill, world, moment, said, found }: Violation, seed: number): string =>
  `VIOLATION seed ${seed}, kill ${kill}, platform ${world} (${moment}; said ‘${said}’): ${found}`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      days: { type: 'string', default: '60' },
    },
  });
  const [kills, seed, days] = [Number(values.kills), Number(values.seed), Number(values.days)];
  const bundle = bundleChild();
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let told = 0;
  const tell = ({ violations }: Outcome): void => {
    for (const violation of violations.slice(told)) process.stdout.write(`${text(violation, seed)}\n`);
    told = violations.length;
  };
  const onKill = (outcome: Outcome): void => {
    tell(outcome);
    const { kills: done, violations, stories } = outcome;
    if (done.length % EVERY !== 0) return;
    const ended = `${stories.length} platforms at their end`;
    process.stdout.write(
      `${done.length} kills, ${ended}, ${violations.length} violations, ${seconds().toFixed(0)} s\n`,
    );
  };
  const outcome = await killMany({ bundle, kills, seed, days, random: createRandom(`kills ${seed}`), onKill });
  rmSync(dirname(bundle), { recursive: true, force: true });
  tell(outcome);
  process.stdout.write(`\n${summaryOf(outcome, seconds())}\n`);
  process.exitCode = outcome.violations.length === 0 ? 0 : 1;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
