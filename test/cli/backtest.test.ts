import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../src/cli/program';
import { dayOf, definition, Folder, rows } from '../local/backtest/support/history';

jest.setTimeout(120_000);
const folder = new Folder();
afterAll(() => folder.remove());

async function mlp(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCli(['backtest', ...argv], {
    out: (text) => (out += `${text}\n`),
    err: (text) => (err += `${text}\n`),
    terminal: false,
  });
  return { code, out, err };
}

const file = folder.write('platform.json', JSON.stringify(definition()));
const other = folder.write(
  'lax.json',
  JSON.stringify(
    definition((model) => {
      Object.assign(model['monitoring']!['quality'] as object, { metrics: { mae: { max: 1000 } } });
    }),
  ),
);
const history = folder.predictions(rows({ days: 40, decayFrom: 30 }));
const incidents = folder.write(
  'incidents.csv',
  `from,to,name\n${dayOf(30)},,slope\n${dayOf(22)},${dayOf(23)},imagined\n`,
);
const ask = [file, '--history', history, '--from', dayOf(21)];

describe('one definition', () => {
  it('prints for people and exits with 0, whatever it found', async () => {
    const { code, out, err } = await mlp(...ask);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/line 2024-01-22 to 2024-02-1\d.*: 960 predictions, 960 labels/);
    expect(out).toMatch(/page +2024-02-0\d to the end: quality-mae \(\d+/);
    expect(out).toMatch(/retrain +.*retrain: start \d ×/);
    expect(out).toMatch(/2 pages, 0 tickets, \d retraining/);
    expect(out).not.toContain('precision');
  });

  it('prints JSON, the same each time', async () => {
    const [first, again] = [
      await mlp(...ask, '--json', '--incidents', incidents),
      await mlp(...ask, '--json', '--incidents', incidents),
    ];
    expect(again).toEqual(first);
    const result = JSON.parse(first.out);
    expect(result).toMatchObject({
      platform: 'tests',
      totals: { pages: 2, tickets: 0 },
      score: { recall: { numerator: 1, denominator: 2, tooFew: true } },
      checks: [],
    });
    expect(Object.keys(result.models.line)).toEqual(
      expect.arrayContaining(['alarms', 'decisions', 'releases', 'months', 'windows', 'notes', 'told', 'retrains']),
    );
  });

  it('exits with 1 when what was asked does not hold', async () => {
    const marked = [...ask, '--incidents', incidents];
    const missed = await mlp(...marked, '--min-recall', '0.8', '--min-precision', '0.5', '--max-pages', '5');
    expect(missed.code).toBe(1);
    expect(missed.out).toContain('does not hold: recall 0.5 (1 of 2, too few to say much), at least 0.8 asked');
    expect(missed.out).toContain('  holds: precision 1 (2 of 2, too few to say much), at least 0.5 asked');
    expect((await mlp(...marked, '--min-recall', '0.5')).code).toBe(0);
    const paged = await mlp(...ask, '--max-pages', '0', '--max-retrains', '0', '--json');
    expect(paged.code).toBe(1);
    expect(
      JSON.parse(paged.out).checks.map(({ gate, holds }: { gate: string; holds: boolean }) => [gate, holds]),
    ).toEqual([
      ['maxPages', false],
      ['maxRetrains', false],
    ]);
  });

  it('counts the severities that are asked for', async () => {
    const { out } = await mlp(...ask, '--incidents', incidents, '--severity', 'ticket', '--json');
    expect(JSON.parse(out)).toMatchObject({
      totals: { alarms: 0 },
      score: { precision: { value: null, denominator: 0 }, severities: ['ticket'] },
    });
  });

  it('draws', async () => {
    const path = join(folder.path, 'timeline.svg');
    const { code, out } = await mlp(...ask, '--plot', path);
    expect([code, out.includes(`drawn to ${path}`)]).toEqual([0, true]);
    expect(readFileSync(path, 'utf8')).toMatch(/^<svg .*>line: mae</s);
  });
});

it('two definitions', async () => {
  const { code, out } = await mlp(...ask, '--compare', other, '--incidents', incidents);
  expect(code).toBe(0);
  expect(out).toMatch(/pages +2 +0/);
  const asJson = JSON.parse((await mlp(...ask, '--compare', other, '--json')).out);
  expect([asJson.a.totals.pages, asJson.b.totals.pages, asJson.onlyA.length, asJson.onlyB]).toEqual([2, 0, 2, []]);
});

it('a sweep with its picture', async () => {
  const path = join(folder.path, 'sweep.svg');
  const sweep = 'models.line.monitoring.quality.metrics.mae.max=8,1000';
  const { code, out } = await mlp(...ask, '--sweep', sweep, '--plot', path);
  expect(code).toBe(0);
  expect(out).toMatch(/8 \(now\) +2 +2/);
  expect(out).toMatch(/1000 ·+ 0 alarms/);
  expect(readFileSync(path, 'utf8')).toContain('>retrainings<');
});

describe('wrong usage exits with 2', () => {
  it.each<[string, string[], RegExp]>([
    ['no file', [], /missing required argument/],
    ['no history', [file], /history: got nothing/],
    ['no such history', [file, '--history', 'nowhere.csv'], /nowhere\.csv: got no such file/],
    ['an invalid definition', [folder.write('bad.json', '{}'), '--history', history], /models/],
    ['a role that is none', [...ask, '--column', 'speed=x'], /expected ROLE=NAME/],
    ['a column that is not there', [...ask, '--column', 'version=knd'], /did you mean kind\?/],
    ['a period that is none', [...ask, '--spread', 'week'], /expected year, month or day/],
    ['a severity that is none', [...ask, '--severity', 'loud'], /page, ticket, info/],
    ['a number that is none', [...ask, '--max-pages', 'few'], /expected a number/],
    ['a limit out of range', [...ask, '--incidents', incidents, '--min-recall', '80'], /a share from 0 to 1/],
    ['a share without incidents', [...ask, '--min-recall', '0.5'], /--incidents/],
    ['two questions at once', [...ask, '--compare', other, '--sweep', 'a=1,2'], /one question at a time/],
    ['a limit for two definitions', [...ask, '--compare', other, '--max-pages', '1'], /hold one definition/],
    ['a threshold that is not there', [...ask, '--sweep', 'models.line.monitoring.drift.critcal=1,2'], /did you mean/],
    ['a picture in no folder', [...ask, '--plot', '/nowhere/at/all.svg'], /a file that can be written/],
  ])('%s', async (_what, argv, said) => {
    const { code, out, err } = await mlp(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(said);
  });

  it('as JSON too, with every problem', async () => {
    const { code, out } = await mlp(file, '--history', 'nowhere.csv', 'other.txt', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out).problems.map(({ code: one }: { code: string }) => one)).toEqual([
      'unknownDataFormat',
      'dataFileMissing',
    ]);
  });
});

it('help says what a file needs and when it exits with 1', async () => {
  const { code, out } = await mlp('--help');
  expect(code).toBe(0);
  expect(out).toMatch(/Exits 0 when the backtest was made; 1 when --min-precision/);
  expect(out).toMatch(/incidents +from, to/);
  expect(existsSync(join(folder.path, 'platform.json'))).toBe(true);
});
