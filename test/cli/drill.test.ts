import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { stringify } from 'yaml';
import { drillCommand, drillWith } from '../../src/cli/drill';
import { runCli } from '../../src/cli/program';
import { parsePlatformOrThrow } from '../../src/definition/parse';
import { OperationError, ProblemsError } from '../../src/kernel/problem';
import { MECHANISM_IDS } from '../../src/local/scenario/mechanisms';
import type { RunDrill } from '../../src/local/scenario/run-drill';
import type { ScenarioInput } from '../../src/local/scenario/schema';
import { alarm, DAY, FAULT, record, scenario, scenarioInput } from '../local/scenario/support/record';
import { parseXml } from '../local/scenario/support/xml';
import { scale } from '../support/definitions';

const SCALE = join(__dirname, '..', 'fixtures', 'definitions', 'valid-scale.yaml');
const FOUNDATION = join(__dirname, '..', 'fixtures', 'definitions', 'valid-foundation.yaml');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mlp-drill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A scenario file whose alarm rings on the day after the fault in the engine below. */
const file = (name: string, changes: Partial<ScenarioInput> = {}): string => {
  const path = join(dir, `${name}.yaml`);
  const expectations = [{ kind: 'alarm', alarm: 'dataDrift', within: '1d' }] as const;
  writeFileSync(
    path,
    stringify(scenarioInput({ name, tests: 'dataDriftAlarm', expect: [...expectations], ...changes })),
  );
  return path;
};

/** An engine in which data drift is seen after a day, unless nobody looks. */
const engine: RunDrill = async (_definition, { name }, options) => {
  if (name === 'breaks-down') throw new Error('disk full');
  return record({ alarms: options?.without === 'dataDriftAlarm' ? [] : [alarm(FAULT + DAY)] });
};
const stopped = new OperationError({
  code: 'cancelled',
  path: '',
  got: 'stop',
  expected: 'to go on',
  fix: 'run again',
});

/** The command on its own, with errors as the program tells them: wrong usage and bad input are 2. */
async function drill(
  argv: readonly string[],
  run: RunDrill = engine,
): Promise<{ code: number; out: string; err: string }> {
  let [out, err, code] = ['', '', 0];
  const io = {
    out: (text: string) => (out += `${text}\n`),
    err: (text: string) => (err += `${text}\n`),
    terminal: false,
  };
  const program = new Command('mlp').exitOverride().configureOutput({ writeErr: io.err, writeOut: io.out });
  drillCommand(program, io, (next) => (code = next), run);
  for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput());
  try {
    await program.parseAsync(['drill', ...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError || error instanceof ProblemsError || error instanceof RangeError))
      throw error;
    err += error.message;
    code = 2;
  }
  return { code, out, err };
}

describe('exit codes', () => {
  test.each<[string, () => string[], number, RegExp]>([
    ['an expectation that holds', () => [SCALE, file('drifts')], 0, /^$/],
    ['an expectation that is missed', () => [SCALE, file('drifts'), '--without', 'dataDriftAlarm'], 1, /^$/],
    [
      'one of several is missed',
      () => [SCALE, file('drifts'), file('is-quiet', { expect: [{ kind: 'noAlarm', alarm: 'dataDrift' }] })],
      1,
      /^$/,
    ],
    ['no definition', () => [], 2, /got no definition, expected mlp drill FILE SCENARIO/],
    ['no scenario', () => [SCALE], 2, /got no scenario, expected[\s\S]*--list/],
    ['names and --all', () => [SCALE, 'drifts', '--all'], 2, /got --all and drifts, expected one of the two/],
    ['an unknown scenario', () => [SCALE, 'no-such-thing'], 2, /no scenario "no-such-thing"/],
    [
      'an unknown mechanism',
      () => [SCALE, file('drifts'), '--without', 'dataDriftAlrm'],
      2,
      /did you mean dataDriftAlarm\?/,
    ],
    ['a seed that is none', () => [SCALE, file('drifts'), '--seed', '1.5'], 2, /got '1.5', expected a whole number/],
    ['an unknown option', () => [SCALE, file('drifts'), '--jsn'], 2, /unknown option/],
    ['no such definition', () => ['nowhere.yaml', file('drifts')], 2, /no such file/],
    [
      'a scenario that is not valid',
      () => [SCALE, file('drifts', { duration: '1d' })],
      2,
      /faults\.0\.at \(line \d+\): got "2d"/,
    ],
    [
      'a definition that cannot run it',
      () => [FOUNDATION, file('drifts')],
      2,
      /cannot be rehearsed with this definition[\s\S]*add monitoring\.drift/,
    ],
  ])('%s', async (_what, argv, code, err) => {
    expect(await drill(argv())).toMatchObject({ code, err: expect.stringMatching(err) });
  });

  test('problems of several scenarios come together, before anything runs', async () => {
    let ran = 0;
    const { code, err } = await drill(
      [SCALE, file('good-one'), file('bad-one', { duration: '1d' }), 'nobody'],
      async () => {
        ran++;
        return record();
      },
    );
    expect([code, ran]).toEqual([2, 0]);
    expect(err).toMatch(/bad-one\.yaml is not a valid scenario; there is no scenario "nobody"/);
  });
});

