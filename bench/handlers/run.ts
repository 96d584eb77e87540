/**
 * Memory of the AWS handlers: each bundle in a process of its own, on services in memory, through the heaviest calls of its role.
 *
 * usage: run.ts [--write]      --write: what the memory of the functions is chosen by (`peaks.json`)
 * The process holds the services and their data as well, and nothing bounds its heap, so that garbage stays where Lambda's Node
 * would collect it: the peaks are upper bounds.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { MEMORY_MB } from '../../src/aws/support/handler-role';
import { MOST_ROWS } from '../../src/runtime/usecases/quality-rows';
import { TEST_ROWS } from './cases';

const root = join(__dirname, '..', '..');
const child = join(root, 'node_modules', '.cache', 'bench-handlers', 'child.cjs');

interface Peaks {
  readonly loadedMiB: number;
  readonly calls: readonly { readonly what: string; readonly peakMiB: number }[];
}

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
execFileSync(process.execPath, [join(root, '.ci', 'bundle.mjs'), '--assets'], { stdio: 'inherit' });
buildSync({
  entryPoints: [join(__dirname, 'child.ts')],
  outfile: child,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  logLevel: 'warning',
  packages: 'external',
});

const peaks: Record<string, number> = {};
console.log(`${TEST_ROWS} test rows, ${MOST_ROWS} labelled predictions; MiB\n`);
console.log('| role | loaded | heaviest call | peak | memory of the function |');
console.log('|---|---|---|---|---|');
for (const [role, memory] of Object.entries(MEMORY_MB)) {
  const bundle = join(root, 'assets', 'aws', role, 'index.js');
  const { loadedMiB, calls } = JSON.parse(
    execFileSync(process.execPath, [child, role, bundle], { encoding: 'utf8' }),
  ) as Peaks;
  const peak = Math.ceil(Math.max(...calls.map(({ peakMiB }) => peakMiB)));
  // The call that took the process to its peak.
  const heaviest = calls.find(({ peakMiB }) => Math.ceil(peakMiB) === peak)!;
  peaks[role] = peak;
  console.log(`| ${role} | ${Math.round(loadedMiB)} | ${heaviest.what} | ${peak} | ${memory} |`);
}
if (values.write) writeFileSync(join(__dirname, 'peaks.json'), `${JSON.stringify(peaks, null, 2)}\n`);
