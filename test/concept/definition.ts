import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** Folder of the example: data, trainer, server. */
export const EXAMPLE = resolve(__dirname, '../../examples/bike-share');

/** January and February have arrived. */
export const START = '2011-03-01T00:00:00.000Z';
/** Two days after the model of January and February has decayed. */
export const END = '2011-04-26T00:00:00.000Z';
/** The commit that trains the first version. */
export const COMMIT = 'c0ffee0';

type Raw = Record<string, unknown>;

/**
 * The definition of the main job, but for two things. It has no calendar of retraining: nothing but decay has the model trained
 * again, so that the model of January and February is the one that meets the spring. And drift is looked at once a day and not
 * twice: each look is a scan by an engine that was started for this.
 */
export function conceptDefinition(): Raw {
  const raw = parse(readFileSync(join(EXAMPLE, 'platform.yaml'), 'utf8')) as Raw;
  const { demand } = raw['models'] as Record<string, Raw>;
  const { schedule: _calendar, ...retraining } = demand!['retraining'] as Raw;
  const { drift, ...monitoring } = demand!['monitoring'] as { readonly drift: Raw };
  const daily = { ...drift, schedule: { every: '1d' } };
  return { ...raw, models: { demand: { ...demand, retraining, monitoring: { ...monitoring, drift: daily } } } };
}

/**
 * The same without its shadow phase, which Google Cloud does not have. Its canary begins an hour earlier, in the night, when a
 * retrained model answers so differently that the definition's limit takes it back.
 * @param maxPredictionDrift another limit
 */
export function withoutShadow(raw: Raw, maxPredictionDrift?: number): Raw {
  const { demand } = raw['models'] as Record<string, Raw>;
  const { shadow: _phase, analysis, ...release } = demand!['release'] as { readonly analysis: Raw } & Raw;
  const judged = { ...analysis, ...(maxPredictionDrift !== undefined && { maxPredictionDrift }) };
  return { ...raw, models: { demand: { ...demand, release: { ...release, analysis: judged } } } };
}
