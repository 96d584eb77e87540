// Derives data/bikeshare-2011.csv from the file as it is distributed: two columns are put in front, nothing is dropped.
//   node data/prepare.mjs SOURCE.csv > data/bikeshare-2011.csv
import { readFileSync } from 'node:fs';

const HOUR_MS = 3_600_000;
const YEAR_START = Date.UTC(2011, 0, 1);
const [header, ...lines] = readFileSync(process.argv[2], 'utf8').trimEnd().split(/\r?\n/);
const columns = header.split(',').map((name) => JSON.parse(name));
const dayAt = columns.indexOf('day');
const hourAt = columns.indexOf('hr');

process.stdout.write(`"row_id","hour_start",${header}\n`);
for (const line of lines) {
  // No value of this file holds a comma, so a line can be cut at each of them.
  const values = line.split(',');
  const day = Number(values[dayAt]);
  const hour = Number(JSON.parse(values[hourAt]));
  const start = new Date(YEAR_START + ((day - 1) * 24 + hour) * HOUR_MS).toISOString();
  const id = `2011-${String(day).padStart(3, '0')}-${String(hour).padStart(2, '0')}`;
  process.stdout.write(`"${id}","${start.slice(0, 10)} ${start.slice(11, 19)}",${line}\n`);
}
