import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { LocalPlatform, type LocalSummary } from '../../src/local';
import { foundLines } from '../../src/local/report/report';
import { ledgerLines } from '../../src/runtime/adapters/local/file-ledger-store';
import { parseRecordText, verifyChainText } from '../../src/runtime/core/ledger';
import { tinyPlatform } from './support/tiny-platform';

const SCRIPT = resolve(__dirname, 'support/run-tiny.ts');

/** Starts the platform in its own process and kills it when it says a line. */
function killAt(line: string, file: string, pids: string): Promise<void> {
  return new Promise((done, fail) => {
    const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', SCRIPT, file], {
      env: { ...process.env, TINY_PIDS: pids },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr!.on('data', (chunk) => {
      errors += chunk;
    });
    createInterface({ input: child.stdout! }).on('line', (said) => {
      if (said === line) child.kill('SIGKILL');
    });
    child.once('exit', (code, signal) => {
      if (signal === 'SIGKILL') done();
      else fail(new Error(`ended with ${code} before it said '${line}': ${errors}`));
    });
  });
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Waits until the processes of a killed platform are gone; the guard needs a moment to see it. */
async function gone(pids: string): Promise<boolean> {
  const all = existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').filter(Boolean).map(Number) : [];
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!all.some(isAlive)) return true;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  return false;
}

async function finish(file: string): Promise<{ summary: LocalSummary; found: string[] }> {
  const platform = await LocalPlatform.open({ file, retraining: 'decide' });
  try {
    return { found: foundLines(platform.found), summary: await platform.run() };
  } finally {
    await platform.close();
  }
}

/** What has to be the same, however often a run was killed: times of processes and digests of random parts are none of it. */
const essence = ({ models, ...rest }: LocalSummary) => ({
  start: rest.start,
  end: rest.end,
  outcome: rest.outcome,
  ledger: rest.ledger,
  line: {
    months: models['line']!.months,
    alarms: models['line']!.alarms,
    decisions: models['line']!.decisions,
    runs: models['line']!.runs,
    digest: models['line']!.champion!.artifactDigest,
    data: models['line']!.champion!.data.digest,
  },
});

describe('a platform that is killed (SIGKILL)', () => {
  const whole = tinyPlatform({ retraining: true });
  let expected: ReturnType<typeof essence>;

  beforeAll(async () => {
    expected = essence((await finish(whole.file)).summary);
  }, 60_000);
  afterAll(() => rmSync(whole.base, { recursive: true, force: true }));

  it.each([
    ['ends train', 'before its first version'],
    ['begins register', 'before its first version'],
    ['ends register', 'before its first version'],
    ['begins promote', 'before its first version'],
    ['replay 2024-02-09', 'stopped on 2024-02-0'],
  ])(
    'when it says ‘%s’: it goes on there and comes to the same end',
    async (line, said) => {
      const { file, base, dir } = tinyPlatform({ retraining: true });
      const pids = join(base, 'pids');
      try {
        await killAt(line, file, pids);
        expect(await gone(pids)).toBe(true);
        expect(verifyChainText(ledgerLines(join(dir, 'ledger'))).ok).toBe(true);
        const { summary, found } = await finish(file);
        expect(found.join(' ')).toContain(said);
        const { months: _months, ...line1 } = essence(summary).line;
        const { months: _wanted, ...wanted } = expected.line;
        expect(line1).toEqual(wanted);
        expect(essence(summary)).toEqual(expected);
        const records = ledgerLines(join(dir, 'ledger')).map((one) => parseRecordText(one)!);
        for (const action of ['register', 'gate', 'approve', 'promote']) {
          expect(records.filter((record) => record.action === action)).toHaveLength(1);
        }
      } finally {
        rmSync(base, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
