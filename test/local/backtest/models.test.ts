import { BacktestError, backtest, backtestText } from '../../../src/local/backtest';
import { DAY, dayOf, definition, Folder, rows, START } from './support/history';

jest.setTimeout(120_000);
const folder = new Folder();
afterAll(() => folder.remove());

const FROM = dayOf(21);
type Definition = { models: Record<string, Record<string, Record<string, unknown>>> };

it('several models at once, each with its own files, and incidents of one of them', async () => {
  const two = definition() as unknown as Definition;
  two.models['curve'] = structuredClone(two.models['line']!);
  const [line, curve] = [
    folder.predictions(rows({ days: 36, decayFrom: 28 }), 'line.csv'),
    folder.predictions(rows({ days: 36, seed: 2 }), 'curve.csv'),
  ];
  const incidents = folder.write('incidents.csv', `from,to,model\n${dayOf(28)},,line\n${dayOf(28)},,curve\n`);
  const result = await backtest({
    definition: two,
    history: [`line=${line}`, `curve=${curve}`],
    from: FROM,
    incidents: [incidents],
  });
  expect(Object.keys(result.models)).toEqual(['line', 'curve']);
  expect(result.models['line']!.told.page).toBe(2);
  expect(result.models['curve']!.told).toEqual({ page: 0, ticket: 0, info: 0 });
  expect(result.totals.pages).toBe(2);
  expect(result.score!.incidents.map(({ model, alarms }) => [model, alarms.length])).toEqual([
    ['line', 2],
    ['curve', 0],
  ]);
  const text = backtestText(result, false);
  expect(text).toMatch(/found .*quality-mae/);
  expect(text).toMatch(/missed /);
  // One of two alone: the other is not made up.
  const alone = await backtest({ definition: two, history: [line], model: 'line', from: FROM });
  expect(Object.keys(alone.models)).toEqual(['line']);
});

/** The hourly rows as a classifier: `high` where y is above 50, wrong in one of ten rows; from a day on in half of them. */
function classes(names: (high: boolean, x: number) => string, decayFrom: number): string {
  const lines = rows({ days: 40 }).map(({ id, at, x, kind }, place) => {
    const day = (at - START) / DAY;
    const wrong = place % 10 === 0 || (day >= decayFrom && place % 2 === 0);
    const iso = new Date(at * 1000).toISOString();
    return `${id},${iso},${x},${kind},${names(wrong ? x <= 5 : x > 5, wrong ? 10 - x : x)},${names(x > 5, x)}`;
  });
  return `id,at,x,kind,predicted_class,y\n${lines.join('\n')}\n`;
}

function classifier(task: string, label: object, metrics: object, label_column: object): Definition {
  const made = definition() as unknown as Definition;
  const model = made.models['line']!;
  Object.assign(model, { task });
  Object.assign(model['data']!, { label: { column: 'y', delay: '1d', ...label } });
  Object.assign(model['data']!['columns'] as object, { y: { ...label_column, drift: false } });
  model['evaluation'] = { metrics, minRows: 50 };
  Object.assign(model['monitoring']!['quality'] as object, { metrics });
  return made;
}

it('a binary classifier that tells classes and no probabilities', async () => {
  const history = [
    folder.write(
      'binary.csv',
      classes((high) => (high ? 'yes' : 'no'), 30),
    ),
  ];
  const made = classifier(
    'binaryClassification',
    { positive: 'yes' },
    { accuracy: { min: 0.8 } },
    { type: 'category', values: ['yes', 'no'] },
  );
  const { models } = await backtest({ definition: made, history, from: FROM });
  const { atRelease, alarms } = models['line']!;
  expect(atRelease['accuracy']).toBeCloseTo(0.9, 1);
  const page = alarms.find(({ id }) => id === 'quality-accuracy')!;
  expect((page.from - START) / DAY).toBeGreaterThan(31);
  expect((page.from - START) / DAY).toBeLessThan(37);
});

