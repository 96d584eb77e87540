import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalEvent, LocalPlatform, type LocalSummary } from '../../src/local';
import { tinyPlatform } from './support/tiny-platform';

async function run(file: string, more: Partial<Parameters<typeof LocalPlatform.open>[0]> = {}): Promise<LocalSummary> {
  const platform = await LocalPlatform.open({ file, retraining: 'decide', ...more });
  try {
    return await platform.run();
  } finally {
    await platform.close();
  }
}

describe('the lifecycle on one machine', () => {
  const tiny = tinyPlatform({ retraining: true });
  const events: LocalEvent[] = [];
  let summary: LocalSummary;

  beforeAll(async () => {
    summary = await run(tiny.file, { onEvent: (event) => events.push(event) });
  }, 60_000);
  afterAll(() => rmSync(tiny.base, { recursive: true, force: true }));

  const model = () => summary.models['line']!;

  it('begins with the first month by which enough labels have arrived', () => {
    expect(summary.start).toBe('2024-02-01T00:00:00.000Z');
    expect(summary.end).toBe('2024-03-01T00:00:00.000Z');
    expect(model().data).toMatchObject({ verdict: 'pass', rows: 31 * 24 });
  });

  it('trains only on what had arrived, splits by time, and stores digest and lineage', () => {
    const { champion } = model();
    expect(champion).toMatchObject({
      version: 1,
      run: 'initial',
      startedBy: 'local',
      data: { trainFromMs: Date.UTC(2024, 0, 1), testToMs: Date.UTC(2024, 0, 31, 23) },
    });
    expect(champion!.data.trainRows + champion!.data.testRows).toBe(31 * 24);
    expect(champion!.data.testRows / (31 * 24)).toBeCloseTo(0.1, 2);
    expect(champion!.data.trainToMs).toBeLessThan(champion!.data.testToMs!);
    expect(champion!.artifactDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(champion!.trainerMetrics['slope']).toBeCloseTo(10, 1);
    expect(champion!.atRelease['mae']!.value).toBeLessThan(0.3);
  });

  it('serves every event over HTTP and captures it once', () => {
    const requests = events.filter((event) => event.kind === 'replay').at(-1)!;
    expect(requests).toMatchObject({ requests: 29 * 24 });
    expect(model().months).toHaveLength(1);
    // The label of the last hour is due when the month is over, so it is known.
    expect(model().months[0]).toMatchObject({ month: '2024-02', predictions: 29 * 24 });
  });

  it('finds the decay of quality and its cause: the inputs have not changed', () => {
    const [february] = model().months;
    expect(february).toMatchObject({ verdict: 'decayed', cause: 'conceptDrift' });
    expect(february!.drift).not.toHaveProperty('critical');
    expect(model().decayedFrom).toBe('2024-02');
    const page = model().alarms.find(({ id }) => id === 'quality-mae');
    // The shift is on the tenth; a window of seven days is beyond 8 when a few days of it are wrong.
    expect(page!.firstAt >= '2024-02-10' && page!.firstAt <= '2024-02-13').toBe(true);
  });

  it('decides to retrain on it once in a cooldown, and writes it down', () => {
    expect(model().firstRetraining?.reason).toContain('quality');
    const held = model().runs.filter(({ outcome }) => outcome === 'held');
    // Quality stays bad, which asks again with every cooldown of seven days.
    expect(held.length).toBeGreaterThanOrEqual(1);
    expect(held.length).toBeLessThanOrEqual(3);
    expect(summary.ledger.ok).toBe(true);
  });

  it('re-uses a run that is complete', async () => {
    const again: LocalEvent[] = [];
    const before = readFileSync(join(tiny.dir, 'artifacts/line/versions/1.json'), 'utf8');
    const platform = await LocalPlatform.open({
      file: tiny.file,
      retraining: 'decide',
      onEvent: (event) => again.push(event),
    });
    expect(platform.found.progress?.phase).toBe('done');
    const second = await platform.run();
    await platform.close();
    expect(again.filter(({ kind }) => kind === 'step' || kind === 'replay')).toEqual([]);
    expect(second).toEqual(summary);
    expect(readFileSync(join(tiny.dir, 'artifacts/line/versions/1.json'), 'utf8')).toBe(before);
  });

  it('refuses the folder of another platform, and starts clean when it is told to', async () => {
    await expect(LocalPlatform.open({ file: tiny.file, retraining: 'decide', end: '2024-02-20' })).rejects.toThrow(
      'localStateMismatch',
    );
    const clean = await run(tiny.file, { end: '2024-02-03', clean: true });
    expect(clean.models['line']!.runs.map(({ name }) => name)).toEqual(['initial', 'v1-initial']);
    expect(clean.end).toBe('2024-02-03T00:00:00.000Z');
  }, 30_000);

  it('leaves no unfinished file', () => {
    expect(existsSync(join(tiny.dir, 'work', 'initial'))).toBe(false);
  });
});

describe('time on one machine', () => {
  const tiny = tinyPlatform();
  afterAll(() => rmSync(tiny.base, { recursive: true, force: true }));
  const cursor = (): number =>
    (JSON.parse(readFileSync(join(tiny.dir, 'progress.json'), 'utf8')) as { cursor: number }).cursor;

  it('never goes back: an instant that is over changes nothing, here and in the next process', async () => {
    const day = (of: number): number => Date.UTC(2024, 1, of) / 1000;
    const open = () => LocalPlatform.open({ file: tiny.file, dir: tiny.dir, retraining: 'decide' });
    const platform = await open();
    await expect(open()).rejects.toThrow('this process has open');
    await platform.advanceTo('2024-02-05');
    await platform.advanceTo('2024-02-03');
    expect(platform.now).toBe(day(5));
    expect((await platform.summary()).end).toBe('2024-02-05T00:00:00.000Z');
    await platform.close();
    await expect(platform.advanceTo('2024-02-06')).rejects.toThrow('after close()');
    expect(cursor()).toBe(day(5));

    const next = await open();
    await next.advanceTo('2024-02-01');
    expect(next.now).toBe(day(5));
    await next.advanceTo('2024-02-06');
    expect((await next.summary()).models['line']!.champion).not.toBeNull();
    await next.close();
    expect(cursor()).toBe(day(6));
  }, 60_000);
});
