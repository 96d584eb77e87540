import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { killMany } from '../../bench/kill/battery';
import { bundleChild } from '../../bench/kill/bundle';
import { checkFolder } from '../../bench/kill/check-folder';
import { checkProgress } from '../../bench/kill/check-progress';
import { type Left, readFolder } from '../../bench/kill/folder';
import { tinyWorld } from '../../bench/kill/tiny-world';
import { live } from '../../bench/kill/victim';
import { JsonlFile } from '../../src/runtime/adapters/local/jsonl-file';
import { createRandom } from '../../src/runtime/core/statistics/random';

/** Of hourly rows: one retraining and its release are in them. */
const DAYS = 39;

describe('a platform that is killed (SIGKILL) at random moments', () => {
  let bundle: string;

  beforeAll(() => {
    bundle = bundleChild();
  });
  afterAll(() => rmSync(dirname(bundle), { recursive: true, force: true }));

  it('goes on each time, loses nothing and does nothing twice', async () => {
    const { kills, violations, stories } = await killMany({
      bundle,
      kills: 5,
      seed: 7,
      days: DAYS,
      random: createRandom('kills of the test'),
    });
    expect(violations).toEqual([]);
    expect(kills).toHaveLength(5);
    expect(kills.every(({ resumed }) => resumed)).toBe(true);
    expect(stories.every(({ killed }) => killed.promoted > 0)).toBe(true);
  }, 120_000);

  describe('in the instant in which it retrains', () => {
    const world = tinyWorld(1, DAYS);
    let left: Left;

    beforeAll(async () => {
      const said = (text: string) => live(bundle, world, { kind: 'said', text });
      // The decision is taken, and nobody has answered for the day that ends here but the first version.
      expect((await said('begins scoreChampion')).end).toBe('killed');
      // Traffic is shifted, and neither the run nor the progress says so yet.
      expect((await said('ends shift1')).end).toBe('killed');
      expect((await readFolder(world)).serving?.live).toEqual({ 1: 50, 2: 50 });
      expect((await live(bundle, world, null)).end).toBe('over');
      left = await readFolder(world);
    }, 60_000);
    afterAll(() => world.remove());

    it('does not let a version answer requests from before its release', () => {
      expect(checkFolder(world, left)).toEqual([]);
      expect(left.registry.aliases.champion).toBe('2');
    });

    it('tells the decision once, as it was', () => {
      const decisions = new JsonlFile(world.paths.decisions).read();
      expect(decisions).toMatchObject([{ at: Date.UTC(2024, 1, 8) / 1000, action: 'retrain' }]);
    });

    it.each<[string, (left: Left) => Left, string]>([
      ['a broken chain', (one) => ({ ...one, ledgerLines: one.ledgerLines.slice(1) }), 'does not verify'],
      ['a record twice', (one) => ({ ...one, ledger: [...one.ledger, one.ledger[0]!] }), 'register of version 1'],
      ['lost traffic', (one) => ({ ...one, serving: { live: { 2: 60 }, mirrored: {} } }), 'adds to 60 %'],
      ['another champion', (one) => ({ ...one, serving: { live: { 1: 100 }, mirrored: {} } }), 'has not all traffic'],
      ['an event twice', (one) => ({ ...one, captured: [...one.captured, one.captured[0]!] }), 'more than once'],
      ['a lost event', (one) => ({ ...one, captured: one.captured.slice(1) }), '1 events before the cursor'],
      [
        'a version that nobody knows',
        (one) => ({ ...one, captured: one.captured.map((row) => ({ ...row, version: 3 })) }),
        'a version that may not serve',
      ],
    ])('would find %s', (_what, change, found) => {
      expect(checkFolder(world, change(left)).join('\n')).toContain(found);
    });

    it('would find that a platform has gone back', () => {
      const { progress, ledger } = left;
      const earlier: Left = { ...left, progress: { ...progress!, cursor: progress!.start }, ledger: ledger.slice(1) };
      expect(checkProgress(left, earlier).join('\n')).toMatch(/the cursor goes back.*\n.*another one, or gone/);
      expect(checkProgress(left, left)).toEqual([]);
    });
  });
});
