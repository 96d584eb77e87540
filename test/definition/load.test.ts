import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadPlatform } from '../../src/definition/load';
import { parsePlatform } from '../../src/definition/parse';
import { DefinitionError } from '../../src/kernel/problem';

const YAML = readFileSync(join(__dirname, '..', 'fixtures', 'definitions', 'valid-foundation.yaml'), 'utf8');
const INPUT = parse(YAML) as Record<string, unknown>;
const JSON_TEXT = JSON.stringify(INPUT, null, 2);
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mlp-load-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
/** What a file of this text and extension is read as, or the problems of reading it. */
async function load(extension: string, text: string) {
  const file = join(dir, `definition-${files++}${extension}`);
  writeFileSync(file, text);
  try {
    return { platform: await loadPlatform(file), problems: [] };
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return { platform: undefined, problems: error.problems };
  }
}
const expected = () => {
  const result = parsePlatform(INPUT);
  return result.ok ? result.value : undefined;
};

test.each<[string, string, string]>([
  ['a byte order mark in YAML', '.yaml', `\uFEFF${YAML}`],
  ['Windows line ends in YAML', '.yml', YAML.replaceAll('\n', '\r\n')],
  ['a byte order mark in JSON', '.json', `\uFEFF${JSON_TEXT}`],
  ['Windows line ends in JSON', '.json', JSON_TEXT.replaceAll('\n', '\r\n')],
  ['tabs in JSON', '.json', JSON.stringify(INPUT, null, '\t')],
  ['a module', '.cjs', `module.exports = ${JSON_TEXT};`],
  ['a promise of a module', '.ts', `export default Promise.resolve(${JSON_TEXT});`],
])('reads %s', async (_what, extension, text) => {
  expect((await load(extension, text)).platform).toEqual(expected());
});

test('reads anchors, aliases and merged maps', async () => {
  const text = YAML.replace('training:', 'training: &training').replace(
    /serving:\n +image: \{ build: server \}/,
    'serving:\n      <<: *training',
  );
  const { platform } = await load('.yaml', text);
  expect(platform?.models['churn']?.serving).toMatchObject({ image: { build: 'trainer' }, compute: 'small' });
});

test.each<[string, string, number]>([
  ['a trailing comma', JSON_TEXT.replace(/\n\}$/, ',\n}'), JSON_TEXT.split('\n').length],
  ['a comment', `# hello\n${JSON_TEXT}`, 1],
  ['single quotes', JSON_TEXT.replace('"owner"', "'owner'"), 3],
])('JSON with %s is not JSON', async (_what, text, line) => {
  expect((await load('.json', text)).problems).toMatchObject([{ code: 'malformed', line }]);
});

test('a key that stands twice is named with its line, also in a large file and in little time', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => `  k${index}: "v"`);
  const { problems } = await load('.yaml', ['name: a1', 'tags:', ...many, '  k7: "again"'].join('\n'));
  expect(problems).toMatchObject([{ code: 'malformed', line: 20_003, got: expect.stringContaining('"k7"') }]);
});

test('an alias without its anchor is named', async () => {
  const [problem] = (await load('.yaml', 'name: *nobody\n')).problems;
  expect(problem?.got).toContain('nobody');
});

test('a module that parses its definition itself keeps every problem', async () => {
  const index = join(__dirname, '..', '..', 'src', 'definition', 'define');
  const { problems } = await load(
    '.ts',
    `import { definePlatform } from ${JSON.stringify(index)};\nexport default definePlatform({ name: 'x' } as never);`,
  );
  expect(problems.map(({ path }) => path)).toEqual(['delivery', 'incidents', 'models', 'name', 'owner']);
});

test.each([
  ['a text', 'throw "no luck";', 'no luck'],
  ['nothing', 'throw undefined;', 'undefined'],
  ['an error', 'throw new TypeError("no luck");', 'no luck'],
])('a module that throws %s is a problem of the file', async (_what, text, got) => {
  expect((await load('.cjs', text)).problems).toMatchObject([
    { code: 'moduleFailed', got: expect.stringContaining(got) },
  ]);
});
