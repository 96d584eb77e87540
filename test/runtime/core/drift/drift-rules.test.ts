import { dataSchema } from '../../../../src/definition/data';
import { driftSchema } from '../../../../src/definition/monitoring';
import { DRIFT_DEFAULTS } from '../../../../src/kernel/drift-defaults';
import { driftRules, predictionColumn, predictionRule } from '../../../../src/runtime/core/drift';

const data = (columns: object) =>
  dataSchema.parse({
    source: { local: 'data.csv' },
    format: 'csv',
    key: 'id',
    timestamp: 'time',
    label: { column: 'label' },
    columns,
  });

it('watches numbers, integers, categories and booleans, not texts, times, keys and labels', () => {
  const rules = driftRules(
    driftSchema.parse({}),
    data({
      id: { type: 'integer' },
      time: { type: 'timestamp' },
      label: { type: 'boolean' },
      age: { type: 'integer' },
      income: { type: 'number', critical: true },
      city: { type: 'category' },
      active: { type: 'boolean' },
      note: { type: 'string' },
      code: { type: 'string', drift: true },
      seen: { type: 'timestamp', drift: true },
      row: { type: 'integer', feature: false },
      quiet: { type: 'number', drift: false },
    }),
  );
  expect(rules.map(({ name }) => name)).toEqual(['age', 'income', 'city', 'active', 'code']);
  expect(rules.filter(({ flaggedCritical }) => flaggedCritical).map(({ name }) => name)).toEqual(['income']);
});

it("takes a column's method with that method's defaults, and its thresholds over both", () => {
  const [plain, other, own] = driftRules(
    driftSchema.parse({ warning: 0.05, critical: 0.3 }),
    data({
      plain: { type: 'number' },
      other: { type: 'number', drift: { method: 'wasserstein' } },
      own: { type: 'number', drift: { critical: 0.01 } },
    }),
  );
  expect(plain).toMatchObject({ method: 'psi', warning: 0.05, critical: 0.3 });
  expect(other).toMatchObject({ method: 'wasserstein', ...DRIFT_DEFAULTS.wasserstein });
  expect(own).toMatchObject({ method: 'psi', warning: 0.01, critical: 0.01 });
});

it('keeps a threshold of zero', () => {
  const [rule] = driftRules(driftSchema.parse({}), data({ x: { type: 'number', drift: { warning: 0, critical: 0 } } }));
  expect(rule).toMatchObject({ warning: 0, critical: 0 });
});

it('compares categories by PSI where the method needs an order', () => {
  const drift = driftSchema.parse({ method: 'kolmogorovSmirnov' });
  const rules = driftRules(drift, data({ x: { type: 'number' }, city: { type: 'category' } }));
  expect(rules.map(({ method }) => method)).toEqual(['kolmogorovSmirnov', 'psi']);
  expect(rules[1]).toMatchObject(DRIFT_DEFAULTS.psi);
  expect(predictionRule(drift, 'category').method).toBe('psi');
});

it('knows what a model of each task answers with', () => {
  expect(predictionColumn('multiclassClassification').type).toBe('category');
  expect(predictionColumn('binaryClassification').type).toBe('number');
  expect(predictionColumn('regression').type).toBe('number');
});
