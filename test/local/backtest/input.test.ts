import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BacktestError, type BacktestOptions, backtest } from '../../../src/local/backtest';
import { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import { dayOf, definition, Folder, rows } from './support/history';

jest.setTimeout(60_000);
const folder = new Folder();
afterAll(() => folder.remove());

const all = rows({ days: 32 });
const FROM = dayOf(25);
const good = folder.predictions(all, 'good.csv');

async function problems(options: Partial<BacktestOptions>) {
  try {
    await backtest({ definition: definition(), from: FROM, ...options });
  } catch (error) {
    if (error instanceof BacktestError) return error.problems;
    throw error;
  }
  throw new Error('no problem was found');
}
const codes = async (options: Partial<BacktestOptions>): Promise<string[]> =>
  (await problems(options)).map(({ code }) => code);

describe('what cannot be read is told with path, got, expected and what to do, all at once', () => {
  it('several files, each with its own problem', async () => {
    const found = await problems({
      history: [
        join(folder.path, 'nowhere.csv'),
        folder.write('notes.txt', 'x'),
        folder.write('empty.csv', ''),
        folder.write('broken.parquet', 'not parquet at all'),
        folder.write('other.csv', 'a,b\n1,2\n'),
        folder.write('uneven.csv', 'id,at,x,kind\nr,1\nr,1,2,3,4,5,6\n'),
        folder.predictions(all.slice(0, 30), 'featureless.csv', ['x', 'at']),
        folder.write('labels.csv', 'id,y\nr1,2\n'),
      ],
      columns: { version: 'verison' },
      tolerance: 'soon',
    });
    expect(found.map(({ code, path }) => [code, path.split('/').at(-1)])).toEqual([
      ['badDuration', 'tolerance'],
      ['unknownDataFormat', 'notes.txt'],
      ['dataFileMissing', 'nowhere.csv'],
      ['dataFileEmpty', 'empty.csv'],
      ['dataFileMalformed', 'broken.parquet'],
      ['dataFileMalformed', 'uneven.csv'],
      ['fileNotRecognised', 'other.csv'],
      ['columnMissing', 'featureless.csv'],
      ['columnMissing', 'featureless.csv'],
      ['columnMissing', 'columns.version'],
    ]);
    for (const { got, expected, fix } of found)
      expect([got, expected, fix].every((text) => text.length > 3)).toBe(true);
    expect(found.find(({ code }) => code === 'fileNotRecognised')).toMatchObject({
      got: 'a, b',
      expected: expect.stringContaining('labels (mlp_key, id, y)'),
    });
  });

  it('the time of events', async () => {
    const years = all.map(({ id, x, kind, prediction, y }) => `${id},2016,${x},${kind},${prediction},${y}`);
    const coarse = folder.write('years.csv', `id,at,x,kind,prediction,y\n${years.join('\n')}\n`);
    expect(await problems({ history: [coarse] })).toEqual([
      expect.objectContaining({
        code: 'coarseTime',
        got: 'years such as 2016',
        fix: expect.stringContaining('--spread year'),
      }),
    ]);
    const words = folder.write('words.csv', 'id,at,x,kind,prediction,y\nr,yesterday,1,a,2,3\n');
    expect(await codes({ history: [words] })).toEqual(['unreadableTimes']);
    expect(await codes({ history: [good], from: 'tomorrow', to: '2024-13-01' })).toEqual(['badInstant', 'badInstant']);
  });

  it('answers, labels and metrics', async () => {
    const words = folder.write('answers.csv', 'id,at,x,kind,prediction,y\nr,2024-01-01,1,a,many,3\n');
    expect(await codes({ history: [words] })).toEqual(['unreadablePredictions']);
    const strangers = folder.write('strangers.csv', 'id,y\nsomebody,2\n');
    expect(await codes({ history: [folder.predictions(all, 'unlabelled.csv', ['y']), strangers] })).toEqual([
      'labelsDoNotJoin',
    ]);
    const metrics = folder.write(
      'metrics.csv',
      'time,metric,value\n2024-01-30,Latencyy p99,1\n2024-01-30,Latency,2\n2024-01-30,Requests,2\n',
    );
    expect(await problems({ history: [metrics] })).toEqual([
      expect.objectContaining({ code: 'unknownStatistic', expected: 'p50 or p99' }),
      expect.objectContaining({ code: 'unknownMetric', got: '"Latencyy"', fix: 'did you mean Latency?' }),
    ]);
  });

  it('probabilities that are none', async () => {
    const binary = definition((model) => {
      Object.assign(model['data']!, { label: { column: 'y', positive: 1, delay: '1d' } });
      Object.assign(model['evaluation']!, { metrics: { auc: { min: 0.5 } } });
      Object.assign(model['monitoring']!, { quality: { metrics: { auc: { min: 0.5 } } } });
    }) as { models: Record<string, Record<string, unknown>> };
    binary.models['line']!['task'] = 'binaryClassification';
    const [problem] = await problems({ definition: binary, history: [good] });
    expect(problem).toMatchObject({ code: 'noProbabilities', fix: expect.stringContaining('--column prediction=') });
  });

  it('nothing to compare with, or to replay', async () => {
    expect(await codes({ history: [good], from: dayOf(0) })).toEqual(['noReference']);
    expect(await codes({ history: [good], from: dayOf(90) })).toEqual(['nothingToReplay']);
    expect(
      await codes({ history: [folder.predictions(all.slice(0, 100), 'few.csv')], ...{ from: undefined } }),
    ).toEqual(['noReference']);
    expect(await codes({ history: [folder.write('only-labels.csv', 'id,y\nr1,2\n')] })).toEqual(['nothingToReplay']);
    expect(await codes({ history: [] })).toEqual(['noHistory']);
  });

  it('models that are not there', async () => {
    const two = definition() as { models: Record<string, unknown> };
    two.models['curve'] = two.models['line'];
    expect(await codes({ definition: two, history: [good] })).toEqual(['modelNotNamed']);
    expect(await problems({ definition: two, history: [`lime=${good}`] })).toEqual([
      expect.objectContaining({ code: 'unknownModel', fix: 'did you mean line?' }),
    ]);
    expect(await codes({ history: [good], model: 'nobody' })).toEqual(['unknownModel']);
  });

  it('incidents, row by row', async () => {
    const incidents = folder.write(
      'bad-incidents.csv',
      'from,to,kind,model\n2024-01-27,2024-01-26,,\nyesterday,,dataDrifft,\n2024-01-27,soon,,lime\n',
    );
    const found = await problems({ history: [good], incidents: [incidents] });
    expect(found.map(({ code, path }) => [code, path.split(': ').slice(1).join(': ')])).toEqual([
      ['endsBeforeItBegins', 'row 1'],
      ['unreadableTimes', 'row 2: from'],
      ['unknownKind', 'row 2: kind'],
      ['unreadableTimes', 'row 3: to'],
      ['unknownModel', 'row 3: model'],
    ]);
    expect(found.find(({ code }) => code === 'unknownKind')!.fix).toBe('did you mean dataDrift?');
    const headless = folder.write('headless.csv', 'begin,end\n2024-01-27,\n');
    expect(await codes({ history: [good], incidents: [headless] })).toEqual(['columnMissing']);
  });
});

describe('the same history in other forms gives the same result', () => {
  const result = async (options: Partial<BacktestOptions>) => {
    const { models } = await backtest({ definition: definition(), from: FROM, ...options });
    const { rows: counts, months, windows, alarms } = models['line']!;
    return { counts, months, windows, alarms };
  };
  let expected: Awaited<ReturnType<typeof result>>;
  beforeAll(async () => {
    expected = await result({ history: [good] });
  });

  it('Parquet, with labels apart as gzipped JSON lines', async () => {
    const engine = await DuckDbSqlEngine.open({
      database: ':memory:',
      files: [{ view: 'rows', paths: [good], format: 'csv' }],
      folders: [folder.path],
      memoryLimitMiB: 256,
      spillFolder: null,
      threads: 1,
    });
    const parquet = join(folder.path, 'same.parquet');
    await engine.query(`COPY (SELECT id, "at", x, kind, prediction FROM rows) TO '${parquet}' (FORMAT parquet)`);
    await engine.close();
    const labels = join(folder.path, 'same.jsonl.gz');
    writeFileSync(labels, gzipSync(all.map(({ id, y }) => JSON.stringify({ id, y })).join('\n')));
    expect(await result({ history: [labels, parquet] })).toEqual(expected);
  });

  it('two files one after the other, and columns of other names', async () => {
    const half = all.length / 2;
    const line = ({ id, at, x, kind, prediction, y }: (typeof all)[number]): string =>
      `${id};${at};${x};${kind};${prediction};${y}`;
    const header = 'id;happened;x;kind;guess;truth';
    const part = (name: string, from: number, to: number): string =>
      folder.write(name, `${header}\n${all.slice(from, to).map(line).join('\n')}\n`);
    const columns = { time: 'happened', prediction: 'guess', label: 'truth' };
    expect(await result({ history: [part('b.csv', half, 2 * half), part('a.csv', 0, half)], columns })).toEqual(
      expected,
    );
  });

  it('milliseconds and seconds since 1970', async () => {
    const lines = all.map(({ id, at, x, kind, prediction, y }) => `${id},${at * 1000},${x},${kind},${prediction},${y}`);
    const millis = folder.write('millis.csv', `id,at,x,kind,prediction,y\n${lines.join('\n')}\n`);
    expect(await result({ history: [millis] })).toEqual(expected);
  });
});

it('what the champion was trained on can come apart, and then everything is replayed', async () => {
  const reference = folder.predictions(all.slice(0, 600), 'reference.csv');
  const later = folder.predictions(all.slice(600), 'later.csv');
  const { models } = await backtest({ definition: definition(), history: [later], reference: [reference] });
  const { from, rows: counts, atRelease } = models['line']!;
  expect(new Date(from * 1000).toISOString()).toBe(dayOf(25));
  expect(counts).toEqual({ reference: 600, predictions: all.length - 600, labels: all.length - 600 });
  expect(atRelease['mae']).toBeLessThan(2);
});

it('without anything said a backtest begins at the first month by which there are enough labels', async () => {
  const { models } = await backtest({
    definition: definition(),
    history: [folder.predictions(rows({ days: 40 }), 'forty.csv')],
  });
  expect(new Date(models['line']!.from * 1000).toISOString()).toBe('2024-02-01T00:00:00.000Z');
});

describe('rows whose time is a month', () => {
  const coarse = folder.write(
    'months.csv',
    `id,at,x,kind,prediction,y\n${rows({ days: 91 })
      .sort((a, b) => a.x - b.x)
      .map(
        ({ id, at, x, kind, prediction, y }) =>
          `${id},${new Date(at * 1000).toISOString().slice(0, 7)},${x},${kind},${prediction},${y}`,
      )
      .join('\n')}\n`,
  );
  const ask = (seed: number) =>
    backtest({ definition: definition(), history: [coarse], from: '2024-02-01', spread: 'month', seed });

  it('are dealt over it by chance: a file that is sorted by a feature shows no drift', async () => {
    const { models } = await ask(0);
    const { windows, alarms, months } = models['line']!;
    expect(alarms).toEqual([]);
    expect(windows.drift.filter(({ verdict }) => verdict === 'ok').length).toBeGreaterThan(45);
    expect(months.map(({ month, labelled }) => [month, labelled])).toEqual([
      ['2024-02', 29 * 24],
      ['2024-03', 31 * 24],
    ]);
  });

  it('the same seed gives the same result, byte for byte, and another one another order', async () => {
    const [first, again, other] = [await ask(1), await ask(1), await ask(2)].map((one) => JSON.stringify(one));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});
