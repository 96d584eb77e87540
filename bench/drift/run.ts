/**
 * Drift of 20 columns against a stored reference, from Parquet: processor time and peak memory beside Evidently's PSI and
 * the same histogram written by hand. Each contender is a process of its own; all are measured in this one run.
 *
 * usage: run.ts [--rows 100000,1000000,10000000] [--write]   (--write stores the table in RESULTS.md)
 * Exit 1 when a limit does not hold at 1,000,000 rows.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeDataSets } from './data';
import { type Measured, median } from './measure';
import { type Row, resultsTable } from './results';

const ROOT = resolve(__dirname, '../..');
const PYTHON_ENVIRONMENT = join(ROOT, '.venv', 'bench');
/** Evidently needs gigabytes above this. */
const MOST_ROWS_FOR_EVIDENTLY = 1_000_000;
const LIMITS = { rows: 1_000_000, evidentlyTimesOurs: 20, oursTimesHandWritten: 1.15, peakMiB: 512 };
/** Ours and the hand-written take turns so often, so that other load on the machine meets both. */
const TURNS = 3;
const RUNS_A_TURN = 3;

function python(): string {
  const program = join(PYTHON_ENVIRONMENT, 'bin', 'python');
  if (!existsSync(program)) {
    mkdirSync(join(ROOT, '.venv'), { recursive: true });
    execFileSync('python3', ['-m', 'venv', PYTHON_ENVIRONMENT], { stdio: 'inherit' });
    const requirements = join(__dirname, 'requirements.txt');
    execFileSync(program, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { stdio: 'inherit' });
  }
  return program;
}

function measured(program: string, args: readonly string[]): Measured {
  const output = execFileSync(program, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.trim().split('\n').at(-1)!) as Measured;
}

const node = (script: string, ...args: string[]): Measured =>
  measured(process.execPath, ['--import', 'tsx', join(__dirname, script), ...args]);

function together(parts: readonly Measured[]): Measured {
  return {
    cpuSeconds: parts.flatMap(({ cpuSeconds }) => cpuSeconds),
    peakMiB: Math.max(...parts.map(({ peakMiB }) => peakMiB)),
    psi: parts[0]!.psi,
  };
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

async function measureRows(folder: string, rows: number): Promise<Row> {
  const { reference, window } = await writeDataSets(folder, rows);
  const stored = join(folder, `reference-${rows}.json`);
  const made = node('make-reference.ts', reference, stored);
  const turns = Array.from({ length: TURNS }, () => ({
    ours: node('ours.ts', window, stored, String(RUNS_A_TURN)),
    hand: node('hand-written.ts', window, stored, String(RUNS_A_TURN)),
  }));
  const ours = together(turns.map((turn) => turn.ours));
  const hand = together(turns.map((turn) => turn.hand));
  const evidently =
    rows > MOST_ROWS_FOR_EVIDENTLY
      ? null
      : measured(python(), [join(__dirname, 'evidently_psi.py'), reference, window]);
  for (const path of [reference, window]) rmSync(path);
  const used = ({ cpuSeconds, peakMiB }: Measured) => ({ cpuSeconds: median(cpuSeconds), peakMiB });
  return {
    rows,
    ours: used(ours),
    handWritten: used(hand),
    evidently: evidently === null ? null : used(evidently),
    reference: used(made),
    psiDifference: largestDifference(ours.psi, hand.psi),
  };
}

function brokenLimits({ ours, handWritten, evidently, rows, psiDifference }: Row): string[] {
  if (rows !== LIMITS.rows) return [];
  const broken: string[] = [];
  const check = (name: string, value: number, holds: boolean): void => {
    if (!holds) broken.push(`${name}: ${value.toFixed(3)}`);
  };
  const byHand = ours.cpuSeconds / handWritten.cpuSeconds;
  const byEvidently = evidently === null ? 0 : evidently.cpuSeconds / ours.cpuSeconds;
  check('processor time, times hand-written', byHand, byHand <= LIMITS.oursTimesHandWritten);
  check('processor time of Evidently, times ours', byEvidently, byEvidently >= LIMITS.evidentlyTimesOurs);
  check('peak memory in MiB', ours.peakMiB, ours.peakMiB < LIMITS.peakMiB);
  check('difference of PSI from hand-written', psiDifference, psiDifference < 1e-9);
  return broken;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '100000,1000000,10000000' },
      write: { type: 'boolean', default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'bench-drift-'));
  const rows: Row[] = [];
  try {
    for (const count of values.rows.split(',').map(Number)) rows.push(await measureRows(folder, count));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const table = resultsTable(rows, cpus().length);
  console.log(table);
  if (values.write) writeFileSync(join(__dirname, 'RESULTS.md'), table);
  const broken = rows.flatMap(brokenLimits);
  for (const limit of broken) console.error(`limit does not hold: ${limit}`);
  if (broken.length > 0) process.exitCode = 1;
}

void main();
