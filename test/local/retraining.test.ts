import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { type LocalEvent, LocalPlatform, type LocalSummary } from '../../src/local';
import { tinyPlatform } from './support/tiny-platform';

describe('retraining that is carried out', () => {
  const tiny = tinyPlatform({ retraining: 'scheduled' });
  const events: LocalEvent[] = [];
  let summary: LocalSummary;

  let commit: string;

  beforeAll(async () => {
    const git = (...words: string[]) => execFileSync('git', ['-C', tiny.base, ...words], { encoding: 'utf8' }).trim();
    git('init', '--quiet');
    git('-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--allow-empty', '-m', 'trainer');
    commit = git('rev-parse', 'HEAD');
    const platform = await LocalPlatform.open({
      file: tiny.file,
      retraining: 'run',
      onEvent: (event) => events.push(event),
    });
    summary = await platform.run();
    await platform.close();
  }, 120_000);
  afterAll(() => rmSync(tiny.base, { recursive: true, force: true }));

  it('trains on what has arrived since, and releases through the canary', () => {
    const { runs, champion } = summary.models['line']!;
    const pipelines = runs.filter(({ workflow }) => workflow === 'pipeline');
    expect(pipelines.length).toBeGreaterThan(1);
    expect(pipelines.every(({ outcome }) => outcome !== 'held')).toBe(true);
    expect(champion!.version).toBeGreaterThan(1);
    expect(champion!.commit).toBe(commit);
    expect(champion!.startedBy).toMatch(/^retraining:(quality|schedule)$/);
    // A candidate that had only seen the time before the shift did not pass its gate, and the champion stayed.
    const rejected = pipelines.filter(({ outcome }) => outcome === 'failed');
    expect(rejected.map(({ reason }) => reason).join()).toContain('mae');
    const steps = events.flatMap((event) => (event.kind === 'step' && event.what === 'ends' ? [event.step] : []));
    expect(steps).toEqual(
      expect.arrayContaining(['scoreChampion', 'deploy', 'shift1', 'look1', 'shift2', 'look2', 'promote']),
    );
  });

  it('never starts two runs within the cooldown', () => {
    const starts = events.flatMap((event) =>
      event.kind === 'decision' && event.action === 'retrain' ? [event.at] : [],
    );
    for (const [place, at] of starts.entries()) {
      if (place > 0) expect(at - starts[place - 1]!).toBeGreaterThanOrEqual(7 * 86_400);
    }
  });

  it('answers clients better than the first version would have', () => {
    // The first version is off by 10 x from the tenth on: 50 on average, over two thirds of the month.
    const [february] = summary.models['line']!.months;
    expect(february!.versions).toContain(1);
    expect(february!.versions.at(-1)).toBe(summary.models['line']!.champion!.version);
    expect(february!.metrics['mae']).toBeLessThan(25);
    expect(summary.ledger.ok).toBe(true);
  });
});
