import { dataSchema } from '../../../../src/definition/data';
import { driftSchema } from '../../../../src/definition/monitoring';
import {
  buildReferenceProfile,
  buildWindowProfile,
  type DriftVerdict,
  driftRules,
  driftVerdict,
  measure,
  type ProfileColumn,
  pairOf,
  type Rows,
  type WindowOutcome,
} from '../../../../src/runtime/core/drift';
import { statisticOf } from '../../../../src/runtime/core/drift/statistics';
import { chiSquaredQuantile } from '../../../../src/runtime/core/statistics/distributions';
import { createRandom } from '../../../../src/runtime/core/statistics/random';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const prediction: ProfileColumn = { name: 'prediction', type: 'number' };
const day = (index: number, length = 1) => ({
  start: new Date(index * 86_400_000).toISOString(),
  end: new Date((index + length) * 86_400_000).toISOString(),
});

/** Normal columns a … f and a prediction; `moved` ones by one deviation. */
function table(rows: number, seed: string, moved: readonly string[] = []): Rows {
  const random = createRandom(seed);
  return Array.from({ length: rows }, () =>
    Object.fromEntries(
      [...NAMES, 'prediction'].map((name) => [name, random.normal() + (moved.includes(name) ? 1 : 0)]),
    ),
  );
}

function verdictOf(
  window: Rows,
  { policy = {}, critical = [] as string[], history = [] as WindowOutcome[], span = day(10) } = {},
): DriftVerdict {
  const drift = driftSchema.parse(policy);
  const data = dataSchema.parse({
    source: { local: 'data.csv' },
    format: 'csv',
    timestamp: 'time',
    label: { column: 'label' },
    columns: Object.fromEntries(NAMES.map((name) => [name, { type: 'number', critical: critical.includes(name) }])),
  });
  const reference = buildReferenceProfile(table(5000, 'reference'), driftRules(drift, data), {
    bins: drift.bins,
    origin: { dataDigest: 'sha256:1', source: 'training' },
    prediction,
  });
  return driftVerdict({ reference, window: buildWindowProfile(window, reference, span), policy: drift, data, history });
}

const outcome = (
  index: number,
  dataBreach: boolean | null,
  predictionBreach: boolean | null = false,
): WindowOutcome => ({
  span: day(index),
  dataBreach,
  predictionBreach,
});

/** PSI that chance reaches in 1 % of windows over all columns, for 1,000 rows on the deciles of 5,000. */
const chanceOf = (judged: number): number => (1 / 5000 + 1 / 1000) * chiSquaredQuantile(1 - 0.01 / judged, 9);

