import type { ModelDefinition } from '../../../src/definition/platform';
import type { Json } from '../../../src/kernel/json';
import { fitModel, predictWith } from '../../../src/local/stand-in/learner';
import { AS_EVER, planRows, type WorldState } from '../../../src/local/stand-in/rows';
import { bikes, churn, exampleModel, judged } from './support/definitions';
import { measured, trained } from './support/measured';

jest.setTimeout(60_000);

type Row = Readonly<Record<string, Json>>;

const rowsOf = (model: ModelDefinition, from: number, to: number, world: WorldState = AS_EVER, seed = 1): Row[] => {
  const plan = planRows(model, seed);
  return Array.from({ length: to - from }, (_, at) => plan.rowAt(from + at, 3600 * (from + at), world).row);
};
const TURNED: WorldState = { shifts: [], relation: -1 };

const BINARY = churn(judged({ auc: { min: 0.9 }, accuracy: { min: 0.85 }, f1: { min: 0.8 }, logLoss: { max: 0.5 } }));
const MULTICLASS = churn({
  task: 'multiclassClassification',
  'data.label': { column: 'churned' },
  'data.columns.churned': { type: 'category', values: ['stays', 'leaves', 'pauses'] },
  'data.columns.age': { type: 'number', min: 18, max: 99 },
  ...judged({ accuracy: { min: 0.8 }, macroF1: { min: 0.75 } }),
});

describe('a stand-in’s model of made-up rows', () => {
  test.each([
    ['the example', exampleModel],
    ['a regression with integers', async () => bikes()],
    ['a classification', async () => BINARY],
    ['several classes', async () => MULTICLASS],
    ['bounds on everything', async () => bikes(judged({ mae: { max: 3 }, mape: { max: 0.02 }, r2: { min: 0.95 } }))],
    [
      'a narrow range',
      async () =>
        bikes({ 'data.columns.bikers': { type: 'number', min: -1, max: 1 }, ...judged({ rmse: { max: 5 } }) }),
    ],
    ['a brier score', async () => churn(judged({ brier: { max: 0.06 }, auc: { min: 0.97 }, precision: { min: 0.9 } }))],
  ])('meets the definition’s own bounds with room: %s', async (_, load) => {
    const model = await load();
    const found = measured(model, trained(model, rowsOf(model, 0, 3000)), rowsOf(model, 3000, 5000));
    const { evaluation, monitoring } = model;
    for (const metrics of [evaluation?.metrics ?? {}, monitoring.quality?.metrics ?? {}]) {
      for (const [metric, { min, max }] of Object.entries(metrics)) {
        if (max !== undefined)
          expect({ metric, value: found[metric]! / max }).toMatchObject({ metric, value: below(0.75) });
        if (min !== undefined)
          expect({ metric, gap: (1 - found[metric]!) / (1 - min) }).toMatchObject({ metric, gap: below(0.75) });
      }
    }
    for (const metric of ['r2', 'auc']) if (metric in found) expect(found[metric]).toBeGreaterThan(0.85);
  });

  test.each([
    ['regression', bikes(), 'mae', 1.8],
    ['binary', BINARY, 'logLoss', 4],
    ['multiclass', MULTICLASS, 'logLoss', 3],
  ] as const)(
    'is wrong after the relation has turned, and right again when trained after it: %s',
    (_, model, metric, times) => {
      const champion = trained(model, rowsOf(model, 0, 3000));
      const turned = rowsOf(model, 3000, 6000, TURNED);
      const before = measured(model, champion, rowsOf(model, 3000, 5000))[metric]!;
      const after = measured(model, champion, turned.slice(2000))[metric]!;
      const again = measured(model, trained(model, turned.slice(0, 2000)), turned.slice(2000))[metric]!;
      expect(after).toBeGreaterThan(times * before);
      expect(again).toBeLessThan(1.15 * before);
    },
  );

  test('learns a new relation from the newest sixth of a history', () => {
    const model = bikes();
    const history = [...rowsOf(model, 0, 7500), ...rowsOf(model, 7500, 9000, TURNED)];
    const newest = rowsOf(model, 9000, 10500, TURNED);
    const { mae, r2 } = measured(model, trained(model, history), newest);
    expect(mae).toBeLessThan(60);
    expect(r2).toBeGreaterThan(0.5);
    const settled = measured(model, trained(model, rowsOf(model, 0, 9000)), rowsOf(model, 9000, 10500));
    expect(settled['mae']).toBeLessThan(26);
  });

  test('recovers the coefficients of a line, whatever the scale of its features', () => {
    const model = bikes({
      'data.columns': {
        at: { type: 'timestamp' },
        a: { type: 'number' },
        b: { type: 'number' },
        on: { type: 'boolean' },
        y: { type: 'number' },
      },
      'data.timestamp': 'at',
      'data.key': undefined,
      'data.label': { column: 'y' },
      'data.expressions': undefined,
      'evaluation.slices': undefined,
    });
    const rows = Array.from({ length: 400 }, (_, at) => {
      const [a, b, on] = [1e6 + ((at * 7919) % 101), ((at * 104729) % 89) / 1e4, at % 3 === 0];
      return { a, b, on, y: 2 * a - 3000 * b + (on ? 5 : -1) };
    });
    const fitted = fitModel(rows, { task: 'regression', data: model.data, trainedAt: 0 });
    for (const { y, ...instance } of rows.slice(0, 20)) expect(predictWith(fitted, instance)).toBeCloseTo(y, 0);
  });

  test('answers whatever is missing or unknown, and the same after it was stored', () => {
    for (const model of [bikes(), BINARY, MULTICLASS]) {
      const rows = rowsOf(model, 0, 1500);
      const fitted = trained(model, rows);
      const text = JSON.stringify(fitted);
      expect(text.length).toBeLessThan(8000);
      const odd = [{}, { ...rows[0], temp: null, tenure_months: null, plan: 'never seen', weathersit: null }, rows[1]!];
      for (const instance of odd) {
        const answer = predictWith(fitted, instance);
        expect(predictWith(JSON.parse(text), instance)).toEqual(answer);
        const numbers = typeof answer === 'number' ? [answer] : Object.values(answer as object).flatMap(numbersIn);
        expect(numbers.length).toBeGreaterThan(0);
        expect(numbers.every(Number.isFinite)).toBe(true);
      }
    }
  });

  test('of one class alone, of no rows and of no labels is a model still', () => {
    const rows = rowsOf(BINARY, 0, 200);
    const same = rows.map((row) => ({ ...row, churned: 'no' }));
    expect(predictWith(trained(BINARY, same), rows[0]!)).toMatchObject({ prediction: 'no', probability: below(0.1) });
    expect(predictWith(trained(bikes(), []), {})).toBe(0);
    expect(trained(bikes(), [{ bikers: null, temp: 0.3 }]).rows).toBe(0);
  });
});

const numbersIn = (value: unknown): number[] =>
  typeof value === 'number' ? [value] : typeof value === 'object' && value !== null ? Object.values(value) : [];

/** Matches a number below a limit. */
const below = (limit: number): unknown => ({
  asymmetricMatch: (value: unknown) => typeof value === 'number' && value < limit,
  toString: () => `below ${limit}`,
  toAsymmetricMatcher: () => `below ${limit}`,
});
