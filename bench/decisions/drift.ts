/**
 * Error rates of the drift verdict by simulation, as Markdown tables.
 *
 *     npx tsx bench/decisions/drift.ts [--runs 2000] [--seed 1] [--only calibration|tables|power|outlier|data] [--data DIR]
 *
 * `--data DIR` adds the recorded data sets, where DIR holds `rainfall.csv.gz`, `bikeshare-2011.csv` and
 * `employment-ma-{reference,analysis,analysis-target}.parquet`.
 */
import { parseArgs } from 'node:util';
import { DRIFT_DEFAULTS, DRIFT_METHODS, type DriftMethod } from '../../src/kernel/drift-defaults';
import {
  buildReferenceProfile,
  buildWindowProfile,
  DRIFT_ALPHA,
  driftVerdict,
  measure,
  type ProfileColumn,
  type ProfileColumnType,
  pairOf,
  type ReferenceProfile,
  type Rows,
} from '../../src/runtime/core/drift';
import { createRandom, type Random } from '../../src/runtime/core/statistics/random';
import { employmentReport, parsedPolicy, rainfallReport, seasonReport } from './drift-data';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    data: { type: 'string' },
  },
});
const runs = Number(options.runs);
const seed = options.seed;
const span = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };

interface Population {
  readonly name: string;
  readonly type: ProfileColumnType;
  draw(random: Random): number | string | null;
}

const zipf = cumulative(Array.from({ length: 50 }, (_, rank) => 1 / (rank + 1)));
const POPULATIONS: readonly Population[] = [
  { name: 'normal', type: 'number', draw: (random) => random.normal() },
  { name: 'lognormal (s = 2)', type: 'number', draw: (random) => Math.exp(2 * random.normal()) },
  { name: '60 % zeros, else normal', type: 'number', draw: (random) => (random.next() < 0.6 ? 0 : random.normal()) },
  { name: 'integers 0–6', type: 'integer', draw: (random) => random.integer(7) },
  { name: 'normal, 2 % null', type: 'number', draw: (random) => (random.next() < 0.02 ? null : random.normal()) },
  { name: '20 equal categories', type: 'category', draw: (random) => `c${random.integer(20)}` },
  {
    name: '50 categories, Zipf',
    type: 'category',
    draw: (random) => {
      const drawn = random.next();
      return `c${zipf.findIndex((sum) => drawn < sum)}`;
    },
  },
  { name: 'boolean, 1 % true', type: 'boolean', draw: (random) => (random.next() < 0.01 ? 'true' : 'false') },
];

function cumulative(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => {
    sum += weight / total;
    return sum;
  });
}

function sample(population: Population, rows: number, random: Random): Rows {
  return Array.from({ length: rows }, () => ({ x: population.draw(random) }));
}

function profileOf(rows: Rows, columns: readonly ProfileColumn[]): ReferenceProfile {
  return buildReferenceProfile(rows, columns, { bins: 10, origin: { dataDigest: 'simulated', source: 'training' } });
}

function referenceOf(rows: Rows, type: ProfileColumnType): ReferenceProfile {
  return profileOf(rows, [{ name: 'x', type }]);
}

function measured(reference: ReferenceProfile, rows: Rows, method: DriftMethod) {
  const window = buildWindowProfile(rows, reference, span);
  const pair = pairOf(reference.columns[0]!, window.columns[0]!);
  if (pair === undefined) throw new Error('the window lacks its column');
  return measure(pair, method, DRIFT_ALPHA);
}

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.001 ? 2 : 1)} %`;

/** No drift: how often is the statistic above its limits, and how often is an alarm left when chance is asked too? */
function calibration(): void {
  console.log(`### No drift: reference 10,000 rows, ${runs} windows each, seed ${seed}\n`);
  console.log(
    '| column | method | rows | mean | above warning | above critical | beyond chance (1 %) | warning | alarm |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const population of POPULATIONS) {
    for (const method of DRIFT_METHODS) {
      const ordered = method === 'kolmogorovSmirnov' || method === 'wasserstein';
      if (ordered && (population.type === 'category' || population.type === 'boolean')) continue;
      for (const rows of [50, 200, 500]) {
        const random = createRandom(`${seed}/${population.name}/${method}/${rows}`);
        const tally = { mean: 0, warning: 0, critical: 0, chance: 0, warned: 0, alarmed: 0 };
        let reference = referenceOf(sample(population, 10_000, random), population.type);
        for (let run = 0; run < runs; run++) {
          if (run > 0 && run % 50 === 0) reference = referenceOf(sample(population, 10_000, random), population.type);
          const { statistic, chanceBound } = measured(reference, sample(population, rows, random), method);
          const { warning, critical } = DRIFT_DEFAULTS[method];
          tally.mean += statistic / runs;
          tally.warning += Number(statistic >= warning) / runs;
          tally.critical += Number(statistic >= critical) / runs;
          tally.chance += Number(statistic >= chanceBound) / runs;
          tally.warned += Number(statistic >= Math.max(warning, chanceBound)) / runs;
          tally.alarmed += Number(statistic >= Math.max(critical, chanceBound)) / runs;
        }
        console.log(
          `| ${population.name} | ${method} | ${rows} | ${tally.mean.toFixed(3)} | ${percent(tally.warning)} | ${percent(tally.critical)} | ${percent(tally.chance)} | ${percent(tally.warned)} | ${percent(tally.alarmed)} |`,
        );
      }
    }
  }
}

