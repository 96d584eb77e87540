import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing } from 'projen';
import ts from 'typescript';
import { parsePlatform } from '../../src';
import { MlPlatformApp } from '../../src/projen';
import { definitionTemplate } from '../../src/projen/templates/definition';

const synth = (options: Partial<ConstructorParameters<typeof MlPlatformApp>[0]> = {}): Record<string, unknown> => {
  const outdir = mkdtempSync(join(tmpdir(), 'mlp-projen-'));
  try {
    return Testing.synth(
      new MlPlatformApp({ name: 'my-app', defaultReleaseBranch: 'main', outdir, ...options }) as never,
    ) as Record<string, unknown>;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};

/** The literal in a definition template, as data. */
function literal(source: string): unknown {
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const module = { exports: {} as { default?: unknown } };
  new Function('module', 'exports', 'require', outputText)(module, module.exports, () => ({
    definePlatform: (input: unknown) => input,
  }));
  return module.exports.default;
}

test('a project has a definition, a stack a target, tests and tasks', () => {
  const files = synth();
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining([
      'platform.ts',
      'stacks/aws.ts',
      'stacks/google.ts',
      'cdk.json',
      'cdktf.json',
      'test/platform.test.ts',
    ]),
  );
  expect(Object.keys((files['.projen/tasks.json'] as { tasks: object }).tasks)).toEqual(
    expect.arrayContaining(['mlp:check', 'mlp:audit', 'mlp:local', 'mlp:synth-aws', 'mlp:synth-google']),
  );
});

test('one target brings neither files nor libraries of another', () => {
  const files = synth({ targets: ['aws'] });
  expect(files['stacks/google.ts']).toBeUndefined();
  const dependencies = JSON.stringify((files['.projen/deps.json'] as { dependencies: unknown }).dependencies);
  expect(dependencies).toContain('aws-cdk-lib');
  expect(dependencies).not.toContain('cdktf');
});

test.each(['foundation', 'core', 'scale'] as const)('the first definition of stage %s is valid', (stage) => {
  const result = parsePlatform(literal(definitionTemplate('My App 2', stage)));
  expect(result.ok ? [] : result.problems).toEqual([]);
});