it('a classifier of three classes', async () => {
  const history = [
    folder.write(
      'classes.csv',
      classes((_, x) => (x > 7 ? 'high' : x > 3 ? 'middle' : 'low'), 30),
    ),
  ];
  const made = classifier('multiclassClassification', {}, { macroF1: { min: 0.8 } }, { type: 'category' });
  const { models } = await backtest({ definition: made, history, from: FROM });
  const { atRelease, alarms } = models['line']!;
  expect(atRelease['macroF1']).toBeGreaterThan(0.9);
  expect(alarms.map(({ id }) => id)).toContain('quality-macrof1');
  expect(alarms.find(({ id }) => id === 'quality-macrof1')!.from).toBeGreaterThan(START + 31 * DAY);
});

it('data without a key can be watched for drift, and the result says that quality is not judged', async () => {
  const history = [folder.predictions(rows({ days: 40, decayFrom: 28, shiftFrom: 28 }), 'keyless.csv', ['id'])];
  const keyless = definition((model) => {
    delete model['data']!['key'];
    delete (model['data']!['columns'] as Record<string, unknown>)['id'];
  });
  const { alarms, notes } = (await backtest({ definition: keyless, history, from: FROM })).models['line']!;
  expect(alarms.map(({ id }) => id)).toContain('data-drift');
  expect(alarms.map(({ id }) => id)).not.toContain('quality-mae');
  expect(notes.join('\n')).toContain('the data has no key');
});

it('a later version whose reference is given is judged by it', async () => {
  // v2 answers 20 higher from day 30 on, and did so on its reference.
  const all = rows({ days: 45 }).map((row) => {
    const later = (row.at - START) / DAY >= 30;
    return { ...row, version: later ? 'v2' : 'v1', prediction: row.prediction + (later ? 20 : 0) };
  });
  const history = [
    folder.predictions(
      all.filter(({ at }) => at >= START + 21 * DAY),
      'versions.csv',
    ),
  ];
  const old = rows({ days: 21 });
  const reference = [
    ...old.map((row) => ({ ...row, version: 'v1' })),
    ...old.map((row) => ({ ...row, id: `n${row.id}`, version: 'v2', prediction: row.prediction + 20 })),
  ];
  const bounds = definition((model) => {
    Object.assign(model['monitoring']!['quality'] as object, { metrics: { mae: { maxWorseThanRelease: 5 } } });
  });
  const known = (
    await backtest({ definition: bounds, history, reference: [folder.predictions(reference, 'both.csv')] })
  ).models['line']!;
  expect(known.champions.map(({ version }) => version)).toEqual(['v1', 'v2']);
  expect(known.notes.join('\n')).not.toContain('taken to be trained');
  // Worse by twenty than v1, and no worse than at its own release.
  expect(known.alarms.map(({ id }) => id)).not.toContain('quality-mae-decay');
  expect(known.windows.quality.at(-1)!.verdict).toBe('ok');
  const unknown = (await backtest({ definition: bounds, history, reference: [folder.predictions(old, 'first.csv')] }))
    .models['line']!;
  expect(unknown.notes.join('\n')).toContain('v2: taken to be trained on everything before');
  expect(unknown.windows.quality.at(-1)!.verdict).toBe('insufficientData');
});

it('events from --to on are left out', async () => {
  const history = [folder.predictions(rows({ days: 40, decayFrom: 30 }), 'cut.csv')];
  const { rows: counts, alarms } = (await backtest({ definition: definition(), history, from: FROM, to: dayOf(30) }))
    .models['line']!;
  expect(counts.predictions).toBe(30 * 24);
  expect(alarms).toEqual([]);
});

it('tells how far it is, and can be stopped', async () => {
  const history = [folder.predictions(rows({ days: 30 }), 'stopped.csv')];
  const stop = new AbortController();
  const seen: number[] = [];
  const running = backtest({
    definition: definition(),
    history,
    from: FROM,
    signal: stop.signal,
    onProgress: ({ what, at, from, to }) => {
      if (what === 'reads') return;
      seen.push((at - from) / (to - from));
      if (seen.length === 3) stop.abort();
    },
  });
  const error = await running.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(BacktestError);
  expect((error as BacktestError).problems[0]!.code).toBe('cancelled');
  expect(seen).toHaveLength(3);
  expect(seen[2]!).toBeGreaterThan(seen[0]!);
});
