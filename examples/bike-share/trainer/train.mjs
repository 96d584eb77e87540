// Trains a random forest of regression trees on hourly rentals. The contract with the platform, the same on every target:
//   MLP_TRAIN_DATA       the training rows (a CSV file, or a folder of them)
//   MLP_HYPERPARAMETERS  a JSON file: trees, maxDepth, newestRows, target
//   MLP_SEED             seed of the bootstrap samples
//   MLP_MODEL_DIR        the model folder to fill
//   MLP_METRICS_FILE     metrics.json to write: a flat object of finite numbers
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomForestRegression } from 'ml-random-forest';
import { parseCsv } from './csv.mjs';
import { featuresOf } from './features.mjs';
import { compactForest, predictForest } from './forest.mjs';

const { MLP_TRAIN_DATA, MLP_MODEL_DIR, MLP_METRICS_FILE, MLP_HYPERPARAMETERS, MLP_SEED } = process.env;
const { trees, maxDepth, newestRows, target } = JSON.parse(readFileSync(MLP_HYPERPARAMETERS, 'utf8'));

const files = statSync(MLP_TRAIN_DATA).isDirectory()
  ? readdirSync(MLP_TRAIN_DATA)
      .sort()
      .map((name) => join(MLP_TRAIN_DATA, name))
  : [MLP_TRAIN_DATA];
// Bikes are rented by the season: rows of half a year ago would teach what no longer holds.
const rows = files
  .flatMap((file) => parseCsv(readFileSync(file, 'utf8')))
  .sort((one, other) => (one.hour_start < other.hour_start ? -1 : Number(one.hour_start > other.hour_start)))
  .slice(-Number(newestRows));
const inputs = rows.map(featuresOf);
const labels = rows.map((row) => Number(row[target]));
console.log(`training ${trees} trees on ${rows.length} rows`);

const started = performance.now();
const forest = new RandomForestRegression({
  seed: Number(MLP_SEED),
  nEstimators: Number(trees),
  treeOptions: { maxDepth: Number(maxDepth) },
  maxFeatures: 1.0,
  replacement: false,
  useSampleBagging: true,
  noOOB: true,
});
forest.train(inputs, labels);
const trainSeconds = (performance.now() - started) / 1000;

const model = compactForest(forest.toJSON());
const errors = inputs.map((input, row) => Math.abs(predictForest(model, input) - labels[row]));
mkdirSync(MLP_MODEL_DIR, { recursive: true });
writeFileSync(join(MLP_MODEL_DIR, 'forest.json'), JSON.stringify(model));
// The server reads rows with the very code that the model was trained with.
for (const name of ['features.mjs', 'forest.mjs']) {
  copyFileSync(new URL(name, import.meta.url), join(MLP_MODEL_DIR, name));
}
writeFileSync(
  MLP_METRICS_FILE,
  JSON.stringify({
    rows: rows.length,
    trees: model.trees.length,
    trainMae: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    trainSeconds: Number(trainSeconds.toFixed(3)),
  }),
);
console.log(`trained in ${trainSeconds.toFixed(1)} s`);
