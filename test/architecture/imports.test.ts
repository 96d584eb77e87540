import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

interface Zone {
  readonly may: readonly string[];
  readonly types?: readonly string[];
  readonly libraries: readonly string[];
}
const ZONES = require('../../.import-zones.cjs') as Record<string, Zone>;
const SRC = resolve(__dirname, '..', '..', 'src');

const files = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(name) ? [path] : [];
  });

/** Longest zone that a file of src/ lies in. */
const zoneOf = (path: string): string | undefined => {
  const inside = relative(SRC, path).split(sep).join('/');
  return Object.keys(ZONES)
    .filter((zone) => inside.startsWith(`${zone}/`))
    .sort((a, b) => b.length - a.length)[0];
};

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function importsOf(path: string): Import[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
      const named = clause?.namedBindings;
      const allTypes =
        named !== undefined &&
        ts.isNamedImports(named) &&
        clause?.name === undefined &&
        named.elements.length > 0 &&
        named.elements.every((one) => one.isTypeOnly);
      const typeOnly = ts.isExportDeclaration(node)
        ? node.isTypeOnly
        : clause !== undefined && (clause.phaseModifier === ts.SyntaxKind.TypeKeyword || allTypes);
      found.push({ specifier: node.moduleSpecifier.text, typeOnly });
    } else if (
      ts.isCallExpression(node) &&
      node.arguments.length === 1 &&
      ts.isStringLiteral(node.arguments[0]!) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText(source) === 'require')
    ) {
      found.push({ specifier: node.arguments[0].text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What is wrong with an import, naming the allowed direction. */
function fault(path: string, { specifier, typeOnly }: Import): string | undefined {
  const zone = zoneOf(path);
  if (zone === undefined) return undefined;
  const rules = ZONES[zone]!;
  const where = relative(SRC, path);
  if (specifier.startsWith('.')) {
    const target = zoneOf(join(resolve(dirname(path), specifier), 'x')) ?? zoneOf(resolve(dirname(path), specifier));
    if (target === undefined || target === zone || rules.may.includes(target)) return undefined;
    if (rules.types?.includes(target))
      return typeOnly ? undefined : `${where} imports values of ${target}; ${zone} may import only its types`;
    return `${where} imports ${target}; allowed direction: ${zone} → ${rules.may.join(', ') || 'nothing of ours'}`;
  }
  if (specifier.startsWith('node:') || typeOnly) return undefined;
  return rules.libraries.some(
    (library) =>
      specifier === library ||
      specifier.startsWith(`${library}/`) ||
      (library.startsWith('@') && !library.includes('/') && specifier.startsWith(`${library}/`)),
  )
    ? undefined
    : `${where} imports ${specifier}; ${zone} may import the libraries ${rules.libraries.join(', ') || '(none)'}`;
}

test('imports flow one way', () => {
  expect(files(SRC).flatMap((path) => importsOf(path).flatMap((one) => fault(path, one) ?? []))).toEqual([]);
});

test.each<[string, Import, RegExp | undefined]>([
  [
    'plan/x.ts',
    { specifier: '../aws/synth', typeOnly: false },
    /plan\/x\.ts imports aws; allowed direction: plan → kernel, contract, definition/,
  ],
  ['plan/x.ts', { specifier: '../kernel/duration', typeOnly: false }, undefined],
  ['runtime/core/x.ts', { specifier: '../../definition/data', typeOnly: false }, /only its types/],
  ['runtime/core/x.ts', { specifier: '../../definition/data', typeOnly: true }, undefined],
  ['runtime/core/x.ts', { specifier: '../ports/clock', typeOnly: true }, /allowed direction: runtime\/core → kernel/],
  ['google/x.ts', { specifier: 'aws-cdk-lib', typeOnly: false }, /google may import the libraries cdktf/],
  ['definition/x.ts', { specifier: '@cdktf/provider-google', typeOnly: false }, /definition may import the libraries/],
])('%s: %j', (file, one, expected) => {
  const found = fault(join(SRC, file), one);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(expected);
});

test('every folder of src/ is in a zone', () => {
  const outside = files(SRC)
    .filter((path) => zoneOf(path) === undefined)
    .map((path) => relative(SRC, path));
  expect(outside.filter((path) => path !== 'index.ts' && path !== join('runtime', 'index.ts'))).toEqual([]);
});

describe('cdktf stands behind one seam', () => {
  test('only google/support/cdktf.ts imports it, and nobody the root of provider-google', () => {
    const all = files(SRC).flatMap((path) => importsOf(path).map((one) => ({ path: relative(SRC, path), ...one })));
    expect(all.filter((one) => one.specifier === 'cdktf').map((one) => one.path)).toEqual([
      join('google', 'support', 'cdktf.ts'),
    ]);
    expect(all.filter((one) => one.specifier === '@cdktf/provider-google')).toEqual([]);
  });
});
