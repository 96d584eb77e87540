// The package as a user gets it: packed, installed beside the peers that one cloud needs, imported, run.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const work = mkdtempSync(join(tmpdir(), 'mlp-packaged-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

let failed = 0;
let passed = 0;
const test = (name, body) => {
  try {
    body();
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`);
  }
};
const assert = (condition, message) => {
  if (!condition) throw new Error(message);
};
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', work], root));
const user = join(work, 'user');
mkdirSync(user);
writeFileSync(join(user, 'package.json'), JSON.stringify({ name: 'user', private: true }));
npm(['install', '--no-audit', '--no-fund', '--prefer-offline', join(work, packed.filename)], user);

/** Makes peers of the repository's own tree resolvable for the user, and no others. */
const peers = (...names) => {
  for (const name of names) {
    const target = join(user, 'node_modules', name);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), target);
  }
};
/** Runs a script in the user's project; peers are links, which keep their own place in the tree. */
const node = (script, ...args) =>
  spawnSync(process.execPath, ['--preserve-symlinks', '-e', script, ...args], {
    cwd: user,
    encoding: 'utf8',
    env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
  });
const loaded = (path) => {
  const { stdout, stderr, status } = node(
    `require(${JSON.stringify(path)}); console.log(JSON.stringify(Object.keys(require.cache)))`,
  );
  assert(status === 0, stderr);
  return JSON.parse(stdout);
};
/** Version of the engine's community fork. */
const FORK = '0.24.0';
const CLOUD = /node_modules\/(aws-cdk-lib|cdktf|@cdktf|constructs|@aws-sdk|projen)\//;
const mlp = (...args) =>
  spawnSync(join(user, 'node_modules', '.bin', 'mlp'), args, {
    cwd: user,
    encoding: 'utf8',
    env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
  });

test('holds what it should, and no sources, tests or data', () => {
  const files = packed.files.map((file) => file.path);
  for (const wanted of ['lib/index.js', 'lib/index.d.ts', 'lib/cli/main.js', 'README.md', 'LICENSE'])
    assert(files.includes(wanted), `${wanted} is missing`);
  assert(
    files.some((file) => /^assets\/aws\/.+\/index\.js$/.test(file)),
    'no bundled handlers for AWS',
  );
  assert(
    files.some((file) => /^assets\/google\/.+/.test(file)),
    'no bundled handlers for Google',
  );
  const extra = files.filter((file) => /^(src|test|examples|bench|docs|\.ci|out|coverage|\.venv)\//.test(file));
  assert(extra.length === 0, `should not be there: ${extra.slice(0, 5).join(', ')}`);
});
test('the root loads no cloud library', () => {
  const cloud = loaded('ml-platform-constructs').filter((path) => CLOUD.test(path));
  assert(cloud.length === 0, cloud.slice(0, 3).join('\n'));
});
test('/runtime loads nothing outside the package', () => {
  const outside = loaded('ml-platform-constructs/runtime').filter(
    (path) => !path.includes('/ml-platform-constructs/lib/'),
  );
  assert(outside.length === 0, outside.slice(0, 5).join('\n'));
});
test('/aws does not load cdktf', () => {
  peers('aws-cdk-lib', 'constructs');
  const cache = loaded('ml-platform-constructs/aws');
  assert(
    cache.some((path) => path.includes('/aws-cdk-lib/')),
    'aws-cdk-lib is not loaded',
  );
  assert(!cache.some((path) => /node_modules\/(cdktf|@cdktf)\//.test(path)), 'cdktf is loaded');
});
test('/google does not load aws-cdk-lib, nor all of provider-google', () => {
  peers('cdktf', '@cdktf/provider-google', 'constructs');
  const cache = loaded('ml-platform-constructs/google');
  assert(
    cache.some((path) => path.includes('/cdktf/')),
    'cdktf is not loaded',
  );
  assert(!cache.some((path) => path.includes('/aws-cdk-lib/')), 'aws-cdk-lib is loaded');
  assert(
    !cache.some((path) => path.endsWith('@cdktf/provider-google/lib/index.js')),
    'the root of provider-google is loaded',
  );
});
test('/local, /testing and /projen load', () => {
  for (const path of ['local', 'testing']) loaded(`ml-platform-constructs/${path}`);
  peers('projen');
  loaded('ml-platform-constructs/projen');
});
test('ESM users import it by name', () => {
  const script =
    "import('ml-platform-constructs').then((m) => { if (typeof m.definePlatform !== 'function') throw new Error('no definePlatform'); })";
  const { status, stderr } = node(script);
  assert(status === 0, stderr);
});
test('mlp answers --help and --version', () => {
  const help = mlp('--help');
  assert(help.status === 0 && /check/.test(help.stdout), help.stderr + help.stdout);
  assert(
    mlp('--version').stdout.trim() === JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    'version',
  );
});
for (const [name, target, wanted] of [
  ['aws', 'aws', /template\.json$/],
  ['google', 'google', /cdk\.tf\.json$/],
]) {
  test(`mlp synth --target ${name} works from the package, twice with the same bytes`, () => {
    const file = join(user, 'platform.yaml');
    cpSync(join(root, 'test', 'fixtures', 'definitions', 'valid-scale.yaml'), file);
    const run = (out) => {
      const { status, stdout, stderr } = mlp('synth', file, '--target', target, '--out', join(user, out), '--json');
      assert(status === 0, stderr + stdout);
      return JSON.parse(stdout)
        .files.filter((path) => wanted.test(path))
        .map((path) => readFileSync(existsSync(path) ? path : join(user, out, path), 'utf8'));
    };
    const [first, second] = [run(`${name}-1`), run(`${name}-2`)];
    assert(first.length > 0, 'no template');
    assert(JSON.stringify(first) === JSON.stringify(second), 'two runs differ');
    assert(
      !first.some((text) => text.includes(work) || text.includes(root)),
      'a path of this machine is in the output',
    );
  });
}
test('the engine replaced by its fork prints the same Terraform JSON, without a change of ours', () => {
  const fork = join(work, 'fork');
  mkdirSync(join(fork, 'node_modules', '@cdktf'), { recursive: true });
  const dependencies = {
    'ml-platform-constructs': `file:${join(work, packed.filename)}`,
    cdktf: `npm:cdktn@${FORK}`,
    constructs: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.constructs,
  };
  writeFileSync(join(fork, 'package.json'), JSON.stringify({ name: 'fork', private: true, dependencies }));
  // A conflict of peers is an error here, as it is for users.
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', '--strict-peer-deps'], fork);
  // The provider is 300 MB: it is a link, which resolves the engine where it is linked to, as an override does.
  mkdirSync(join(fork, 'node_modules', '@cdktf'), { recursive: true });
  symlinkSync(
    join(root, 'node_modules', '@cdktf', 'provider-google'),
    join(fork, 'node_modules', '@cdktf', 'provider-google'),
  );
  const engine = JSON.parse(readFileSync(join(fork, 'node_modules', 'cdktf', 'package.json'), 'utf8'));
  assert(engine.name === 'cdktn', `the engine is ${engine.name}`);
  for (const example of [
    'test/fixtures/definitions/valid-scale.yaml',
    'examples/bike-share/platform.yaml',
    'examples/employment/platform.yaml',
  ]) {
    const synth = (folder, out) => {
      const main = join(folder, 'node_modules', 'ml-platform-constructs', 'lib', 'cli', 'main.js');
      const { status, stderr } = spawnSync(
        process.execPath,
        [
          '--preserve-symlinks',
          '--preserve-symlinks-main',
          main,
          'synth',
          join(root, example),
          '--target',
          'google',
          '--out',
          out,
        ],
        { cwd: folder, encoding: 'utf8' },
      );
      assert(status === 0, `${example}: ${stderr}`);
      const stacks = join(folder, out, 'stacks');
      return readdirSync(stacks)
        .sort()
        .map((stack) => JSON.parse(readFileSync(join(stacks, stack, 'cdk.tf.json'), 'utf8')))
        .map(({ '//': { metadata, ...comment }, ...rest }) => {
          // The version of the engine is what has to differ.
          const { version, ...same } = metadata;
          return { version, text: JSON.stringify({ comment, same, ...rest }) };
        });
    };
    peers('cdktf', '@cdktf/provider-google', 'constructs');
    const out = `swap-${example.split('/').at(-2)}`;
    const [ours, theirs] = [synth(user, out), synth(fork, out)];
    assert(ours.length > 0 && ours[0].text.includes('google_vertex_ai_endpoint'), 'nothing was printed');
    assert(theirs[0].version === FORK && ours[0].version !== FORK, `versions ${ours[0].version}, ${theirs[0].version}`);
    assert(
      JSON.stringify(ours.map(({ text }) => text)) === JSON.stringify(theirs.map(({ text }) => text)),
      `${example} differs`,
    );
  }
});
test('README code blocks and a user’s stack compile against the packed types', () => {
  peers(
    'aws-cdk-lib',
    'constructs',
    'cdktf',
    '@cdktf/provider-google',
    '@types/node',
    '@types/jest',
    'jest',
    'expect',
    'pretty-format',
    '@jest',
  );
  const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
    (match) => match[1],
  );
  assert(blocks.length > 0, 'the README has no TypeScript');
  for (const [index, block] of blocks.entries()) writeFileSync(join(user, `readme-${index}.ts`), block);
  writeFileSync(
    join(user, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        target: 'ES2022',
        module: 'node16',
        moduleResolution: 'node16',
        noEmit: true,
        skipLibCheck: true,
        preserveSymlinks: true,
        types: ['node', 'jest'],
      },
      include: ['*.ts'],
    }),
  );
  execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', user], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
});

console.log(`packaged: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
