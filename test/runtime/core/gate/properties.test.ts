import fc from 'fast-check';
import { evaluationSchema } from '../../../../src/definition/evaluation';
import { METRICS_BY_TASK, TASKS, type Task } from '../../../../src/kernel/metric-catalogue';
import { evaluateGate, type GateInput, type GateResult, type ScoredRow } from '../../../../src/runtime/core/gate';
import { gateInput, hardRows, SERVING } from './support';

const RUNS = { numRuns: 60 };

/** Values that data really hold, and that trip formulas. */
const odd = fc.constantFrom(
  0,
  1,
  -0,
  1e308,
  -1e308,
  5e-324,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '',
  '1',
  'a',
  'constructor',
  true,
  null,
);
const number = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0.5, 1, Number.NaN, Number.NEGATIVE_INFINITY, 2, -1) },
);
const prediction = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      { value: odd, probability: number, probabilities: fc.dictionary(fc.constantFrom('a', '1', '__proto__'), number) },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: fc.constant(null) },
);
const anyRow: fc.Arbitrary<ScoredRow> = fc.record(
  {
    key: fc.oneof(fc.nat(20), fc.string({ maxLength: 2 })),
    label: odd,
    candidate: prediction,
    champion: prediction,
    slices: fc.dictionary(fc.constantFrom('region', 'sex'), fc.constantFrom('a', 'b', 1, true, null)),
  },
  { requiredKeys: ['key', 'label', 'candidate'] },
);

/** Rows that can be judged: few values, so that ties and one class alone are common. */
const soundRow = (task: Task): fc.Arbitrary<Omit<ScoredRow, 'key'>> => {
  const value = task === 'regression' ? fc.integer({ min: -2, max: 3 }) : fc.constantFrom(0, 1);
  const answer = fc
    .record({ value, probability: fc.integer({ min: 0, max: 4 }).map((quarter) => quarter / 4) })
    .map(({ value: answered, probability }) => ({
      value: answered,
      ...(task === 'binaryClassification' ? { probability } : {}),
      ...(task === 'multiclassClassification' ? { probabilities: { 0: 1 - probability, 1: probability } } : {}),
    }));
  return fc.record({
    label: value,
    candidate: answer,
    champion: answer,
    slices: fc.record({ region: fc.constantFrom('n', 's'), sex: fc.constantFrom('f', 'm') }),
  });
};

const bound = fc.record(
  {
    min: fc.double({ min: -1, max: 1, noNaN: true }),
    max: fc.double({ min: -1, max: 1, noNaN: true }),
    vsChampion: fc.record({
      margin: fc.double({ min: 0, max: 0.5, noNaN: true }),
      mode: fc.constantFrom('nonInferior', 'superior'),
    }),
  },
  { requiredKeys: [] },
);

