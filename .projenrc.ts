import { javascript, typescript } from 'projen';

/** Sub-path exports: the public doors of the package, each loads only its own libraries. */
const entries: Record<string, string> = {
  '.': 'index',
  './aws': 'aws/index',
  './google': 'google/index',
  './local': 'local/index',
  './runtime': 'runtime/index',
  './testing': 'testing/index',
  './projen': 'projen/index',
};

const project = new typescript.TypeScriptProject({
  name: 'ml-platform-constructs',
  description:
    'A whole machine-learning platform from one typed definition: on AWS (CDK), on Google Cloud (CDKTF) and on one machine.',
  authorName: 'ml-platform-constructs',
  license: 'Apache-2.0',
  copyrightOwner: 'The ml-platform-constructs authors',
  keywords: ['aws-cdk', 'cdktf', 'mlops', 'devops', 'drift', 'canary', 'model-registry', 'infrastructure-as-code'],
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.12.0',
  projenrcTs: true,
  typescriptVersion: '~6.0.3',
  projenVersion: '0.103.25',
  runner: typescript.TypeScriptRunner.tsx(),
  entrypoint: 'lib/index.js',
  entrypointTypes: 'lib/index.d.ts',
  bin: { mlp: 'lib/cli/main.js' },
  eslint: false,
  biome: true,
  biomeOptions: {
    version: '2.5.15',
    biomeConfig: {
      formatter: {
        enabled: true,
        indentStyle: 'space' as never,
        indentWidth: 2,
        lineWidth: 120,
      },
      javascript: { formatter: { quoteStyle: 'single' as never } },
      linter: {
        rules: {
          suspicious: { noExplicitAny: 'error' },
          style: {
            useNodejsImportProtocol: 'error',
            noNonNullAssertion: 'off',
            noRestrictedImports: {
              level: 'error',
              options: {
                paths: {
                  '@cdktf/provider-google':
                    'import one file of it (@cdktf/provider-google/lib/…): the root costs 4 s and 400 MB',
                },
              },
            },
          },
          complexity: { useLiteralKeys: 'off' },
        },
      },
      files: {
        includes: [
          '**',
          '!**/*.md',
          '!examples/**/data',
          '!test/tsconfig.json',
          '!projenrc',
          '!lib',
          '!coverage',
          '!out',
          '!**/cdk.out',
          '!**/cdktf.out',
          '!assets',
          '!.projen',
          '!.gitattributes',
          '!package.json',
          '!tsconfig*.json',
          '!test-reports',
          '!.mlp',
          // Drawn by a benchmark.
          '!docs/*.svg',
          '!examples/**/out',
          '!test/fixtures/**/*.json',
          '!.venv',
        ],
      },
    } as never,
  },
  sampleCode: false,
  depsUpgrade: false,
  release: false,
  github: false,
  buildWorkflow: false,
  pullRequestTemplate: false,
  jest: true,
  jestOptions: {
    configFilePath: 'jest.config.json',
    jestVersion: '^30',
    junitReporting: false,
    preserveDefaultReporters: true,
    jestConfig: {
      maxWorkers: '2',
      workerIdleMemoryLimit: '1200MB',
      testEnvironment: 'node',
      // Machines are shared: how long a test takes is the machine's affair, and only one that hangs fails by it.
      testTimeout: 120_000,
      modulePathIgnorePatterns: ['<rootDir>/lib/', '<rootDir>/out/', '<rootDir>/test/packaged/out/'],
    } as never,
  },
  tsconfig: {
    compilerOptions: {
      target: 'ES2022',
      lib: ['es2023'],
      module: 'node16',
      moduleResolution: javascript.TypeScriptModuleResolution.NODE16,
      isolatedModules: true,
      skipLibCheck: true,
      declarationMap: false,
      inlineSourceMap: false,
      inlineSources: false,
      types: ['node'],
    } as never,
  },
  tsconfigDev: {
    compilerOptions: {
      target: 'ES2022',
      lib: ['es2023'],
      module: 'node16',
      moduleResolution: javascript.TypeScriptModuleResolution.NODE16,
      isolatedModules: true,
      skipLibCheck: true,
      noUnusedLocals: true,
      types: ['node', 'jest'],
    } as never,
    include: ['../examples/**/*.ts', '../bench/**/*.ts', '../docs/**/*.ts', '../src/**/*.ts'],
  },
  deps: [
    'zod@^4.6.7',
    'yaml@^2.9.1',
    'commander@^14.0.3',
    'croner@^11.0.1',
    'fastest-levenshtein@^1.0.16',
    'cli-table3@^0.6.5',
    'picocolors@^1.1.1',
    'jiti@^2.7.0',
    '@duckdb/node-api@1.5.5-r.5',
    'hono@^4.13.19',
    '@hono/node-server@^2.1.9',
    'echarts@^6.1.0',
    'ml-matrix@^6.15.1',
    'junit-report-builder@^5.1.2',
  ],
  peerDeps: [
    'aws-cdk-lib@^2.276.0',
    'constructs@>=10.6.0 <10.8.0',
    // 0.22 and later are its community fork, cdktn, under the same name ("npm:cdktn@…").
    'cdktf@>=0.21.0 <1.0.0',
    '@cdktf/provider-google@^16.12.1',
    'projen@^0.103.25',
    'jest@>=29',
  ],
  peerDependencyOptions: { pinnedDevDependency: false },
  devDeps: [
    // The CLI: 3.0.0 refuses what this version of the library writes.
    'aws-cdk@2.1148.1',
    'aws-cdk-lib@2.276.0',
    'constructs@~10.7.2',
    'cdktf@0.21.0',
    '@cdktf/provider-google@16.12.1',
    'cdk-nag@3.0.2',
    'asl-validator@^4.0.0',
    'aws-local-stepfunctions@3.0.0',
    '@types/jest@^30',
    '@swc/core@1.16.18',
    '@swc/jest@^0.2.39',
    'fast-check@^4.10.2',
    'esbuild@^0.28.2',
    'dependency-cruiser@^17.4.3',
    'ajv@^8',
    'ml-random-forest@2.1.0',
    '@types/node@^20',
    'google-auth-library@^10.9.1',
    // Conditions of IAM's bindings are CEL.
    '@bufbuild/cel@0.6.1',
    '@bufbuild/protobuf@^2.6.2',
    'canonicalize@2.1.0',
    '@stdlib/stats-base-dists-chisquare-quantile@^0.2.3',
    '@stdlib/stats-base-dists-chisquare-cdf',
    '@stdlib/stats-base-dists-normal-quantile',
    '@stdlib/stats-base-dists-normal-cdf',
    '@stdlib/stats-base-dists-beta-quantile',
    '@stdlib/stats-base-dists-hypergeometric-cdf',
    '@stdlib/stats-base-dists-binomial-cdf',
    '@stdlib/stats-base-dists-t-quantile',
    '@aws-sdk/client-application-auto-scaling',
    '@aws-sdk/client-athena',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-cloudwatch',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/client-eventbridge',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-sagemaker',
    '@aws-sdk/client-sagemaker-runtime',
    '@aws-sdk/client-scheduler',
    '@aws-sdk/client-sfn',
    '@aws-sdk/client-sns',
    '@aws-sdk/client-ssm',
    '@prometheus-io/lezer-promql',
    '@lezer/common',
  ],
  gitignore: [
    '/out/',
    '/assets/',
    '.venv/',
    '.mlp/',
    '*.tsbuildinfo',
    'cdk.out/',
    'cdktf.out/',
    '/.tmp/',
    'examples/*/out/',
  ],
  npmignoreEnabled: false,
});

