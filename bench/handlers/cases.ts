import { gzipSync } from 'node:zlib';
import type { HandlerRole } from '../../src/aws/support/handler-role';
import { enterStage } from '../../src/runtime/core/canary';
import { artifactKeys } from '../../src/runtime/usecases';
import { MOST_ROWS } from '../../src/runtime/usecases/quality-rows';
import { BUCKET, DATA, ENDPOINT, FEATURES, isYes, numberAt, type World } from './world';

/** Frozen test rows, of 24 columns each. */
export const TEST_ROWS = 100_000;
const ROWS_A_PART = 10_000;
/** Requests that one look reads of each version: what it reads at most. */
const ANSWERS = 10_000;
const RUN = 'run-2';
const NOW = Math.floor(Date.now() / 1000);

export interface Case {
  readonly what: string;
  readonly event: unknown;
}

/** The heaviest calls of a role, in the order in which they come; one process takes all of them, as a warm function does. */
export const CASES: Readonly<Record<HandlerRole, (world: World) => readonly Case[]>> = {
  /** A window's labelled predictions come here one by one, where drift is counted by Athena and comes as one row. */
  monitor: (world) => {
    world.athena(MOST_ROWS, ['label', 'answer', 'row_key', 'slice_0'], (row, column) => {
      if (column === 'label') return isYes(row) ? 'yes' : 'no';
      if (column === 'answer') return String(numberAt(row, 1));
      return column === 'row_key' ? `customer-${row}` : row % 2 === 0 ? 'north' : 'south';
    });
    const quality = { schedule: { every: '1d' }, window: '14d', minLabels: 200, metrics: { auc: { min: 0.7 } } };
    const policy = { ...quality, slices: [{ column: 'region' }] };
    return [called('monitorQuality', { data: DATA, quality: policy, task: 'binaryClassification', cost: {} })];
  },

  /** What SageMaker's jobs have left is put in its place, and the gate compares both versions on all rows. */
  pipeline: (world) => {
    const rowsOf = (from: number, count: number) => Array.from({ length: count }, (_, place) => from + place);
    // Athena writes a table in parts.
    for (let from = 0; from < TEST_ROWS; from += ROWS_A_PART) {
      const lines = rowsOf(from, ROWS_A_PART).map((row) =>
        JSON.stringify({
          id: `customer-${row}`,
          seen: '2026-01-01 00:00:00',
          label: isYes(row) ? 'yes' : 'no',
          region: row % 2 === 0 ? 'north' : 'south',
          ...Object.fromEntries(FEATURES.map((name, column) => [name, numberAt(row, column)])),
        }),
      );
      const name = String(from / ROWS_A_PART).padStart(6, '0');
      world.objects.putBytes(BUCKET, `${artifactKeys.test(RUN)}/${name}.gz`, gzipSync(lines.join('\n')));
    }
    const per = 500;
    for (const subject of ['candidate', 'champion']) {
      for (let from = 0; from < TEST_ROWS; from += per) {
        const predictions = rowsOf(from, per).map((row) => ({ probability: numberAt(row, 1) }));
        const name = String(from / per).padStart(6, '0');
        world.objects.put(BUCKET, `runs/${RUN}/scored/${subject}/${name}.json.out`, JSON.stringify({ predictions }));
      }
    }
    world.objects.put(BUCKET, 'runs/run-2/training/output/model.tar.gz', 'model');
    const collected = (collect: string) => ({
      what: `collect ${collect}`,
      event: {
        collect,
        run: RUN,
        data: DATA,
        job: { jobName: 'job', artifactUri: `s3://${BUCKET}/runs/run-2/training/output/model.tar.gz` },
      },
    });
    const scores = { testSetDigest: 'sha256:1' };
    const metrics = { auc: { min: 0.4, vsChampion: { margin: 0.01 } } };
    const evaluation = { metrics, slices: [{ column: 'region', metrics: { auc: { min: 0.4 } } }] };
    const gate = { data: DATA, evaluation, task: 'binaryClassification', seed: 7 };
    return [
      collected('training'),
      collected('candidate'),
      collected('champion'),
      called('decideGate', gate, { candidateScores: scores, championScores: scores }),
    ];
  },

  /** A look at two versions that have all the traffic that is read of them. */
  release: (world) => {
    const from = NOW - 1800;
    const hour = new Date(from * 1000).toISOString().slice(0, 13).replace(/[-T]/g, '/');
    for (const variant of ['blue', 'green']) {
      const lines = Array.from({ length: ANSWERS }, (_, row) => {
        const instance = Object.fromEntries(FEATURES.map((name, column) => [name, numberAt(row, column)]));
        const side = (data: object) => ({ mode: 'OUTPUT', encoding: 'JSON', data: JSON.stringify(data) });
        return JSON.stringify({
          captureData: {
            endpointInput: side({ instances: [instance] }),
            endpointOutput: side({ predictions: [{ probability: numberAt(row, 1) }] }),
          },
          eventMetadata: { eventId: `${row}`, inferenceTime: new Date((from + 1) * 1000).toISOString() },
        });
      });
      const folder = `capture/blue-1_green-2/${ENDPOINT}/${variant}/${hour}`;
      world.objects.put(BUCKET, `${folder}/a.jsonl`, lines.join('\n'));
    }
    const stage = { phase: 'live', percent: 50, holdSeconds: 3600, last: false } as const;
    const state = { verified: { version: 2, champion: 1 }, traffic: { state: enterStage(null, stage, from) } };
    return [called('analyseTraffic', { release: {}, serving: { capturePercent: 100 } }, state)];
  },

  /** New labels are counted by Athena. */
  retraining: (world) => {
    world.athena(1, ['rows', 'n'], () => '600');
    const retraining = { on: ['quality', 'newData'], minNewLabels: 500 };
    return [
      called(
        'decideRetraining',
        { retraining, budget: null, estimatedRunCost: null, data: DATA },
        { cause: 'quality' },
      ),
    ];
  },
};

const called = (use: string, fixed: object, state: object = {}): Case => ({
  what: use,
  event: { use, step: 'bench', run: RUN, arguments: { model: 'demand', ...fixed }, state },
});
