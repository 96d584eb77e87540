import fs, { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperationError } from '../../src/kernel/problem';
import { LocalPlatform, type LocalSummary } from '../../src/local';
import { foundLines } from '../../src/local/report/report';
import { runLocalCommand } from '../../src/local/run-local';
import { ledgerLines } from '../../src/runtime/adapters/local/file-ledger-store';
import { FileStateStore } from '../../src/runtime/adapters/local/file-state-store';
import { parseRecordText, verifyChainText } from '../../src/runtime/core/ledger';
import { readRegistry } from '../../src/runtime/usecases';
import { tinyDefinition, tinyPlatform, tinyRows } from './support/tiny-platform';

// Each test opens a database and starts processes; how long that takes is the machine's affair.
jest.setTimeout(60_000);

const END = '2024-02-03';
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function tiny(options: Parameters<typeof tinyPlatform>[0] = {}): ReturnType<typeof tinyPlatform> {
  const made = tinyPlatform(options);
  folders.push(made.base);
  return made;
}

async function run(file: string): Promise<LocalSummary> {
  const platform = await LocalPlatform.open({ file, end: END });
  try {
    return await platform.run();
  } finally {
    await platform.close();
  }
}

const registryOf = (dir: string) => readRegistry({ state: new FileStateStore(join(dir, 'state')), model: 'line' });
const problemOf = async (promise: Promise<unknown>): Promise<OperationError['problems'][number]> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OperationError);
  return (error as OperationError).problems[0]!;
};

describe('data that cannot be read', () => {
  const cases: readonly (readonly [string, (base: string) => void, string])[] = [
    ['is not there', (base) => rmSync(join(base, 'data.csv')), 'dataFileMissing'],
    [
      'is a folder',
      (base) => {
        rmSync(join(base, 'data.csv'));
        mkdirSync(join(base, 'data.csv'));
      },
      'dataFileUnreadable',
    ],
    ['is empty', (base) => writeFileSync(join(base, 'data.csv'), ''), 'dataFileEmpty'],
    [
      'is no text',
      (base) => writeFileSync(join(base, 'data.csv'), Buffer.from([0xff, 0xfe, 0, 1, 2, 0xff])),
      'dataFileMalformed',
    ],
    [
      'has ragged rows',
      (base) => writeFileSync(join(base, 'data.csv'), `${tinyRows()}1,2,3,4,5,6,7\n1,2\n`),
      'dataFileMalformed',
    ],
    [
      'has a quote that never closes',
      (base) => writeFileSync(join(base, 'data.csv'), tinyRows().replace(/^id-5,/m, 'garbage,"unclosed\nid-5,')),
      'dataFileMalformed',
    ],
    [
      'lacks the column of the time',
      (base) => writeFileSync(join(base, 'data.csv'), tinyRows().replace('id,at,x,y', 'id,when,x,y')),
      'columnMissing',
    ],
    ['has no row', (base) => writeFileSync(join(base, 'data.csv'), 'id,at,x,y\n'), 'notEnoughEvents'],
  ];
  it.each(cases)('a file that %s is named, and nothing is written', async (_what, damage, code) => {
    const { file, base, dir } = tiny();
    damage(base);
    const problem = await problemOf(LocalPlatform.open({ file }));
    expect(problem.code).toBe(code);
    expect(`${problem.path} ${problem.got}`).not.toBe(' ');
    expect(problem.fix.length).toBeGreaterThan(10);
    expect(existsSync(join(dir, 'progress.json'))).toBe(false);
    expect(existsSync(join(dir, 'ledger'))).toBe(false);
    // The same folder is used once the file is mended.
    rmSync(join(base, 'data.csv'), { recursive: true, force: true });
    writeFileSync(join(base, 'data.csv'), tinyRows());
    expect((await run(file)).outcome).toBe('done');
  });

  it('a file without permission is named', async () => {
    if (process.getuid?.() === 0) return;
    const { file, base } = tiny();
    chmodSync(join(base, 'data.csv'), 0);
    expect((await problemOf(LocalPlatform.open({ file }))).code).toBe('dataFileUnreadable');
  });

  it('values that break the contract end the run at the data checks, with the reasons', async () => {
    const { file, dir } = tiny({ rows: tinyRows().replace(/^id-5,(.*),(.*),(.*)$/m, 'id-5,$1,99,$3') });
    const summary = await run(file);
    expect(summary.outcome).toBe('failed');
    const [failed] = summary.models['line']!.runs;
    expect(failed).toMatchObject({ outcome: 'failed', lastStep: 'recordFailure' });
    expect(failed!.reason).toContain('x');
    expect((await registryOf(dir)).versions).toEqual({});
    expect(existsSync(join(dir, 'artifacts/line/runs/initial/train.csv'))).toBe(false);
  });
});

