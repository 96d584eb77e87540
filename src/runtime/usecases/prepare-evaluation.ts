import { OperationError, show } from '../../kernel/problem';
import { answer } from './answer';
import { modelDigest } from './artifact-digest';
import { readJson } from './json-artifact';
import { artifactKeys } from './keys';
import type { UseCaseFunction } from './ports';
import { readRegistry } from './registry-document';
import { readVersion } from './version-record';

/**
 * Reads what the trainer has left: `metrics.json`, and the model, of which it takes the digest; and finds the champion to
 * compare with.
 * @throws OperationError `artifactMissing`, `artifactMalformed`, `trainerMetricsInvalid`, `modelMissing`
 */
export const prepareEvaluation: UseCaseFunction<'model' | 'artifacts' | 'state'> = async (event, ports) => {
  const { artifacts } = ports;
  const metrics = await trainerMetrics(artifacts, event.run);
  const artifactDigest = await modelDigest(artifacts, event.run);
  const { champion } = (await readRegistry(ports)).aliases;
  const record = champion === null ? null : await readVersion(artifacts, champion);
  return answer({
    metrics,
    artifactDigest,
    artifactUri: artifacts.uri(artifactKeys.model(event.run)),
    hasChampion: record !== null,
    champion: record && {
      version: record.version,
      run: record.run,
      artifactUri: record.artifactUri,
      externalId: record.externalId,
    },
  });
};

/** The trainer's metrics: a flat object of finite numbers. */
export async function trainerMetrics(
  artifacts: Parameters<typeof readJson>[0],
  run: string,
): Promise<Readonly<Record<string, number>>> {
  const key = artifactKeys.metrics(run);
  const value = await readJson(artifacts, key, 'the trainer’s metrics.json');
  const invalid = (path: string, got: unknown): OperationError =>
    new OperationError({
      code: 'trainerMetricsInvalid',
      path: `${artifacts.uri(key)}${path}`,
      got: show(got),
      expected: 'a flat object of finite numbers',
      fix: 'let the trainer write numbers alone, and look why this one is none: an empty set, a division by zero?',
    });
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalid('', value);
  const metrics: Record<string, number> = {};
  for (const [name, number] of Object.entries(value)) {
    if (typeof number !== 'number' || !Number.isFinite(number)) throw invalid(`#${name}`, number);
    metrics[name] = number;
  }
  if (Object.keys(metrics).length === 0) throw invalid('', value);
  return metrics;
}
