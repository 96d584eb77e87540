import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

/** The process that is killed, as one file: two hundred starts that compile TypeScript would take minutes. @returns its path */
export function bundleChild(): string {
  const bundle = join(mkdtempSync(join(tmpdir(), 'mlp-kill-')), 'child.cjs');
  const options = ['--bundle', '--platform=node', '--format=cjs', '--target=node20', '--external:@duckdb/*'];
  execFileSync(
    join(ROOT, 'node_modules/.bin/esbuild'),
    [join(__dirname, 'child.ts'), ...options, '--log-level=error', `--outfile=${bundle}`],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return bundle;
}
