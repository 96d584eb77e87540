// Writes the rainfall recording for a backtest by hand or in CI: make-rainfall.ts FOLDER [DATA]. Prints when the model serves.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rainfallHistory } from './rainfall';

const [folder = '.', data] = process.argv.slice(2);
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
process.stdout.write(`${rainfallHistory({ write }, data).from}\n`);
