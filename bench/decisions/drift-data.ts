import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { dataSchema } from '../../src/definition/data';
import { driftSchema } from '../../src/definition/monitoring';
import {
  buildReferenceProfile,
  buildWindowProfile,
  type ConceptDriftVerdict,
  conceptDriftVerdict,
  type DriftVerdict,
  driftRules,
  driftVerdict,
  errorStream,
  type ProfileColumn,
  type ProfileColumnType,
  type QualityVerdict,
  qualityVerdict,
  type Rows,
  type WindowOutcome,
} from '../../src/runtime/core/drift';
import { createRandom } from '../../src/runtime/core/statistics/random';

/*
 * The recorded data sets as rows, and what the drift verdict says about them window by window. The tests use the small
 * copies in test/fixtures/drift, the benchmark the whole sets.
 */

/** A definition's sections for these columns, with all defaults filled in. */
export function parsedPolicy(columns: readonly ProfileColumn[], drift: object, critical: readonly string[] = []) {
  return {
    drift: driftSchema.parse(drift),
    data: dataSchema.parse({
      source: { local: 'data.csv' },
      format: 'csv',
      timestamp: 'time',
      label: { column: 'label' },
      columns: Object.fromEntries(columns.map(({ name, type }) => [name, { type, critical: critical.includes(name) }])),
    }),
  };
}

/** Rows of a CSV file (also gzipped) without commas or line breaks in cells; cells stay text. */
export function readCsv(path: string): Record<string, string>[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim();
  const [header, ...lines] = text
    .split(/\r?\n/)
    .map((line) => line.split(',').map((cell) => cell.replace(/^"|"$/g, '')));
  return lines.map((cells) => Object.fromEntries(header!.map((name, index) => [name, cells[index]!])));
}

/** Rows of one parquet file, or of two joined on `id`. */
export async function readParquet(path: string, joined?: string): Promise<Record<string, unknown>[]> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create()).connect();
  const quoted = (file: string): string => `read_parquet('${file.replaceAll("'", "''")}')`;
  const join = joined === undefined ? '' : ` join ${quoted(joined)} as labels using (id)`;
  const reader = await connection.runAndReadAll(`select * from ${quoted(path)} as rows${join} order by id`);
  return reader.getRowObjectsJS();
}

export interface Backtest {
  readonly verdicts: readonly DriftVerdict[];
  /** Windows after which a data or prediction drift alarm stands. */
  readonly alarms: number;
}

/** Runs the verdict over consecutive windows, each with the outcomes before it. */
export function backtest(
  reference: Rows,
  windows: readonly Rows[],
  columns: readonly ProfileColumn[],
  drift: object,
  prediction?: ProfileColumn,
): Backtest {
  const policy = parsedPolicy(columns, drift);
  const profile = buildReferenceProfile(reference, driftRules(policy.drift, policy.data), {
    bins: policy.drift.bins,
    origin: { dataDigest: 'recorded', source: 'training' },
    ...(prediction === undefined ? {} : { prediction }),
  });
  const history: WindowOutcome[] = [];
  const verdicts = windows.map((rows, index) => {
    const window = buildWindowProfile(rows, profile, dayOf(index));
    const verdict = driftVerdict({ reference: profile, window, policy: policy.drift, data: policy.data, history });
    history.push(verdict.outcome);
    return verdict;
  });
  const alarms = verdicts.filter(({ alarms: { dataDrift, predictionDrift } }) => dataDrift || predictionDrift).length;
  return { verdicts, alarms };
}

function dayOf(index: number) {
  const day = 86_400_000;
  return { start: new Date(index * day).toISOString(), end: new Date((index + 1) * day).toISOString() };
}

/** Consecutive pieces of about equal size. */
export function split(rows: Rows, pieces: number): Rows[] {
  return Array.from({ length: pieces }, (_, piece) =>
    rows.slice(Math.round((piece * rows.length) / pieces), Math.round(((piece + 1) * rows.length) / pieces)),
  );
}

