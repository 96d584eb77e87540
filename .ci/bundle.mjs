// Bundles the handlers and vendors the libraries that the core wraps. Runs after tsc (`npm run compile`).
//   node .ci/bundle.mjs            handlers from lib/, and the vendored files in place
//   node .ci/bundle.mjs --assets   handlers alone, from src/ (tests and synthesis in a checkout)
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const assetsOnly = process.argv.includes('--assets');

/** What each cloud's runtime has already, and how its entrypoints are named. */
const CLOUDS = {
  aws: { suffix: '.lambda.ts', external: ['@aws-sdk/*', '@smithy/*'] },
  google: { suffix: '.run.ts', external: [] },
};

/** Modules of the core that wrap libraries: shipped with these inside, so that `/runtime` loads nothing else. */
const VENDORED = ['runtime/core/statistics/distributions.js', 'runtime/core/ledger/canonical-json.js'];

/** First line of a file that has its libraries inside, so that a second run leaves it. */
const VENDORED_MARK = '/* libraries inside: .ci/bundle.mjs */';

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  charset: 'utf8',
  legalComments: 'inline',
  logLevel: 'warning',
};

const entrypoints = Object.entries(CLOUDS).flatMap(([cloud, { suffix, external }]) => {
  const folder = join(root, 'src/runtime/entrypoints', cloud);
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(suffix))
        .sort()
    : [];
  return names.map((name) => ({ cloud, role: name.slice(0, -suffix.length), source: join(folder, name), external }));
});

for (const { cloud, role, source, external } of entrypoints) {
  const folder = join(root, 'assets', cloud, role);
  const ready = join(folder, 'index.js');
  const fresh = join(folder, `.index.${process.pid}.js`);
  mkdirSync(folder, { recursive: true });
  try {
    await build({
      ...common,
      entryPoints: [source],
      outfile: fresh,
      target: 'node22',
      minify: true,
      keepNames: true,
      external,
    });
    renameSync(fresh, ready);
  } finally {
    rmSync(fresh, { force: true });
  }
}

if (!assetsOnly) {
  // Shipped scenarios are data, which tsc leaves where it is.
  cpSync(join(root, 'src/local/scenarios'), join(root, 'lib/local/scenarios'), { recursive: true });
  for (const file of VENDORED) {
    const compiled = join(root, 'lib', file);
    if (!existsSync(compiled))
      throw new Error(`lib/${file} is not there: compile first (npm run compile), or pass --assets`);
    if (readFileSync(compiled, 'utf8').includes(VENDORED_MARK)) continue;
    // Modules of ours stay modules; what they import from packages moves in.
    await build({
      ...common,
      entryPoints: [compiled],
      outfile: compiled,
      allowOverwrite: true,
      target: 'node20',
      minify: true,
      banner: { js: VENDORED_MARK },
      plugins: [{ name: 'ours-stay', setup: ({ onResolve }) => onResolve({ filter: /^\.\.?\// }, ours) }],
    });
  }
}

/** A relative import of our own file stays; one inside a package is bundled. */
function ours({ path, importer, kind }) {
  if (kind === 'entry-point' || importer.includes('node_modules')) return undefined;
  return { path, external: true };
}

console.error(`bundled ${entrypoints.map(({ cloud, role }) => `${cloud}/${role}`).join(', ')}`);
