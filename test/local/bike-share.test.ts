import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { type LocalEvent, LocalPlatform, type LocalSummary } from '../../src/local';

const EXAMPLE = resolve(__dirname, '../../examples/bike-share');

/** The main example on its real data, with fewer trees, until the end of June. */
describe('the bike-share example', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mlp-bikes-'));
  const events: LocalEvent[] = [];
  let summary: LocalSummary;

  beforeAll(async () => {
    const definition = parse(readFileSync(join(EXAMPLE, 'platform.yaml'), 'utf8'));
    definition.models.demand.training.hyperparameters.trees = 5;
    const platform = await LocalPlatform.open({
      definition,
      baseDir: EXAMPLE,
      dir,
      end: '2011-07-01',
      retraining: 'decide',
      onEvent: (event) => events.push(event),
    });
    summary = await platform.run();
    await platform.close();
  }, 120_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('trains on January and February alone, and passes its gate', () => {
    expect(summary).toMatchObject({ outcome: 'done', start: '2011-03-01T00:00:00.000Z' });
    const { champion, data, gate } = summary.models['demand']!;
    // 688 hours of January and 649 of February.
    expect(data).toEqual({ verdict: 'pass', rows: 1337, reasons: [] });
    expect(gate!.verdict).toBe('pass');
    expect(champion!.data).toMatchObject({ trainRows: 1203, testRows: 134, trainFromMs: Date.UTC(2011, 0, 1) });
    expect(champion!.data.testToMs).toBe(Date.UTC(2011, 1, 28, 23));
    expect(champion!.atRelease['mae']!.value).toBeGreaterThan(10);
    expect(champion!.atRelease['mae']!.value).toBeLessThan(45);
  });

  it('reports the model as decayed in spring, with months and figures', () => {
    const { months, decayedFrom, champion } = summary.models['demand']!;
    expect(months.map(({ month }) => month)).toEqual(['2011-03', '2011-04', '2011-05', '2011-06']);
    expect(months.map(({ predictions }) => predictions)).toEqual([730, 719, 744, 720]);
    const mae = months.map(({ metrics }) => metrics['mae']!);
    expect(mae[0]).toBeLessThan(mae[1]!);
    expect(mae[1]).toBeLessThan(mae[2]!);
    expect(mae[1]).toBeGreaterThan(2 * champion!.atRelease['mae']!.value);
    expect(mae[2]).toBeGreaterThan(75);
    expect(decayedFrom).toBe('2011-04');
    expect(months.slice(1).every(({ verdict, cause }) => verdict === 'decayed' && cause === 'withDataDrift')).toBe(
      true,
    );
    expect(months[1]!.driftedColumns[0]).toMatchObject({ column: 'temp' });
  });

  it('pages for quality, and never for drift', () => {
    const { alarms } = summary.models['demand']!;
    const pages = alarms.filter(({ severity }) => severity === 'page').map(({ id }) => id);
    expect(pages.sort()).toEqual(['quality-mae', 'quality-mae-decay']);
    expect(alarms.find(({ id }) => id === 'data-drift')).toMatchObject({ severity: 'ticket' });
  });

  it('decides to retrain by the policy, not more often than the cooldown allows', () => {
    const decisions = events.filter((event) => event.kind === 'decision');
    const starts = decisions.filter(({ action }) => action === 'retrain').map(({ at }) => at);
    expect(starts.length).toBeGreaterThan(3);
    for (const [place, at] of starts.entries()) {
      if (place > 0) expect(at - starts[place - 1]!).toBeGreaterThanOrEqual(7 * 86_400 - 3600);
    }
    expect(decisions.some(({ code }) => code === 'tooFewLabels')).toBe(true);
    expect(summary.ledger.ok).toBe(true);
  });

  it('keeps the data of the example as it was distributed, with two columns in front', () => {
    const lines = readFileSync(join(EXAMPLE, 'data/bikeshare-2011.csv'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(8646);
    expect(lines[0]!.startsWith('"row_id","hour_start","season"')).toBe(true);
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(8646);
  });
});