/** No drift in a whole table: how often does a window say anything at all? */
function tables(): void {
  const shown = Math.max(Math.round(runs / 4), 50);
  console.log(`\n### No drift in 20 columns (normal, skewed, zeros, integers, nulls, categories): ${shown} windows\n`);
  console.log(
    '| method | reference rows | rows | a column at warning | a column at critical | breach | too few to say |',
  );
  console.log('|---|---|---|---|---|---|---|');
  const mixed = Array.from({ length: 20 }, (_, index) => POPULATIONS[index % POPULATIONS.length]!);
  const columns = mixed.map(({ type }, index) => ({ name: `x${index}`, type }));
  const draw = (rows: number, random: Random): Rows =>
    Array.from({ length: rows }, () =>
      Object.fromEntries(mixed.map((population, index) => [`x${index}`, population.draw(random)])),
    );
  for (const method of DRIFT_METHODS) {
    for (const [referenceRows, rows] of [
      [10_000, 200],
      [10_000, 500],
      [500, 500],
    ] as const) {
      const random = createRandom(`${seed}/tables/${method}/${referenceRows}/${rows}`);
      const { drift, data } = parsedPolicy(columns, { method, minRows: 200 });
      const tally = { warning: 0, critical: 0, breach: 0, unknown: 0 };
      let reference = profileOf(draw(referenceRows, random), columns);
      for (let run = 0; run < shown; run++) {
        if (run > 0 && (referenceRows < 1000 || run % 20 === 0))
          reference = profileOf(draw(referenceRows, random), columns);
        const window = buildWindowProfile(draw(rows, random), reference, span);
        const verdict = driftVerdict({ reference, window, policy: drift, data, history: [] });
        const levels = verdict.columns.map((column) => column.verdict);
        tally.warning += Number(levels.includes('warning') || levels.includes('critical')) / shown;
        tally.critical += Number(levels.includes('critical')) / shown;
        tally.breach += Number(verdict.outcome.dataBreach === true) / shown;
        tally.unknown += Number(levels.includes('insufficientData')) / shown;
      }
      console.log(
        `| ${method} | ${referenceRows} | ${rows} | ${percent(tally.warning)} | ${percent(tally.critical)} | ${percent(tally.breach)} | ${percent(tally.unknown)} |`,
      );
    }
  }
}

/** A normal column whose mean moves: how often is it an alarm? */
function power(): void {
  const shown = Math.max(Math.round(runs / 4), 50);
  console.log(`\n### A normal column whose mean moves: alarms of ${shown} windows of 500 rows\n`);
  console.log(`| moves by (sd) | ${DRIFT_METHODS.join(' | ')} |`);
  console.log(`|---|${DRIFT_METHODS.map(() => '---').join('|')}|`);
  const normal = POPULATIONS[0]!;
  for (const shift of [0.25, 0.4, 0.5, 0.75, 1]) {
    const cells = DRIFT_METHODS.map((method) => {
      const random = createRandom(`${seed}/power/${shift}/${method}`);
      const reference = referenceOf(sample(normal, 10_000, random), 'number');
      const moved: Population = { ...normal, draw: (stream) => stream.normal() + shift };
      let alarms = 0;
      for (let run = 0; run < shown; run++) {
        const { statistic, chanceBound } = measured(reference, sample(moved, 500, random), method);
        if (statistic >= Math.max(DRIFT_DEFAULTS[method].critical, chanceBound)) alarms++;
      }
      return percent(alarms / shown);
    });
    console.log(`| ${shift} | ${cells.join(' | ')} |`);
  }
}

/** One value of 1e6 among 10,000 or 1,000: what does it do to each statistic? */
function outlier(): void {
  console.log('\n### One outlier of 1e6 beside a mean that moved by 0.5 sd (reference 10,000 rows, window 1,000)\n');
  console.log('| method | without | outlier in the window | outlier in the reference |');
  console.log('|---|---|---|---|');
  const random = createRandom(`${seed}/outlier`);
  const normal = POPULATIONS[0]!;
  const reference = sample(normal, 10_000, random);
  const window = sample(normal, 1_000, random).map(({ x }) => ({ x: Number(x) + 0.5 }));
  const spoil = (rows: Rows): Rows => [{ x: 1e6 }, ...rows.slice(1)];
  for (const method of DRIFT_METHODS) {
    const of = (left: Rows, right: Rows): string =>
      measured(referenceOf(left, 'number'), right, method).statistic.toFixed(4);
    console.log(
      `| ${method} | ${of(reference, window)} | ${of(reference, spoil(window))} | ${of(spoil(reference), window)} |`,
    );
  }
}

async function main(): Promise<void> {
  const wanted = (section: string): boolean => options.only === undefined || options.only === section;
  if (wanted('calibration')) calibration();
  if (wanted('tables')) tables();
  if (wanted('power')) power();
  if (wanted('outlier')) outlier();
  if (wanted('data') && options.data !== undefined) {
    await rainfallReport(options.data);
    await employmentReport(options.data);
    await seasonReport(options.data);
  }
}

void main();