describe('a trainer that fails', () => {
  const cases = [
    ['exit', 'trainerFailed', 'cannot factorise the matrix'],
    ['noMetrics', 'trainerWroteNoMetrics', 'no metrics.json'],
    ['noModel', 'trainerWroteNoModel', 'an empty model folder'],
    ['nan', 'artifactMalformed', 'NaN'],
    ['null', 'trainerMetricsInvalid', 'null'],
  ] as const;
  it.each(cases)(
    '%s: nothing is registered, it is recorded, and the next run says what it found',
    async (fault, code, text) => {
      const { file, base, dir } = tiny({ fault });
      const summary = await run(file);
      const [failed] = summary.models['line']!.runs;
      expect(summary.outcome).toBe('failed');
      expect(failed).toMatchObject({ name: 'initial', outcome: 'failed' });
      expect(failed!.reason).toContain(code);
      expect(failed!.reason).toContain(text);
      expect((await registryOf(dir)).versions).toEqual({});
      expect(existsSync(join(dir, 'artifacts/line/versions'))).toBe(false);
      const records = ledgerLines(join(dir, 'ledger')).map((line) => parseRecordText(line)!);
      expect(records.map(({ action }) => action)).toEqual(['pipelineFailed']);
      expect(verifyChainText(ledgerLines(join(dir, 'ledger'))).ok).toBe(true);

      // The trainer is mended, the definition is the same: the next attempt has a name of its own.
      const trainer = join(base, 'trainer/train.mjs');
      writeFileSync(trainer, readFileSync(trainer, 'utf8').replaceAll(`'${fault}'`, "'never'"));
      const platform = await LocalPlatform.open({ file, end: END });
      expect(platform.found.progress?.phase).toBe('training');
      expect(foundLines(platform.found)[0]).toContain('one that failed starts anew');
      const mended = await platform.run();
      await platform.close();
      expect(mended.outcome).toBe('done');
      expect(mended.models['line']!.champion).toMatchObject({ version: 1, run: 'initial-2' });
    },
  );

  it('is told by the command with exit code 1', async () => {
    const { file, base } = tiny({ fault: 'exit' });
    const printed: string[] = [];
    const { code, text } = await runLocalCommand({
      file,
      out: join(base, 'out'),
      clean: false,
      terminal: false,
      print: (line) => void printed.push(line),
      synthesisers: NO_CLOUDS,
    });
    expect(code).toBe(1);
    expect(printed.join('\n')).toContain('cannot factorise the matrix');
    expect(text).toContain('failed');
  });
});

const NO_CLOUDS = {
  aws: () => async () => ({ files: [], stacks: [] }),
  google: () => async () => ({ files: [], stacks: [] }),
};

describe('a full disk', () => {
  afterEach(() => jest.restoreAllMocks());

  // Early, in the pipeline, at registration, and in the replay.
  it.each([1, 8, 18, 30])(
    'after %s writes: the run stops with its name and goes on when there is room',
    async (writes) => {
      const { file, dir } = tiny();
      let left = writes;
      const real = fs.writeSync.bind(fs) as (...args: unknown[]) => number;
      const spy = jest.spyOn(fs, 'writeSync').mockImplementation(((...args: unknown[]) => {
        left -= 1;
        if (left < 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        return real(...args);
      }) as typeof fs.writeSync);
      const problem = await problemOf(run(file));
      expect(problem).toMatchObject({ code: 'diskFull', got: 'no space left on the device' });
      spy.mockRestore();
      expect(verifyChainText(ledgerLines(join(dir, 'ledger'))).ok).toBe(true);

      const summary = await run(file);
      expect(summary.outcome).toBe('done');
      expect(Object.keys((await registryOf(dir)).versions)).toEqual(['1']);
      const registrations = ledgerLines(join(dir, 'ledger'))
        .map((line) => parseRecordText(line)!)
        .filter(({ action }) => action === 'register');
      expect(registrations).toHaveLength(1);
      expect(summary.models['line']!.runs.every(({ outcome }) => outcome === 'succeeded')).toBe(true);
    },
  );
});

it('an end before the platform begins is refused, and nothing is trained', async () => {
  const { file, base, dir } = tiny();
  const common = { file, out: join(base, 'out'), clean: false, terminal: false, synthesisers: NO_CLOUDS };
  const problem = await problemOf(runLocalCommand({ ...common, until: '2010-01-01', print: () => undefined }));
  expect(problem).toMatchObject({ code: 'untilTooEarly', path: '--until', got: '2010-01-01' });
  expect((await registryOf(dir)).versions).toEqual({});
});

describe('a run that is stopped by a person', () => {
  it('ends its trainer, exits 130, and goes on with the next call', async () => {
    const { file, base, dir } = tiny({ fault: 'slow' });
    const stop = new AbortController();
    const options = {
      file,
      out: join(base, 'out'),
      clean: false,
      terminal: false,
      synthesisers: NO_CLOUDS,
      signal: stop.signal,
      print: () => undefined,
    };
    setTimeout(() => stop.abort(), 2000).unref();
    const started = Date.now();
    const { code, summary } = await runLocalCommand(options);
    expect({ code, summary }).toEqual({ code: 130, summary: null });
    expect(Date.now() - started).toBeLessThan(15_000);
    expect((await registryOf(dir)).versions).toEqual({});
    // The definition says how slow it is, so the trainer itself is mended.
    const trainer = join(base, 'trainer/train.mjs');
    writeFileSync(trainer, readFileSync(trainer, 'utf8').replace("'slow'", "'never'"));
    const again = await runLocalCommand({ ...options, signal: new AbortController().signal });
    expect(again.code).toBe(0);
    expect(again.summary!.models['line']!.champion).toMatchObject({ version: 1, run: 'initial' });
  });
});

it('a definition without a local trainer or server is told before anything is written', async () => {
  const definition = structuredClone(tinyDefinition()) as { models: { line: { training: { local?: unknown } } } };
  delete definition.models.line.training.local;
  const { base, dir } = tiny();
  const problem = await problemOf(LocalPlatform.open({ definition, baseDir: base }));
  expect(problem.code).toBe('noLocalTrainer');
  rmSync(join(base, 'server/server.mjs'));
  expect((await problemOf(LocalPlatform.open({ definition: tinyDefinition(), baseDir: base, dir }))).code).toBe(
    'noLocalServer',
  );
});
