import { dataSchema } from '../../../src/definition/data';
import { driftSchema } from '../../../src/definition/monitoring';
import { ModelMonitorExport } from '../../../src/runtime/adapters/aws/model-monitor-export';
import { MemoryArtifactStore } from '../../../src/runtime/adapters/memory/memory-artifact-store';
import {
  buildReferenceProfile,
  buildWindowProfile,
  driftRules,
  driftVerdict,
  type Rows,
} from '../../../src/runtime/core/drift';
import { createRandom } from '../../../src/runtime/core/statistics/random';
import { artifactKeys } from '../../../src/runtime/usecases';
import { writeJson } from '../../../src/runtime/usecases/json-artifact';

const data = dataSchema.parse({
  source: { aws: 's3://acme/data/' },
  format: 'csv',
  timestamp: 'time',
  label: { column: 'label' },
  columns: {
    tenure: { type: 'number', maxMissingPercent: 5 },
    income: { type: 'number' },
    plan: { type: 'category', maxUnseenPercent: 1 },
    region: { type: 'number' },
  },
});
const drift = driftSchema.parse({});
const key = artifactKeys.monitoring('drift', '2026-01-11T00-00-00.000Z');
const exported = 'monitoring/drift/2026-01-11T00-00-00.000Z/constraint_violations.json';

const rows = (seed: string, change: (row: Record<string, unknown>, index: number) => object = (row) => row): Rows => {
  const random = createRandom(seed);
  return Array.from({ length: 3000 }, (_, index) =>
    change(
      {
        tenure: random.normal(),
        income: random.normal(),
        plan: index % 3 === 0 ? 'pro' : 'basic',
        region: random.normal(),
        answer: random.normal(),
      },
      index,
    ),
  ) as Rows;
};

function verdictOf(window: Rows) {
  const reference = buildReferenceProfile(rows('reference'), driftRules(drift, data), {
    bins: drift.bins,
    origin: { dataDigest: 'sha256:1', source: 'training' },
    prediction: { name: 'answer', type: 'number' },
  });
  const span = { start: '2026-01-10T00:00:00.000Z', end: '2026-01-11T00:00:00.000Z' };
  const profile = buildWindowProfile(window, reference, span);
  return driftVerdict({ reference, window: profile, policy: drift, data, history: [] });
}

async function exportOf(evidence: object): Promise<unknown> {
  const inner = new MemoryArtifactStore();
  await writeJson(new ModelMonitorExport(inner, data.columns), key, evidence);
  expect(JSON.parse(new TextDecoder().decode(await inner.get(key)))).toEqual(JSON.parse(JSON.stringify(evidence)));
  const body = await inner.get(exported);
  return body === undefined ? undefined : JSON.parse(new TextDecoder().decode(body));
}

test('a window like the baseline violates nothing', async () => {
  expect(await exportOf({ champion: 1, ...verdictOf(rows('quiet')) })).toEqual({ violations: [] });
});

test('what is beyond its limit stands in the format of Model Monitor', async () => {
  const window = rows('loud', ({ region: _, ...row }, index) => ({
    ...row,
    tenure: index % 10 === 0 ? null : row['tenure'],
    income: Number(row['income']) + 1,
    plan: index % 20 === 0 ? 'trial' : row['plan'],
    answer: Number(row['answer']) + 1,
  }));
  const { violations } = (await exportOf({ champion: 1, ...verdictOf(window) })) as {
    violations: Record<string, string>[];
  };
  const checks = violations.map((one) => `${one['feature_name']}: ${one['constraint_check_type']}`);
  expect(checks).toEqual([
    'tenure: completeness_check',
    // Missing values and unseen categories are bins of the distribution too.
    'tenure: baseline_drift_check',
    'income: baseline_drift_check',
    'plan: categorical_values_check',
    'plan: baseline_drift_check',
    'region: missing_column_check',
    'prediction: baseline_drift_check',
  ]);
  for (const violation of violations) {
    expect(Object.keys(violation).sort()).toEqual(['constraint_check_type', 'description', 'feature_name']);
  }
  expect(violations[0]).toMatchObject({
    description: 'Data completeness: 10 % of values are missing, 5 % are tolerated',
  });
});

test('a window without a reference, and what is no drift evidence, are written as they are', async () => {
  expect(await exportOf({ champion: 1, verdict: 'insufficientData', explanation: 'no reference' })).toBeUndefined();
  const inner = new MemoryArtifactStore();
  const store = new ModelMonitorExport(inner, data.columns);
  await store.put('monitoring/quality/x.json', new TextEncoder().encode('{}'));
  await store.put('runs/r/model.json', new Uint8Array([1, 2, 3]));
  expect(await inner.list('')).toEqual(['monitoring/quality/x.json', 'runs/r/model.json']);
});