describe('one window', () => {
  it('is ok when nothing moved, and says so of every column', () => {
    const verdict = verdictOf(table(1000, 'same'));
    expect(verdict.verdict).toBe('ok');
    expect(verdict.driftedColumnsPercent).toBe(0);
    expect(verdict.columns.map(({ column }) => column)).toEqual(NAMES);
    expect(verdict.outcome).toEqual({ span: day(10), dataBreach: false, predictionBreach: false });
    for (const column of [...verdict.columns, verdict.prediction!]) {
      expect(column).toMatchObject({
        verdict: 'ok',
        windowRows: 1000,
        referenceRows: 5000,
        warning: 0.1,
        critical: 0.2,
      });
      expect(column.statistic!).toBeLessThan(column.chanceBound!);
      expect(Object.keys(column.statistics)).toHaveLength(5);
    }
  });

  it('warns of one drifted column of six, below the share that breaches', () => {
    const verdict = verdictOf(table(1000, 'one', ['c']));
    expect(verdict.verdict).toBe('warning');
    expect(verdict.driftedColumnsPercent).toBeCloseTo(100 / 6);
    expect(verdict.outcome.dataBreach).toBe(false);
    expect(verdict.columns[2]).toMatchObject({ column: 'c', verdict: 'critical' });
    expect(verdict.columns[2]!.explanation).toMatch(/^c: PSI [0-9.]+ \(1,000 rows against 5,000\), critical from 0\.2/);
  });

  it('breaches from the share of columns on, and not at exactly the share', () => {
    const rows = table(1000, 'two', ['c', 'd', 'e']);
    expect(verdictOf(rows).outcome.dataBreach).toBe(true);
    expect(verdictOf(rows, { policy: { maxDriftedColumnsPercent: 50 } }).outcome.dataBreach).toBe(false);
    expect(verdictOf(rows, { policy: { maxDriftedColumnsPercent: 49 } }).verdict).toBe('critical');
  });

  it('breaches for one column that is flagged critical', () => {
    const verdict = verdictOf(table(1000, 'one', ['c']), { critical: ['c'] });
    expect(verdict.outcome.dataBreach).toBe(true);
    expect(verdict.explanation).toContain('critical among them: c');
  });

  it('sees drifted predictions while the inputs stay', () => {
    const verdict = verdictOf(table(1000, 'predictions', ['prediction']));
    expect(verdict.outcome).toMatchObject({ dataBreach: false, predictionBreach: true });
    expect(verdict.verdict).toBe('critical');
    expect(
      verdictOf(table(1000, 'predictions', ['prediction']), { policy: { predictions: false } }).prediction,
    ).toBeNull();
  });

  it('has too little data below minRows, whatever the values', () => {
    const verdict = verdictOf(table(499, 'few', NAMES));
    expect(verdict.verdict).toBe('insufficientData');
    expect(verdict.driftedColumnsPercent).toBeNull();
    expect(verdict.outcome).toEqual({ span: day(10), dataBreach: null, predictionBreach: null });
    expect(verdict.columns.every(({ reason }) => reason === 'tooFewRows')).toBe(true);
  });

  it('has too little to say where chance reaches the threshold', () => {
    const verdict = verdictOf(table(40, 'tiny'), { policy: { minRows: 10 } });
    const unsure = verdict.columns.filter(({ reason }) => reason === 'withinChance');
    expect(unsure.length).toBeGreaterThan(0);
    for (const column of unsure) {
      expect(column.statistic!).toBeGreaterThanOrEqual(0.1);
      expect(column.statistic!).toBeLessThan(column.chanceBound!);
      expect(column.explanation).toContain('chance alone reaches');
    }
  });

  it('shares its chance out among the columns and the prediction that it judges', () => {
    const { columns, prediction: answers } = verdictOf(table(1000, 'shared'));
    const alone = verdictOf(table(1000, 'shared'), { policy: { predictions: false } });
    expect(answers!.chanceBound).toBeCloseTo(chanceOf(7), 3);
    expect(columns[0]!.chanceBound).toBeCloseTo(chanceOf(7), 3);
    expect(alone.columns[0]!.chanceBound).toBeCloseTo(chanceOf(6), 3);
  });

  it('has nothing to say of a column that the window lacks', () => {
    const rows = table(1000, 'lacking').map(({ a: _, ...rest }) => rest);
    expect(verdictOf(rows).columns[0]).toMatchObject({
      verdict: 'insufficientData',
      reason: 'missingColumn',
      statistic: null,
    });
  });

  it('has nothing to say of a column that the reference was made without, or had as another type', () => {
    const drift = driftSchema.parse({});
    const data = dataSchema.parse({
      source: { local: 'data.csv' },
      format: 'csv',
      timestamp: 'time',
      label: { column: 'label' },
      columns: { a: { type: 'number' }, b: { type: 'category' }, added: { type: 'number' } },
    });
    const reference = buildReferenceProfile(
      table(1000, 'reference'),
      [
        { name: 'a', type: 'number' },
        { name: 'b', type: 'number' },
      ],
      { bins: 10, origin: { dataDigest: 'sha256:1', source: 'training' } },
    );
    const window = buildWindowProfile(table(1000, 'same'), reference, day(1));
    const { columns, prediction: none } = driftVerdict({ reference, window, policy: drift, data, history: [] });
    expect(columns.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['ok', null],
      ['insufficientData', 'otherKind'],
      ['insufficientData', 'notInReference'],
    ]);
    expect(none).toBeNull();
  });

  it('counts columns that went missing, infinite or not a number as drift', () => {
    const rows = table(1000, 'broken').map((row, index) => ({
      ...row,
      a: null,
      b: Number.NaN,
      c: index % 2 === 0 ? Infinity : row.c,
      d: index % 3 === 0 ? null : row.d,
    }));
    for (const method of ['psi', 'jensenShannon', 'kolmogorovSmirnov', 'chiSquared', 'wasserstein']) {
      const { columns } = verdictOf(rows, { policy: { method } });
      expect(columns[0]).toMatchObject({ verdict: 'critical', windowMissingPercent: 100 });
      expect(columns[1]).toMatchObject({ verdict: 'critical', windowMissingPercent: 100 });
      expect(columns[2]!.verdict).toBe('critical');
      expect(['warning', 'critical']).toContain(columns[3]!.verdict);
    }
  });
});

