import type { Json } from '../../kernel/json';
import { eventInstant } from '../../runtime/adapters/local/event-columns';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import { artifactKeys, measureMetrics, predictionOf, readVersion } from '../../runtime/usecases';
import { featureNames } from '../engine/event-feed';
import type { LocalModel } from '../engine/local-model';
import { plainJson } from '../engine/plain-json';

const BATCH = 256;

/**
 * The quality metrics, had the first version answered the events of `[from, to)` (epoch seconds), on the labels that are
 * known by now: what clients would have got without retraining. The version is started for it and stopped again.
 */
export async function firstVersionMetrics(
  model: LocalModel,
  from: number,
  to: number,
): Promise<Readonly<Record<string, number>>> {
  const { ports, definition, artifacts } = model;
  const { data, task, monitoring } = definition;
  const names = featureNames(data);
  const event = eventInstant(data);
  const id = duckdb.identifier;
  const rows = await ports.sql.query(
    `SELECT ${[...names, data.label.column].map(id).join(', ')} FROM ${duckdb.table(await ports.data.table())} ` +
      `WHERE ${event} >= ${duckdb.timestamp(from * 1000)} AND ${event} < ${duckdb.timestamp(to * 1000)} ` +
      `AND ${id(data.label.column)} IS NOT NULL`,
  );
  const { run } = await readVersion(artifacts, '1');
  const arm = await model.startVersion(1, artifacts.path(artifactKeys.model(run)));
  const answers: Json[] = [];
  try {
    for (let place = 0; place < rows.length; place += BATCH) {
      const instances = rows
        .slice(place, place + BATCH)
        .map((row) => Object.fromEntries(names.map((name) => [name, plainJson(row[name])])));
      const { predictions } = await arm.invoke(instances, ports.clock.now());
      answers.push(...(predictions ?? instances.map(() => null)));
    }
  } finally {
    await arm.stop();
  }
  const labelled = rows.map((row, place) => {
    const label = plainJson(row[data.label.column]);
    const answer = answers[place] ?? null;
    const line =
      answer !== null && typeof answer === 'object' && !Array.isArray(answer) ? answer : { prediction: answer };
    return {
      label: task === 'regression' ? Number(label) : String(label),
      prediction: predictionOf(line as { readonly [key: string]: Json }),
    };
  });
  const { values } = measureMetrics(
    task,
    Object.keys(monitoring.quality?.metrics ?? {}),
    labelled,
    data.label.positive,
  );
  return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
}
