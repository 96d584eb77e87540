import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import { runCli } from '../../src/cli/program';

const DEFINITIONS = join(__dirname, '..', 'fixtures', 'definitions');
const example = (name: string) => join(DEFINITIONS, `${name}.yaml`);
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mlp-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function mlp(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCli(argv, {
    out: (text) => (out += `${text}\n`),
    err: (text) => (err += `${text}\n`),
    terminal: false,
  });
  return { code, out, err };
}
const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

describe('exit codes', () => {
  test.each<[string, string[], number]>([
    ['a valid definition', ['check', example('valid-scale')], 0],
    ['a warning', ['check', example('finding-canary-starved')], 0],
    ['an invalid definition', ['check', example('invalid-many')], 2],
    ['no such file', ['check', 'nowhere.yaml'], 2],
    ['an unknown command', ['chekc', 'x'], 2],
    ['an unknown option', ['check', example('valid-scale'), '--jsn'], 2],
    ['a missing argument', ['check'], 2],
    ['no command', [], 2],
    ['a bad date', ['check', example('valid-scale'), '--as-of', 'tomorrow'], 2],
    ['a bad target', ['plan', example('valid-scale'), '--target', 'azure'], 2],
    ['help', ['--help'], 0],
    ['help of a command', ['check', '--help'], 0],
    ['audit', ['audit', example('valid-foundation')], 0],
    ['plan', ['plan', example('valid-scale'), '--target', 'aws'], 0],
    ['schema', ['schema'], 0],
    ['diff of the same', ['diff', example('valid-scale'), example('valid-scale')], 0],
  ])('%s', async (_what, argv, code) => {
    const result = await mlp(...argv);
    expect([result.code, result.err]).toEqual([code, code === 0 ? '' : expect.stringMatching(/\S/)]);
  });

  test('an error-level finding exits with 1 until it is acknowledged', async () => {
    const risky = readFileSync(example('valid-scale'), 'utf8').replace('risk: medium', 'risk: high');
    expect((await mlp('check', file('risky.yaml', risky))).code).toBe(1);
    const accepted = risky.replace(
      'separationOfDuties: true',
      'separationOfDuties: true\n  acknowledge: [{ finding: high-risk-without-approval, reason: decided by the board, until: "2027-01-31" }]',
    );
    const path = file('accepted.yaml', accepted);
    expect((await mlp('check', path, '--as-of', '2027-01-31')).code).toBe(0);
    expect((await mlp('check', path, '--as-of', '2027-02-01')).code).toBe(1);
  });

  test('a loosening diff exits with 1', async () => {
    const loose = readFileSync(example('valid-scale'), 'utf8').replace('mae: { max: 60', 'mae: { max: 600');
    const { code, out } = await mlp('diff', example('valid-scale'), file('loose.yaml', loose));
    expect(code).toBe(1);
    expect(out).toMatch(/loosens\s+models\.demand\.evaluation\.metrics\.mae\.max: 60 → 600/);
  });
});

describe('files', () => {
  test('malformed YAML names line and column', async () => {
    const { code, err } = await mlp('check', file('bad.yaml', 'name: a\n  owner: [x\nstage: core\n'));
    expect(code).toBe(2);
    expect(err).toMatch(/not well-formed[\s\S]*line \d+, column \d+/);
  });

  test('a key that stands twice is an error, not the last one', async () => {
    const { err } = await mlp('check', file('twice.yaml', 'name: aa\nname: bb\n'));
    expect(err).toMatch(/unique/);
  });

  test('malformed JSON', async () => {
    expect((await mlp('check', file('bad.json', '{ "name": '))).code).toBe(2);
  });

  test('an empty file, a folder and an unknown extension', async () => {
    expect((await mlp('check', file('empty.yaml', ''))).err).toMatch(/empty document/);
    expect((await mlp('check', file('x.toml', ''))).err).toMatch(/\.toml file[\s\S]*\.yaml/);
    const folder = join(dir, 'folder.yaml');
    execFileSync('mkdir', [folder]);
    expect((await mlp('check', folder)).err).toMatch(/a directory/);
  });

  test('problems carry the line of the file', async () => {
    const { err } = await mlp('check', example('invalid-canary-hundred'));
    expect(err).toMatch(/models\.demand\.release\.steps\.2\.percent \(line 80\): got 100/);
  });

  test('JSON and TypeScript give what YAML gives', async () => {
    const input: unknown = parse(readFileSync(example('valid-scale'), 'utf8'));
    const json = file('platform.json', JSON.stringify(input));
    const module = file(
      'platform.ts',
      `const definition: unknown = ${JSON.stringify(input)};\nexport default definition;\n`,
    );
    const [yaml, ...others] = await Promise.all(
      [example('valid-scale'), json, module].map(async (path) => (await mlp('plan', path, '--json')).out),
    );
    expect(others).toEqual([yaml, yaml]);
  });

  test('a module that throws is named', async () => {
    expect((await mlp('check', file('broken.ts', 'throw new Error("no luck");'))).err).toMatch(/no luck/);
  });
});

