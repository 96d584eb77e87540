import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dataPaths } from '../../src/local/data/data-dir';
import { createRandom } from '../../src/runtime/core/statistics/random';
import { tinyPlatform } from '../../test/local/support/tiny-platform';
import type { PlatformFolder } from './folder';

const HOUR_MS = 3_600_000;
const FIRST_MS = Date.UTC(2024, 0, 1);
/** A challenger whose answers are another's by so much of the champion's spread is taken back. */
const STRICT = 0.5;

/** A folder that can be removed again. */
export interface TinyWorld extends PlatformFolder {
  readonly base: string;
  readonly remove: () => void;
}

/**
 * A tiny platform whose data and release policy are drawn from a seed: when the line bends, how noisy it is, and, for one of
 * three, a release so strict that challengers that have learnt the new line are rolled back.
 * @param days of hourly rows; the platform begins after the first 31
 */
export function tinyWorld(seed: number, days: number): TinyWorld {
  const random = createRandom(`world ${seed}`);
  const bend = 31 + 4 + random.integer(8);
  const slopes = [8 + random.integer(5), 16 + random.integer(8)] as const;
  const rows = Array.from({ length: days * 24 }, (_, hour) => {
    const at = new Date(FIRST_MS + hour * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ');
    const x = random.integer(101) / 10;
    const y = slopes[hour < bend * 24 ? 0 : 1] * x + 0.2 * random.normal();
    return `id-${hour},${at},${x},${y.toFixed(3)}`;
  });
  const { file, base, dir } = tinyPlatform({ retraining: 'scheduled', rows: `id,at,x,y\n${rows.join('\n')}\n` });
  if (seed % 3 === 2) makeStrict(file);
  return {
    file,
    base,
    pids: `${base}/pids`,
    paths: dataPaths(dir),
    model: 'line',
    keysBetween: (from, to) =>
      Array.from({ length: Math.max(0, Math.round(((to - from) * 1000) / HOUR_MS)) }, (_, hour) => {
        return `id-${Math.round((from * 1000 - FIRST_MS) / HOUR_MS) + hour}`;
      }),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

function makeStrict(file: string): void {
  const definition = JSON.parse(readFileSync(file, 'utf8'));
  definition.models.line.release.analysis.maxPredictionDrift = STRICT;
  writeFileSync(file, JSON.stringify(definition));
}
