/**
 * The allowed imports, one table: who may import whom within src/, and which libraries.
 * `npm run lint` enforces it (.dependency-cruiser.cjs); test/architecture/imports.test.ts names the allowed direction.
 */
module.exports = {
  kernel: { may: [], libraries: ['croner'] },
  contract: { may: ['kernel'], libraries: ['zod'] },
  definition: { may: ['kernel'], libraries: ['zod', 'yaml', 'jiti', 'fastest-levenshtein'] },
  plan: { may: ['kernel', 'contract', 'definition'], libraries: [] },
  aws: { may: ['kernel', 'contract', 'definition', 'plan'], libraries: ['aws-cdk-lib', 'constructs', 'zod'] },
  google: {
    may: ['kernel', 'contract', 'definition', 'plan'],
    libraries: ['cdktf', '@cdktf/provider-google', 'constructs', 'zod'],
  },
  'runtime/core': { may: ['kernel'], types: ['definition'], libraries: ['@stdlib', 'canonicalize'] },
  'runtime/sql': { may: ['kernel', 'runtime/core'], types: ['definition', 'runtime/ports'], libraries: [] },
  'runtime/ports': { may: ['kernel'], types: ['contract'], libraries: [] },
  'runtime/usecases': {
    may: ['kernel', 'contract', 'definition', 'runtime/core', 'runtime/sql', 'runtime/ports'],
    libraries: [],
  },
  'runtime/adapters/memory': {
    may: ['kernel', 'contract', 'runtime/core', 'runtime/ports', 'runtime/sql'],
    types: ['runtime/usecases'],
    libraries: [],
  },
  'runtime/adapters/local': {
    may: ['kernel', 'contract', 'runtime/core', 'runtime/ports', 'runtime/sql'],
    types: ['definition', 'runtime/usecases'],
    libraries: ['@duckdb'],
  },
  'runtime/adapters/aws': {
    may: ['kernel', 'contract', 'runtime/core', 'runtime/ports', 'runtime/sql'],
    types: ['definition', 'runtime/usecases'],
    libraries: ['@aws-sdk', '@smithy'],
  },
  'runtime/adapters/google': {
    may: ['kernel', 'contract', 'runtime/core', 'runtime/ports', 'runtime/sql'],
    types: ['definition', 'runtime/usecases'],
    libraries: ['google-auth-library', 'zod'],
  },
  'runtime/entrypoints/aws': {
    may: [
      'kernel',
      'contract',
      'definition',
      'runtime/ports',
      'runtime/sql',
      'runtime/usecases',
      'runtime/adapters/aws',
    ],
    libraries: ['@aws-sdk', 'zod', 'aws-lambda'],
  },
  'runtime/entrypoints/google': {
    may: [
      'kernel',
      'contract',
      'definition',
      'runtime/ports',
      'runtime/sql',
      'runtime/usecases',
      'runtime/adapters/google',
    ],
    libraries: ['google-auth-library', 'zod'],
  },
  local: {
    may: [
      'kernel',
      'contract',
      'definition',
      'plan',
      'runtime/core',
      'runtime/ports',
      'runtime/sql',
      'runtime/usecases',
      'runtime/adapters/local',
      'runtime/adapters/memory',
    ],
    libraries: [
      '@duckdb',
      'cli-table3',
      'picocolors',
      'zod',
      'hono',
      '@hono',
      'junit-report-builder',
      'ml-matrix',
      'echarts',
    ],
  },
  cli: {
    may: ['kernel', 'contract', 'definition', 'plan', 'aws', 'google', 'local'],
    libraries: ['commander', 'cli-table3', 'picocolors'],
  },
  testing: { may: ['kernel', 'definition', 'plan'], libraries: ['jest', '@jest'] },
  projen: { may: ['kernel'], libraries: ['projen', 'constructs'] },
};