describe('infinite values', () => {
  const infinite = (value: number) => table(1000, 'infinite').map((row) => ({ ...row, a: value }));

  it.each(['psi', 'jensenShannon', 'kolmogorovSmirnov', 'chiSquared', 'wasserstein'])(
    'are critical in a column that had none, and as before in one that had them, by %s',
    (method) => {
      expect(verdictOf(infinite(Infinity), { policy: { method } }).columns[0]!.verdict).toBe('critical');
      expect(verdictOf(infinite(-Infinity), { policy: { method } }).columns[0]!.verdict).toBe('critical');
    },
  );

  it('of one end do not stand for those of the other, nor for missing ones', () => {
    const a: ProfileColumn = { name: 'a', type: 'number' };
    const options = { bins: 10, origin: { dataDigest: 'sha256:1', source: 'training' as const } };
    const reference = buildReferenceProfile(infinite(Infinity), [a], options);
    const distance = (value: number): number => {
      const [window] = buildWindowProfile(infinite(value), reference, day(10)).columns;
      return statisticOf(pairOf(reference.columns[0]!, window!)!, 'wasserstein');
    };
    expect([Infinity, -Infinity, Number.NaN].map(distance)).toEqual([0, 1, 1]);
  });

  it('that some rows have by chance are no drift', () => {
    const sometimes = (seed: string, rows: number) => {
      const random = createRandom(seed);
      return table(rows, seed).map((row) => ({ ...row, a: random.next() < 0.3 ? Infinity : row.a }));
    };
    const a: ProfileColumn = { name: 'a', type: 'number' };
    const options = { bins: 10, origin: { dataDigest: 'sha256:1', source: 'training' as const } };
    const reference = buildReferenceProfile(sometimes('before', 5000), [a], options);
    for (let run = 0; run < 30; run++) {
      const [window] = buildWindowProfile(sometimes(`after ${run}`, 200), reference, day(10)).columns;
      const { statistic, chanceBound } = measure(pairOf(reference.columns[0]!, window!)!, 'wasserstein', 0.01);
      expect(statistic).toBeLessThan(chanceBound);
    }
  });
});

