import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Folder } from './history';

export const RAINFALL_DEFINITION = join(__dirname, '..', '..', '..', 'fixtures', 'backtest', 'rainfall.yaml');
export const RAINFALL_DATA = join(__dirname, '..', '..', '..', 'fixtures', 'drift', 'rainfall.csv.gz');
/** From this row on the eight features are rotated by one column. */
export const BREAK = 12_000;
/** Rows on which the static model is trained. */
export const TRAINED = 9000;
/** The file has no dates; a row a day is taken. */
const FIRST_DAY = Date.UTC(1950, 0, 1);
const STEPS = 300;
const RATE = 0.5;

export const dayOfRow = (row: number): string => new Date(FIRST_DAY + row * 86_400_000).toISOString().slice(0, 10);

/** The probability of rain by a logistic regression on the first rows; the features are standardised in the file. */
function trained(
  features: readonly (readonly number[])[],
  labels: readonly number[],
): (row: readonly number[]) => number {
  const weights = new Array<number>(features[0]!.length + 1).fill(0);
  const answer = (row: readonly number[]): number => {
    const sum = row.reduce((total, value, i) => total + value * weights[i + 1]!, weights[0]!);
    return 1 / (1 + Math.exp(-sum));
  };
  for (let step = 0; step < STEPS; step++) {
    const slopes = new Array<number>(weights.length).fill(0);
    for (const [place, row] of features.entries()) {
      const error = answer(row) - labels[place]!;
      slopes[0]! += error;
      for (const [i, value] of row.entries()) slopes[i + 1]! += error * value;
    }
    for (const [i, slope] of slopes.entries()) weights[i]! -= (RATE * slope) / features.length;
  }
  return answer;
}

/** Writes the recording of a static model, and the break as the one incident. */
export function rainfallHistory(folder: Pick<Folder, 'write'>, data = RAINFALL_DATA) {
  const [header, ...lines] = gunzipSync(readFileSync(data)).toString('utf8').trim().split(/\r?\n/);
  const names = header!.split(',').map((name) => name.replaceAll('"', ''));
  const columns = names.flatMap((name, place) => (name === '' || name === 'rain' || name === 'column0' ? [] : [place]));
  const rows = lines.map((line) => line.split(',').map(Number));
  const features = rows.map((row) => columns.map((place) => row[place]!));
  const labels = rows.map((row) => row[names.indexOf('rain')]!);
  const answer = trained(features.slice(0, TRAINED), labels.slice(0, TRAINED));
  const body = features.map((row, place) =>
    [`day-${place}`, dayOfRow(place), ...row, labels[place], answer(row).toFixed(6)].join(','),
  );
  const head = ['id', 'day', ...columns.map((place) => names[place]), 'rain', 'probability'].join(',');
  return {
    history: folder.write('rainfall-predictions.csv', `${head}\n${body.join('\n')}\n`),
    incidents: folder.write('rainfall-incidents.csv', `from,to,name\n${dayOfRow(BREAK)},,features rotated by one\n`),
    from: dayOfRow(TRAINED),
  };
}
