import { eventsPerDayFor } from '../../../src/local/stand-in/event-rate';
import { labelScale } from '../../../src/local/stand-in/regression-label';
import { planRows } from '../../../src/local/stand-in/rows';
import { bikes, churn, DAY, exampleModel, judged } from './support/definitions';

jest.setTimeout(60_000);

describe('what cannot be made up is told with the column', () => {
  const column = (declared: unknown, more: Record<string, unknown> = {}) =>
    churn({ 'data.columns.odd': declared, ...more });

  test.each([
    [
      'a pattern with look-ahead',
      { type: 'string', pattern: '^(?=x)y$' },
      /columns\.odd\.pattern.*checks\.pattern to warn/s,
    ],
    ['a pattern that never matches', { type: 'string', pattern: 'a^b' }, /columns\.odd\.pattern/],
    ['a pattern on truth values', { type: 'boolean', pattern: '^(yes|no)$' }, /columns\.odd\.pattern/],
    ['a unique truth value', { type: 'boolean', unique: true }, /columns\.odd.*true and false/s],
    ['a unique category', { type: 'category', values: ['a'], unique: true }, /columns\.odd.*1 values/s],
    ['no whole number in the range', { type: 'integer', min: 0.2, max: 0.8 }, /columns\.odd.*no whole number/s],
  ])('%s', (_, declared, message) => {
    expect(() => planRows(column(declared), 1)).toThrow(message);
  });

  test('and is left alone where the definition does not insist', () => {
    const lax = column({ type: 'string', pattern: '^(?=x)y$' }, { 'data.checks': { pattern: 'warn' } });
    expect(planRows(lax, 1).rowAt(0, 0).row['odd']).toEqual(expect.any(String));
  });

  test.each([
    ['integer', { type: 'integer', min: 1, max: 9, unique: true }],
    ['pattern', { type: 'string', pattern: '^[1-9]$', unique: true }],
  ])('when unlike values run out: %s', (_, declared) => {
    const plan = planRows(column(declared), 1);
    expect(new Set(Array.from({ length: 9 }, (__, at) => plan.rowAt(at, at).row['odd'])).size).toBe(9);
    expect(() => plan.rowAt(9, 9)).toThrow(/columns\.odd/);
  });

  test('a model without features that a label can follow, and classes of which none is positive', () => {
    const texts = { event_time: { type: 'timestamp' }, churned: { type: 'boolean' }, note: { type: 'string' } };
    expect(() => planRows(churn({ 'data.columns': texts, 'data.label': { column: 'churned' } }), 1)).toThrow(
      /no feature/,
    );
    expect(() => planRows(churn({ 'data.label': { column: 'churned' } }), 1)).toThrow(/label\.positive/);
    expect(() => planRows(churn({ task: 'regression', 'data.label': { column: 'churned' } }), 1)).toThrow(
      /columns\.churned/,
    );
  });
});

describe('the label', () => {
  test('takes up forty percent of the tightest bound, within its range', async () => {
    const model = await exampleModel();
    const column = { type: 'number', min: 0, max: 1000 } as const;
    const scale = labelScale('y', { ...model.data.columns['temp']!, ...column } as never, model);
    expect(scale.noise).toBeCloseTo((0.4 * 60) / Math.sqrt(2 / Math.PI), 5);
    expect(scale.centre).toBe(500);
    expect(scale.deviation * 4).toBeLessThanOrEqual(500);
  });

  test('is seldom cut off at the ends of its range', () => {
    for (const range of [{ min: 0 }, { max: -10 }, { min: -2, max: 3 }, { min: 100, max: 110 }, {}]) {
      const model = bikes({ 'data.columns.bikers': { type: 'number', ...range }, 'data.expressions': undefined });
      const plan = planRows(model, 4);
      const labels = Array.from({ length: 3000 }, (_, at) => Number(plan.rowAt(at, at).row['bikers']));
      const { min, max } = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY, ...range };
      expect(labels.every((label) => label >= min && label <= max)).toBe(true);
      expect(labels.filter((label) => label === min || label === max).length).toBeLessThan(6);
    }
  });

  test('has its classes in shares that can be learnt: about forty percent are positive', () => {
    const plan = planRows(churn(judged({ auc: { min: 0.95 } })), 5);
    const labels = Array.from({ length: 4000 }, (_, at) => plan.rowAt(at, at).row['churned']);
    const share = labels.filter((label) => label === 'yes').length / labels.length;
    expect(share).toBeGreaterThan(0.36);
    expect(share).toBeLessThan(0.44);
    expect(new Set(labels)).toEqual(new Set(['yes', 'no']));
  });
});

describe('events a day', () => {
  const rate = (changes: Record<string, unknown>, days = 60): number => eventsPerDayFor(bikes(changes), days * DAY);

  test('are enough for whatever the definition asks most for', () => {
    // 2 × 500 labels in 7 days of cooldown.
    expect(rate({})).toBe(143);
    expect(rate({ 'monitoring.drift.minRows': 1000 })).toBe(Math.ceil(3000 / 7));
    expect(rate({ 'monitoring.drift.minRows': 1000, 'serving.capturePercent': 50 })).toBe(Math.ceil(6000 / 7));
    expect(rate({ 'monitoring.quality.minLabels': 2000 })).toBe(Math.ceil(6000 / 14));
    expect(rate({ 'data.minRows': 30_000 })).toBe(1000);
    expect(rate({ 'evaluation.minRows': 2000 }, 10)).toBe(2000);
    // The smaller half of a truth value has 37.5 % of the rows, the test set 20 %.
    expect(rate({ 'evaluation.slices.0.minRows': 300 }, 10)).toBe(Math.ceil((2 * 300) / 0.375 / 0.2 / 10));
    expect(rate({ 'monitoring.freshness': '1m' })).toBe(3 * 1440);
  });

  test('are one an hour where nothing is asked', () => {
    expect(eventsPerDayFor(churn(), 60 * DAY)).toBe(24);
  });
});
