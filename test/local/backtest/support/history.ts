import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../../../src/runtime/core/statistics/random';

export const DAY = 86_400;
/** Day 0 of every history here. */
export const START = Date.UTC(2024, 0, 1) / 1000;
export const dayOf = (day: number): string => new Date((START + day * DAY) * 1000).toISOString();

/** One recorded request. `at` in epoch seconds. */
export interface Row {
  readonly id: string;
  readonly at: number;
  readonly x: number;
  readonly kind: string;
  readonly prediction: number;
  readonly y: number;
  readonly version?: string;
  readonly latencyMs?: number;
  readonly failed?: boolean;
}

export interface Plant {
  readonly days: number;
  /** Rows an hour. */
  readonly perHour?: number;
  /** From this day on the label is 1.6 times what it was, and the inputs stay: what the model learnt no longer holds. */
  readonly decayFrom?: number;
  readonly decayTo?: number;
  /** From this day on x is larger by 6: the inputs leave the training data, and the model still holds. */
  readonly shiftFrom?: number;
  readonly seed?: number;
}

/** A model that answers 10 x, and labels that are 10 x with some noise, hour by hour. */
export function rows({
  days,
  perHour = 1,
  decayFrom = Infinity,
  decayTo = Infinity,
  shiftFrom = Infinity,
  seed = 1,
}: Plant): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: days * 24 * perHour }, (_, place) => {
    const at = START + Math.round((place * 3600) / perHour);
    const day = (at - START) / DAY;
    const x = random.next() * 10 + (day >= shiftFrom ? 6 : 0);
    const slope = day >= decayFrom && day < decayTo ? 16 : 10;
    return {
      id: `r${place}`,
      at,
      x: Number(x.toFixed(4)),
      kind: ['a', 'b', 'c'][random.integer(3)]!,
      prediction: Number((10 * x).toFixed(4)),
      y: Number((slope * x + random.normal() * 2).toFixed(4)),
    };
  });
}

/** A folder for the files of a test. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'mlp-backtest-'));

  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }

  /** Predictions as CSV: time, features, answer and label in one row. */
  predictions(all: readonly Row[], name = 'predictions.csv', leaveOut: readonly string[] = []): string {
    const columns: Readonly<Record<string, (row: Row) => string | number>> = {
      id: (row) => row.id,
      at: (row) => new Date(row.at * 1000).toISOString(),
      x: (row) => row.x,
      kind: (row) => row.kind,
      prediction: (row) => row.prediction,
      ...(leaveOut.includes('y') ? {} : { y: (row: Row) => row.y }),
      ...(all.some(({ version }) => version !== undefined) && { version: (row: Row) => row.version ?? '' }),
      ...(all.some(({ latencyMs }) => latencyMs !== undefined) && { latency_ms: (row: Row) => row.latencyMs ?? '' }),
      ...(all.some(({ failed }) => failed !== undefined) && { failed: (row: Row) => String(row.failed ?? false) }),
    };
    const kept = Object.entries(columns).filter(([column]) => !leaveOut.includes(column));
    const lines = all.map((row) => kept.map(([, of]) => of(row)).join(','));
    return this.write(name, `${kept.map(([column]) => column).join(',')}\n${lines.join('\n')}\n`);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

type Section = Record<string, unknown>;

/** A definition for these histories. `change` gets the model as it is written. */
export function definition(change: (model: Record<string, Section>) => void = () => undefined): Section {
  const model: Record<string, Section> = {
    data: {
      source: { local: 'data.csv' },
      format: 'csv',
      key: 'id',
      timestamp: 'at',
      label: { column: 'y', delay: '1d' },
      columns: {
        id: { type: 'string', unique: true, feature: false },
        at: { type: 'timestamp', feature: false },
        x: { type: 'number' },
        kind: { type: 'category' },
        y: { type: 'number', drift: false },
      },
      minRows: 500,
    },
    training: { image: { build: 'trainer' }, compute: 'small' },
    evaluation: { metrics: { mae: { max: 5 } }, minRows: 50 },
    serving: {
      image: { build: 'server' },
      compute: 'small',
      instances: { min: 1, max: 1 },
      expectedRequestsPerMinute: 100,
    },
    release: {
      steps: [{ percent: 50, hold: '10m' }],
      finalHold: '10m',
      analysis: { minRequests: 150, maxErrorPercent: 1, maxLatencyIncreasePercent: 50, maxPredictionDrift: 0.5 },
    },
    monitoring: {
      latency: { p99: '500ms' },
      errors: { maxPercent: 5 },
      drift: { schedule: { every: '1d' }, window: '7d', minRows: 100, critical: 0.25 },
      quality: { schedule: { every: '1d' }, window: '7d', minLabels: 50, metrics: { mae: { max: 8 } } },
    },
    retraining: { on: ['quality', 'conceptDrift', 'drift'], minNewLabels: 100, cooldown: '7d' },
    budget: { monthly: 100 },
  };
  change(model);
  return {
    name: 'tests',
    owner: 'tests',
    stage: 'scale',
    delivery: { source: { repository: 'a/b' }, build: { commands: ['true'] }, test: { commands: ['true'] } },
    incidents: { contacts: [{ kind: 'email', address: 'a@example.com', severities: ['page', 'ticket'] }] },
    governance: { approvers: ['b@example.com'] },
    budget: { monthly: 1000 },
    models: { line: { task: 'regression', ...model } },
  };
}