describe('one scenario', () => {
  test('prints the report', async () => {
    const { out } = await drill([SCALE, file('drifts')]);
    expect(out).toMatch(/^rehearsing drifts: 14d\ndrifts: something goes wrong\n/);
    expect(out).toMatch(
      /✓ alarm dataDrift rings within 1d — data-drift rang after 1d[\s\S]*drifts passed: 1 of 1 expectation holds\n$/,
    );
  });

  test('--json is the result alone; progress goes to standard error', async () => {
    const { out, err } = await drill([SCALE, file('drifts'), '--json', '--without', 'dataDriftAlarm']);
    const result = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual([
      ...['scenario', 'title', 'platform', 'model', 'seed', 'tests', 'without', 'passed'],
      ...['expectations', 'invariants', 'timeline', 'record'],
    ]);
    expect(result).toMatchObject({
      scenario: 'drifts',
      passed: false,
      without: 'dataDriftAlarm',
      tests: 'dataDriftAlarm',
    });
    expect(err).toBe('rehearsing drifts: 14d\n');
  });

  test('the engine is given what was asked for', async () => {
    const asked: unknown[] = [];
    const run: RunDrill = async (definition, { name, seed }, { signal, ...options } = {}) => {
      asked.push({ platform: definition.name, name, seed, aborted: signal?.aborted, ...options });
      return record();
    };
    await drill([SCALE, file('drifts'), '--seed', '0', '--keep', 'kept', '--without', 'cooldown'], run);
    await drill([SCALE, file('drifts'), file('drifts-again'), '--keep', 'kept'], run);
    expect(asked).toEqual([
      { platform: 'bike-share', name: 'drifts', seed: 0, aborted: false, keep: 'kept', without: 'cooldown' },
      { platform: 'bike-share', name: 'drifts', seed: 1, aborted: false, keep: join('kept', 'drifts') },
      { platform: 'bike-share', name: 'drifts-again', seed: 1, aborted: false, keep: join('kept', 'drifts-again') },
    ]);
  });

  test('an error of the engine is told as it is', async () => {
    await expect(drill([SCALE, file('breaks-down')])).rejects.toThrow('disk full');
  });
});

describe('several scenarios', () => {
  const quiet = () =>
    file('is-quiet', { tests: 'driftPersistence', expect: [{ kind: 'noAlarm', alarm: 'dataDrift' }] });

  test('a line each, what failed in full, then a table', async () => {
    const { code, out } = await drill([SCALE, file('drifts'), quiet(), file('breaks-down')]);
    expect(code).toBe(1);
    expect(
      out
        .replace(/\d+\.\d s/g, 'T')
        .split('\n')
        .slice(0, 3),
    ).toEqual([
      '✓ drifts: 1 of 1 expectation holds (T)',
      '✗ is-quiet: 1 of 1 expectation missed (T)',
      '✗ breaks-down: disk full (T)',
    ]);
    expect(out).toMatch(/✗ no alarm dataDrift rings\n {8}got: data-drift rang after 1d\n/);
    expect(out).not.toContain('✓ alarm dataDrift');
    const table = out.slice(out.indexOf('\nscenario '));
    expect(
      table
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['scenario', 'tests', 'verdict', 'what'],
      ['drifts', 'dataDriftAlarm', 'passed', '1 of 1 expectation holds'],
      ['is-quiet', 'driftPersistence', 'failed', '1 of 1 expectation missed'],
      ['breaks-down', 'error', 'disk full'],
      [''],
      ['1 passed, 2 failed'],
    ]);
  });

  test('--json: all results, skipped ones and errors', async () => {
    const { code, out, err } = await drill([SCALE, file('drifts'), file('breaks-down'), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      passed: false,
      drills: [{ scenario: 'drifts', passed: true }],
      skipped: [],
      errors: [{ scenario: 'breaks-down', error: 'disk full' }],
    });
    expect(err).toMatch(/^✓ drifts[^\n]*\n✗ breaks-down[^\n]*\n$/);
  });

  test('the same scenario is rehearsed once', async () => {
    const path = file('drifts');
    expect((await drill([SCALE, path, path])).out).toMatch(/^rehearsing drifts/);
  });

  test('what the definition cannot run is skipped with its reason; nothing at all is no success', async () => {
    const request = {
      definition: parsePlatformOrThrow(scale()),
      scenarios: [scenario()],
      skipped: [{ scenario: 'needs-drift', reason: 'no monitor' }],
      all: true,
    };
    let out = '';
    const io = {
      out: (text: string) => (out += `${text}\n`),
      err: (text: string) => (out += `${text}\n`),
      terminal: false,
    };
    expect(await drillWith(engine, request, io)).toBe(0);
    expect(out).toMatch(/needs-drift +skipped +no monitor\n[\s\S]*1 passed, 0 failed, 1 skipped\n$/);
    out = '';
    expect(await drillWith(engine, { ...request, scenarios: [] }, io)).toBe(2);
    expect(out).toBe('error: the definition can run none of the scenarios\n  needs-drift: no monitor\n');
  });
});

