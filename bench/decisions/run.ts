/** All simulations of the decisions, one after the other: `npm run bench:decisions [-- --runs N]`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const args = process.argv.slice(2);
let failed = 0;
for (const name of ['gate', 'canary', 'drift']) {
  console.log(`\n# ${name}\n`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(__dirname, `${name}.ts`), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) failed++;
}
process.exitCode = failed;