export const RAINFALL_FEATURES = [
  'temperature',
  'dew point',
  'sea-level pressure',
  'visibility',
  'average wind speed',
  'max sustained wind-speed',
  'minimum temperature',
  'maximum temperature',
];
/** From this row on the eight features are rotated by one. */
export const RAINFALL_BREAK = 12_000;

/** Windows of `size` rows, so that one starts at the break; before it and from it on. */
export function rainfallBacktest(rows: Rows, referenceRows: number, size: number) {
  const columns = RAINFALL_FEATURES.map((name) => ({ name, type: 'number' as const }));
  const windows: Rows[] = [];
  const first = RAINFALL_BREAK - Math.floor((RAINFALL_BREAK - referenceRows) / size) * size;
  for (let start = first; start + size <= rows.length; start += size) windows.push(rows.slice(start, start + size));
  const before = (RAINFALL_BREAK - first) / size;
  const { verdicts } = backtest(rows.slice(0, referenceRows), windows, columns, { minRows: Math.min(size, 500) });
  return { before: verdicts.slice(0, before), after: verdicts.slice(before) };
}

const EMPLOYMENT_TYPES: Readonly<Record<string, ProfileColumnType>> = { AGEP: 'integer' };
export const EMPLOYMENT_FEATURES = 'AGEP,SCHL,MAR,RELP,DIS,ESP,CIT,MIG,MIL,ANC,NATIVITY,DEAR,DEYE,DREM,SEX,RAC1P'.split(
  ',',
);

export interface EmploymentBacktest extends Backtest {
  readonly quality: readonly QualityVerdict[];
  readonly concept: readonly ConceptDriftVerdict[];
}

/**
 * 2015 against `windowsPerYear` windows of each of 2016 … 2018, accuracy against that of 2015. The only time in the data
 * is the year, and the files of 2017 and 2018 are sorted by kind of household (institutions last, or first), so the rows
 * of a year are dealt to its windows at random.
 */
export function employmentBacktest(rows: Rows, windowsPerYear: number, drift: object = {}): EmploymentBacktest {
  const ofYear = (year: number): Rows => rows.filter((row) => Number(row.year) === year);
  const reference = ofYear(2015);
  const windows = [2016, 2017, 2018].flatMap((year) => split(shuffled(ofYear(year), year), windowsPerYear));
  const columns = EMPLOYMENT_FEATURES.map((name) => ({ name, type: EMPLOYMENT_TYPES[name] ?? 'category' }));
  const result = backtest(reference, windows, columns, drift, { name: 'predicted_probability', type: 'number' });
  const policy = { minLabels: 200, metrics: { accuracy: { maxWorseThanRelease: 0.02 } } };
  const atRelease = accuracyOf(reference);
  const quality = windows.map((window) =>
    qualityVerdict([{ metric: 'accuracy', ...accuracyOf(window), atRelease }], window.length, policy),
  );
  const concept = quality.map((verdict, index) =>
    conceptDriftVerdict({
      quality: verdict,
      inputs: [result.verdicts[index]!.outcome],
      errors: errorsOf(windows[index]!),
      minLabels: policy.minLabels,
    }),
  );
  return { ...result, quality, concept };
}

function shuffled(rows: Rows, seed: number): Rows {
  const random = createRandom(seed);
  const dealt = [...rows];
  for (let last = dealt.length - 1; last > 0; last--) {
    const chosen = random.integer(last + 1);
    [dealt[last], dealt[chosen]] = [dealt[chosen]!, dealt[last]!];
  }
  return dealt;
}

function errorsOf(rows: Rows): number[] {
  return errorStream(
    rows.map(({ prediction, employed }) => ({ prediction, label: employed })),
    null,
  );
}

function accuracyOf(rows: Rows): { value: number; standardError: number } {
  const errors = errorsOf(rows);
  const value = 1 - errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return { value, standardError: Math.sqrt((value * (1 - value)) / errors.length) };
}