describe('--junit', () => {
  test('writes a suite for each scenario, failures included', async () => {
    const target = join(dir, 'reports', 'drills.xml');
    const missed = file('is-quiet', { expect: [{ kind: 'noAlarm', alarm: 'dataDrift' }] });
    expect((await drill([SCALE, file('drifts'), missed, file('breaks-down'), '--junit', target])).code).toBe(1);
    expect(parseXml(readFileSync(target, 'utf8')).children.map(({ attributes }) => attributes)).toMatchObject([
      { name: 'drill drifts', tests: '5', failures: '0', errors: '0' },
      { name: 'drill is-quiet', tests: '5', failures: '1', errors: '0' },
      { name: 'drill breaks-down', tests: '1', failures: '0', errors: '1' },
    ]);
  });

  test('a report that was stopped is not written: it would look complete', async () => {
    const target = join(dir, 'drills.xml');
    expect((await drill([SCALE, file('drifts'), '--junit', target], () => Promise.reject(stopped))).code).toBe(130);
    expect(existsSync(target)).toBe(false);
  });
});

describe('stopping', () => {
  const listeners = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');

  test('Ctrl-C stops between steps: what was rehearsed is said, nothing further runs', async () => {
    const before = listeners();
    const ran: string[] = [];
    const run: RunDrill = async (_definition, { name }, { signal } = {}) => {
      ran.push(name);
      if (name !== 'second-one') return record();
      process.emit('SIGINT');
      expect(signal?.aborted).toBe(true);
      throw stopped;
    };
    const files = ['first-one', 'second-one', 'third-one'].map((name) => file(name));
    const { code, out, err } = await drill([SCALE, ...files, '--json'], run);
    expect([code, ran, listeners()]).toEqual([130, ['first-one', 'second-one'], before]);
    expect(JSON.parse(out)).toMatchObject({ passed: false, stopped: true, drills: [{ scenario: 'first-one' }] });
    expect(err).toMatch(/stopped: 1 of 3 scenarios were rehearsed\n$/);
  });

  test('an engine that had ended when it was stopped: the next one does not begin', async () => {
    const ran: string[] = [];
    const run: RunDrill = async (_definition, { name }) => {
      ran.push(name);
      process.emit('SIGINT');
      return record();
    };
    expect((await drill([SCALE, file('first-one'), file('second-one')], run)).code).toBe(130);
    expect(ran).toEqual(['first-one']);
  });
});

describe('--list', () => {
  test('names every mechanism, with and without a definition', async () => {
    for (const argv of [['--list'], [SCALE, '--list']]) {
      const { code, out } = await drill(argv);
      expect(code).toBe(0);
      for (const id of MECHANISM_IDS) expect(out).toContain(id);
    }
  });

  test('as JSON', async () => {
    const { scenarios, mechanisms } = JSON.parse((await drill(['--list', '--json'])).out) as {
      scenarios: { name: string; tests: string | null }[];
      mechanisms: { id: string; scenarios: string[] }[];
    };
    expect(mechanisms.map(({ id }) => id)).toEqual(MECHANISM_IDS);
    for (const { name, tests } of scenarios.filter((one) => one.tests !== null))
      expect(mechanisms.find(({ id }) => id === tests)!.scenarios).toContain(name);
  });
});

describe('mlp schema', () => {
  const schema = async (...argv: string[]): Promise<{ $id: string }> => {
    let out = '';
    await runCli(['schema', ...argv], { out: (text) => (out += text), err: () => undefined, terminal: false });
    return JSON.parse(out) as { $id: string };
  };

  test('--scenario is that of scenarios, without it that of definitions as before', async () => {
    expect((await schema('--scenario')).$id).toBe('urn:ml-platform-constructs:scenario:1');
    expect((await schema()).$id).toBe('urn:ml-platform-constructs:platform:1');
  });
});