describe('a category column with too many categories to remember', () => {
  const columns: readonly ProfileColumn[] = [{ name: 'a', type: 'category' }];
  const data = dataSchema.parse({
    source: { local: 'data.csv' },
    format: 'csv',
    timestamp: 'time',
    label: { column: 'label' },
    columns: { a: { type: 'category' } },
  });
  const policy = driftSchema.parse({ predictions: false });
  const judged = (before: Rows, after: Rows) => {
    const options = { bins: 10, origin: { dataDigest: 'sha256:1', source: 'training' as const } };
    const reference = buildReferenceProfile(before, columns, options);
    const window = buildWindowProfile(after, reference, day(10));
    return driftVerdict({ reference, window, policy, data, history: [] }).columns[0]!;
  };
  const many = (prefix: string, common: number) =>
    Array.from({ length: 10_000 }, (_, index) => ({ a: index < common ? 'common' : `${prefix}${index}` }));

  it('is not called healthy where all of them could be others', () => {
    const column = judged(many('old', 0), many('new', 0));
    expect(column).toMatchObject({ verdict: 'insufficientData', reason: 'tooManyCategories' });
    expect(column.explanation).toContain('more categories than a profile remembers');
  });

  it('is judged where its common ones tell enough, and where they change', () => {
    expect(judged(many('old', 6000), many('new', 6000))).toMatchObject({ verdict: 'ok', reason: null });
    expect(judged(many('old', 3000), many('old', 0))).toMatchObject({ verdict: 'critical', reason: null });
  });
});

describe('the alarm', () => {
  const drifted = table(1000, 'alarm', ['a', 'b']);

  it('stands from two of the last three windows on', () => {
    expect(verdictOf(drifted).alarms.dataDrift).toBe(false);
    expect(verdictOf(drifted, { history: [outcome(8, true), outcome(9, false)] }).alarms.dataDrift).toBe(true);
    expect(verdictOf(drifted, { history: [outcome(8, false), outcome(9, false)] }).alarms.dataDrift).toBe(false);
    expect(
      verdictOf(drifted, { history: [outcome(7, true), outcome(8, false), outcome(9, false)] }).alarms.dataDrift,
    ).toBe(false);
  });

  it('counts the windows a definition asks for', () => {
    const policy = { breaches: { windows: 1, of: 1 } };
    expect(verdictOf(drifted, { policy }).alarms.dataDrift).toBe(true);
  });

  it('is no different for a history in another order, or with a window repeated', () => {
    const history = [outcome(9, false), outcome(8, true)];
    const straight = verdictOf(drifted, { history }).alarms;
    expect(verdictOf(drifted, { history: [...history].reverse() }).alarms).toEqual(straight);
    expect(verdictOf(drifted, { history: [...history, outcome(10, true), outcome(8, true)] }).alarms).toEqual(straight);
    expect(straight.counted).toHaveLength(3);
  });

  it('leaves out windows that end later', () => {
    expect(verdictOf(drifted, { history: [outcome(11, true)] }).alarms.dataDrift).toBe(false);
  });

  it('takes a window with too little data as one without a breach', () => {
    expect(verdictOf(drifted, { history: [outcome(8, true), outcome(9, null)] }).alarms.dataDrift).toBe(true);
    const few = verdictOf(table(10, 'few'), { history: [outcome(8, true), outcome(9, true)] });
    expect(few.alarms.dataDrift).toBe(true);
    expect(few.explanation).toContain('this one has too little data');
  });

  it('tells windows that overlap', () => {
    const before = {
      ...outcome(0, true),
      span: { start: day(9).start, end: new Date(10.5 * 86_400_000).toISOString() },
    };
    const verdict = verdictOf(drifted, { history: [before] });
    expect(verdict.alarms).toMatchObject({ dataDrift: true, overlapping: true });
    expect(verdict.explanation).toContain('share data because they overlap');
    expect(verdictOf(drifted, { history: [outcome(9, true)] }).alarms.overlapping).toBe(false);
  });

  it('is apart for predictions', () => {
    const rows = table(1000, 'predictions', ['prediction']);
    const { alarms } = verdictOf(rows, { history: [outcome(9, false, true)] });
    expect(alarms).toMatchObject({ dataDrift: false, predictionDrift: true });
  });

  it('refuses a span that is no pair of instants', () => {
    expect(() => verdictOf(drifted, { span: { start: 'yesterday', end: 'today' } })).toThrow(/invalidDriftArgument/);
  });
});