describe('--json', () => {
  test('check: findings with id, severity, path, fix', async () => {
    const { out } = await mlp('check', example('finding-quality-window'), '--json');
    expect(JSON.parse(out)).toMatchObject({
      valid: true,
      stage: 'scale',
      findings: expect.arrayContaining([
        expect.objectContaining({
          id: 'quality-window-too-short',
          severity: 'warning',
          path: 'models.demand.monitoring.quality.window',
          fix: expect.any(String),
        }),
      ]),
    });
  });

  test('check of an invalid definition: the problems, on standard output too', async () => {
    const { out, err } = await mlp('check', example('invalid-many'), '--json');
    const { valid, problems } = JSON.parse(out) as { valid: boolean; problems: { path: string }[] };
    expect([valid, problems.length]).toEqual([false, 7]);
    for (const { path } of problems) expect(err).toContain(path);
  });

  test('audit: { stage, rows, score }', async () => {
    const audit = JSON.parse((await mlp('audit', example('valid-scale'), '--json')).out) as {
      rows: object[];
      score: object;
    };
    expect(Object.keys(audit)).toEqual(['stage', 'rows', 'score']);
    expect(Object.keys(audit.rows[0]!)).toEqual(['id', 'group', 'status', 'evidence', 'next']);
    expect(audit.score).toEqual({ covered: 42, partial: 0, missing: 0 });
  });

  test('plan --target: what renders each concept', async () => {
    const { renders } = JSON.parse((await mlp('plan', example('valid-scale'), '--target', 'google', '--json')).out) as {
      renders: { concept: string; by: string }[];
    };
    expect(renders).toContainEqual(expect.objectContaining({ concept: 'pipeline', by: 'Cloud Workflows workflow' }));
  });
});

describe('schema', () => {
  test('accepts the valid examples and refuses what the shape alone can refuse', async () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
      JSON.parse((await mlp('schema')).out) as object,
    );
    const verdicts = Object.fromEntries(
      readdirSync(DEFINITIONS).map((name) => [name, validate(parse(readFileSync(join(DEFINITIONS, name), 'utf8')))]),
    );
    expect(verdicts).toMatchObject({
      'valid-scale.yaml': true,
      'valid-foundation.yaml': true,
      'finding-canary-starved.yaml': true,
      'invalid-many.yaml': false,
    });
  });
});

describe('text for people', () => {
  test('audit is a table with the next step of what is missing', async () => {
    const { out } = await mlp('audit', example('valid-foundation'));
    expect(out).toMatch(/MLOps\s+evaluation-gates\s+missing\s+add models\.churn\.evaluation/);
    expect(out).toMatch(/stage foundation: \d+ covered, \d+ partial, \d+ missing of 42/);
  });

  test('an unknown command is answered with a suggestion', async () => {
    expect((await mlp('chek', 'x')).err).toMatch(/Did you mean check/);
  });
});

test('runbooks: one for each alarm kind of the plan, with its limits and without anybody’s key', async () => {
  const { code } = await mlp('runbooks', example('valid-scale'), '--out', dir);
  expect(code).toBe(0);
  const names = readdirSync(dir).sort();
  expect(names).toEqual(
    expect.arrayContaining([
      'endpointErrors.md',
      'qualityDecay.md',
      'conceptDrift.md',
      'budgetExceeded.md',
      'postmortem.md',
    ]),
  );
  const texts = names.map((name) => readFileSync(join(dir, name), 'utf8'));
  expect(texts.join()).not.toContain('enqueue');
  expect(readFileSync(join(dir, 'qualityDecay.md'), 'utf8')).toMatch(/maximum Quality \(mae\) > 70/);
});