function policy(task: Task) {
  const metric = fc.constantFrom(...METRICS_BY_TASK[task], 'custom.profit', 'unknown');
  const metrics = fc.dictionary(metric, bound, { minKeys: 1, maxKeys: 3 });
  return fc
    .record({
      metrics,
      minRows: fc.constantFrom(1, 5, 40),
      confidencePercent: fc.constantFrom(80, 95, 99.9),
      slices: fc.array(
        fc.record(
          {
            column: fc.constantFrom('region', 'gone'),
            values: fc.constantFrom(['n'], ['n', 'x']),
            minRows: fc.constantFrom(1, 5),
            required: fc.boolean(),
            metrics,
          },
          { requiredKeys: ['column', 'metrics'] },
        ),
        { maxLength: 2 },
      ),
      fairness: fc.array(
        fc.record({
          column: fc.constantFrom('sex', 'gone'),
          metric,
          maxGap: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { maxLength: 1 },
      ),
    })
    .map((given) => evaluationSchema.parse(given));
}

/** Definitions that rows of chance can meet: about as many verdicts of each kind come out. */
function gentlePolicy(task: Task) {
  const loose = fc.record(
    {
      min: fc.double({ min: -2, max: 0.4, noNaN: true }),
      vsChampion: fc.record({ margin: fc.double({ min: 0.2, max: 0.9, noNaN: true }) }),
    },
    { requiredKeys: ['min'] },
  );
  const metrics = fc.dictionary(fc.constantFrom(METRICS_BY_TASK[task][0], METRICS_BY_TASK[task].at(-1)!), loose, {
    minKeys: 1,
  });
  const slice = fc.record(
    {
      column: fc.constant('region'),
      values: fc.constant(['n']),
      minRows: fc.constant(3),
      required: fc.boolean(),
      metrics,
    },
    { requiredKeys: ['column', 'metrics', 'minRows'] },
  );
  return fc
    .record({ metrics, minRows: fc.constantFrom(1, 5), slices: fc.array(slice, { maxLength: 1 }) })
    .map((given) => evaluationSchema.parse(given));
}

const custom = fc.array(
  fc.record(
    { metric: fc.constant('custom.profit'), candidate: fc.oneof(fc.double(), fc.constant(0.3)), champion: fc.double() },
    { requiredKeys: ['metric', 'candidate'] },
  ),
  { maxLength: 2 },
);
const serving = fc.oneof(
  fc.constant(SERVING),
  fc.constant(null),
  fc.record({ loaded: fc.boolean(), rowsQueried: fc.integer(), failures: fc.double(), latencyP99Ms: fc.double() }),
);

function anyInput(rowsOf: (task: Task) => fc.Arbitrary<ScoredRow[]>): fc.Arbitrary<GateInput> {
  return fc.constantFrom(...TASKS).chain((task) =>
    fc.record({
      task: fc.constant(task),
      evaluation: policy(task),
      rows: rowsOf(task),
      candidate: fc.constant({ testSetDigest: 'a' }),
      champion: fc.constantFrom({ testSetDigest: 'a' }, { testSetDigest: 'a' }, { testSetDigest: 'b' }, null),
      custom,
      serving,
      seed: fc.nat(3),
    }),
  );
}

const soundInput = anyInput((task) =>
  fc
    .array(soundRow(task), { maxLength: 40 })
    .map((rows) => rows.map((row, index) => ({ ...row, key: `k${String(index).padStart(3, '0')}` }))),
);
const gentleInput: fc.Arbitrary<GateInput> = fc.constantFrom(...TASKS).chain((task) =>
  fc
    .record({
      evaluation: gentlePolicy(task),
      rows: fc.array(soundRow(task), { minLength: 20, maxLength: 60 }),
      seed: fc.nat(3),
    })
    .map(({ evaluation, rows, seed }) => ({
      task,
      evaluation,
      rows: rows.map((row, index) => ({ ...row, key: `k${String(index).padStart(3, '0')}` })),
      candidate: { testSetDigest: 'a' },
      champion: { testSetDigest: 'a' },
      serving: SERVING,
      seed,
    })),
);
const usualInput = fc.oneof(gentleInput, soundInput);
const oddInput = anyInput(() => fc.array(anyRow, { maxLength: 12 }));

/** Every number in a result, with where it stands. */
function numbersOf(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersOf(inner, `${path}.${key}`));
}

function expectSound(result: GateResult): void {
  expect(numbersOf(result).filter(([, found]) => !Number.isFinite(found))).toEqual([]);
  expect(['pass', 'fail', 'inconclusive']).toContain(result.verdict);
  expect(result.explanation.startsWith(`${result.verdict}: `)).toBe(true);
  for (const check of result.checks) {
    expect(check.explanation.length).toBeGreaterThan(15);
    expect(check.explanation).not.toMatch(/undefined|null|\[object/);
    if (check.verdict !== 'inconclusive') expect(check.rowsNeeded).toBeNull();
  }
  const ids = result.checks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
}

describe('the gate', () => {
  test('is total: any input has a verdict that explains itself, and no number is NaN or infinite', () => {
    fc.assert(
      fc.property(oddInput, (input) => expectSound(evaluateGate(input))),
      RUNS,
    );
    fc.assert(
      fc.property(usualInput, (input) => expectSound(evaluateGate(input))),
      RUNS,
    );
  });

  test('is tried on inputs of every verdict', () => {
    const verdicts = fc.sample(gentleInput, { numRuns: 100, seed: 1 }).map((input) => evaluateGate(input).verdict);
    for (const verdict of ['pass', 'fail', 'inconclusive'])
      expect(verdicts.filter((one) => one === verdict).length).toBeGreaterThan(10);
  });

  test('never passes rows of which one cannot be used', () => {
    fc.assert(
      fc.property(usualInput, fc.constantFrom('label', 'candidate'), fc.nat(), (input, field, at) => {
        fc.pre(input.rows.length > 0);
        const rows = input.rows.map((row, index) =>
          index === at % input.rows.length ? { ...row, [field]: null } : row,
        );
        expect(evaluateGate({ ...input, rows }).verdict).toBe('fail');
      }),
      RUNS,
    );
  });

  test('gives the same result for rows in any order', () => {
    fc.assert(
      fc.property(
        usualInput.chain((input) =>
          fc.record({
            input: fc.constant(input),
            shuffled: fc.shuffledSubarray([...input.rows], { minLength: input.rows.length }),
          }),
        ),
        ({ input, shuffled }) => {
          expect(evaluateGate({ ...input, rows: shuffled })).toEqual(evaluateGate(input));
        },
      ),
      RUNS,
    );
  });

  test('a check that passes, added, changes no other check and never turns a fail into a pass', () => {
    fc.assert(
      fc.property(usualInput, (input) => {
        const before = evaluateGate(input);
        const evaluation = evaluationSchema.parse({
          ...input.evaluation,
          metrics: { ...input.evaluation.metrics, 'custom.added': { min: 0, direction: 'higherIsBetter' } },
          slices: [
            ...input.evaluation.slices,
            {
              column: 'region',
              values: ['n'],
              minRows: 1,
              required: false,
              metrics: { [METRICS_BY_TASK[input.task][0]]: { min: -1e9, max: 1e9 } },
            },
            {
              column: 'sex',
              minRows: 1,
              required: false,
              metrics: { [METRICS_BY_TASK[input.task][0]]: { min: -1e9, max: 1e9 } },
            },
          ],
          fairness: [
            ...input.evaluation.fairness,
            { column: 'region', metric: METRICS_BY_TASK[input.task][0], maxGap: 1e9 },
          ],
        });
        const after = evaluateGate({
          ...input,
          evaluation,
          custom: [...(input.custom ?? []), { metric: 'custom.added', candidate: 1 }],
        });
        const byId = new Map(after.checks.map((check) => [check.id, check]));
        for (const check of before.checks) {
          if (check.id !== 'input/bounds') expect(byId.get(check.id)).toEqual(check);
        }
        if (before.verdict === 'fail') expect(after.verdict).toBe('fail');
      }),
      RUNS,
    );
  });

  test('more rows like these never turn a clear fail into a pass', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 2, max: 4 }), (wrongOneIn, times) => {
        const judge = (rows: number) =>
          evaluateGate(
            gateInput({
              rows: hardRows(
                rows,
                (row) => row % wrongOneIn === 0,
                () => false,
              ),
              evaluation: { metrics: { accuracy: { min: 0.98 }, f1: { vsChampion: { margin: 0.01 } } } },
            }),
          ).verdict;
        expect(judge(200)).toBe('fail');
        expect(judge(200 * times)).toBe('fail');
      }),
      { numRuns: 8 },
    );
  });

  test('repeats itself to the last bit for a seed, and draws others for another seed', () => {
    const input = gateInput({
      rows: hardRows(
        300,
        (row) => row % 7 === 0,
        (row) => row % 6 === 0,
      ),
      evaluation: { metrics: { f1: { min: 0.5 } } },
    });
    expect(evaluateGate(input)).toEqual(evaluateGate({ ...input, rows: [...input.rows].reverse() }));
    const interval = (seed: number) =>
      evaluateGate({ ...input, seed }).checks.find(({ id }) => id === 'metric/f1/min')!.interval;
    expect(interval(1)).not.toEqual(interval(2));
  });
});