// Later patterns win: these stand behind projen's own.
for (const pattern of [
  '!test/fixtures',
  '!**/tsconfig*.json',
  '!**/*.md',
  '!**/*.yaml',
  '!**/package.json',
  '!**/__snapshots__',
])
  project.biome?.addFilePattern(pattern);

// Transpile tests with swc: types are checked by tsc apart from the tests (research: 10× faster than ts-jest).
project.deps.removeDependency('ts-jest');
const jestConfig = project.jest!.config;
jestConfig.testMatch = ['<rootDir>/test/**/*.test.ts'];
jestConfig.transform = {
  '^.+\\.m?ts$': [
    '@swc/jest',
    { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
  ],
};
delete jestConfig.preset;
jestConfig.collectCoverage = false;
jestConfig.globalSetup = '<rootDir>/test/support/bundle-handlers.cjs';
jestConfig.setupFiles = ['<rootDir>/test/support/setup.ts'];
jestConfig.testPathIgnorePatterns = ['/node_modules/', '<rootDir>/test/packaged/'];

project.package.addField('exports', {
  ...Object.fromEntries(
    Object.entries(entries).map(([path, file]) => [path, { types: `./lib/${file}.d.ts`, default: `./lib/${file}.js` }]),
  ),
  './package.json': './package.json',
});
project.package.addField('typesVersions', {
  '*': Object.fromEntries(
    Object.entries(entries)
      .filter(([path]) => path !== '.')
      .map(([path, file]) => [path.slice(2), [`lib/${file}.d.ts`]]),
  ),
});
// These versions have binaries for every platform, so that one lock file serves all of them.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
project.package.addField('sideEffects', false);
project.package.addField('files', ['lib', 'assets', 'CHANGELOG.md']);
project.package.addField('engines', { node: '>=20.12.0' });
project.package.addField(
  'peerDependenciesMeta',
  Object.fromEntries(
    ['aws-cdk-lib', 'constructs', 'cdktf', '@cdktf/provider-google', 'projen', 'jest'].map((name) => [
      name,
      { optional: true },
    ]),
  ),
);

// Tests are fast and need no build; compile and package have commands of their own (see CONTRIBUTING.md).
project.testTask.reset('jest --passWithNoTests', { receiveArgs: true });
project.addTask('types', { description: 'Check all types', exec: 'tsc --noEmit -p test/tsconfig.json' });
project
  .addTask('lint', { description: 'Lint, format check and import zones' })
  .exec('biome ci --no-errors-on-unmatched .');
project.tasks.tryFind('lint')!.exec('depcruise --config .dependency-cruiser.cjs src');
project.compileTask.exec('node .ci/bundle.mjs', { name: 'bundle handlers and vendor the two wrapped libraries' });
project.setScript('types', 'npx projen types');
project.setScript('lint', 'npx projen lint');
project.setScript('test', 'jest');
project.setScript('mlp', 'tsx src/cli/main.ts');
project.setScript(
  'start',
  'node .ci/bundle.mjs --assets && tsx src/cli/main.ts local examples/bike-share/platform.yaml --until 2011-07-01',
);
project.setScript('docs', 'tsx docs/generate.ts');
project.setScript('bench:gateway', 'tsx bench/gateway/run.ts');
project.setScript('bench:engine', 'tsx bench/engine/run.ts');
project.setScript('bench:bike-share', 'tsx bench/bike-share/run.ts');
project.setScript('bench:kill', 'tsx bench/kill/run.ts');
project.setScript('bench:drift', 'tsx bench/drift/run.ts');
project.setScript('bench:decisions', 'tsx bench/decisions/run.ts');
project.setScript('bench:handlers', 'tsx bench/handlers/run.ts');

project.synth();