export async function rainfallReport(directory: string): Promise<void> {
  console.log('\n### Rainfall: eight features rotated by one from row 12,000 on\n');
  console.log(
    '| reference rows | window | found before (windows) | found from there on | first window after the break |',
  );
  console.log('|---|---|---|---|---|');
  const rows = readCsv(`${directory}/rainfall.csv.gz`);
  for (const referenceRows of [1_000, 2_000, 4_000, 6_000, 10_000]) {
    for (const size of [500, 730, 1_000, 2_000]) {
      const { before, after } = rainfallBacktest(rows, referenceRows, size);
      const found = (verdicts: readonly DriftVerdict[]): string =>
        `${verdicts.filter(({ identity }) => identity.pattern !== 'none').length} of ${verdicts.length}`;
      const first = after[0]!.identity;
      console.log(
        `| ${referenceRows} | ${size} | ${found(before)} | ${found(after)} | ${first.pattern}, ${first.mapping.length} columns named |`,
      );
    }
  }
}

export async function employmentReport(directory: string): Promise<void> {
  console.log('\n### Employment 2016–2018 against 2015: no drift, no decay\n');
  console.log(
    '| windows a year | method | greatest statistic over warning | drift alarms | identity | quality alarms | concept drift | suspected |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  const recorded = await readParquet(`${directory}/employment-ma-reference.parquet`);
  const later = await readParquet(
    `${directory}/employment-ma-analysis.parquet`,
    `${directory}/employment-ma-analysis-target.parquet`,
  );
  for (const windowsPerYear of [1, 12, 52]) {
    for (const method of ['psi', 'jensenShannon', 'kolmogorovSmirnov', 'chiSquared', 'wasserstein']) {
      const result = employmentBacktest([...recorded, ...later], windowsPerYear, { method });
      const ratios = result.verdicts.flatMap(({ columns, prediction }) =>
        [...columns, prediction!].map(({ statistic, warning }) => (statistic ?? 0) / warning),
      );
      const identity = result.verdicts.filter((verdict) => verdict.identity.pattern !== 'none').length;
      const quality = result.quality.filter(({ verdict }) => verdict === 'critical').length;
      const causes = result.concept.map(({ cause }) => cause);
      console.log(
        `| ${windowsPerYear} | ${method} | ${Math.max(...ratios).toFixed(2)} | ${result.alarms} | ${identity} | ${quality} | ${causes.filter((cause) => cause === 'conceptDrift').length} | ${causes.filter((cause) => cause === 'suspected').length} |`,
      );
    }
  }
}

/** Natural drift: rentals of January and February against each later month. */
export async function seasonReport(directory: string): Promise<void> {
  console.log('\n### Bike rentals: January and February 2011 against the months after\n');
  console.log('| month | verdict | drifted columns | PSI of temp | identity | alarm |');
  console.log('|---|---|---|---|---|---|');
  const rows = readCsv(`${directory}/bikeshare-2011.csv`);
  const names = ['temp', 'atemp', 'hum', 'windspeed', 'hr', 'weathersit', 'workingday'];
  const columns = names.map((name) => ({
    name,
    type: ['hr', 'weathersit', 'workingday'].includes(name) ? ('category' as const) : ('number' as const),
  }));
  const months = [...new Set(rows.map(({ mnth }) => mnth!))];
  const of = (month: string): Rows => rows.filter(({ mnth }) => mnth === month);
  const reference = [...of(months[0]!), ...of(months[1]!)];
  const { verdicts } = backtest(reference, months.slice(2).map(of), columns, {});
  for (const [index, verdict] of verdicts.entries()) {
    const temperature = verdict.columns.find(({ column }) => column === 'temp')!;
    console.log(
      `| ${months[index + 2]} | ${verdict.verdict} | ${verdict.driftedColumnsPercent?.toFixed(0)} % | ${temperature.statistic?.toFixed(2)} | ${verdict.identity.pattern} | ${verdict.alarms.dataDrift} |`,
    );
  }
}
