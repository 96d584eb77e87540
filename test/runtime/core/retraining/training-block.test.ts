import { applySpend, blockAt, blockText, periodEnd, type SpendState } from '../../../../src/runtime/core/retraining';
import { DAY, HOUR } from './support';

const at = (instant: string): number => Date.parse(instant) / 1000;
/** Midnight in California. */
const MARCH = at('2026-03-01T08:00:00Z');
const APRIL = at('2026-04-01T07:00:00Z');

/** What is said on a day of a month. */
const said = (cost: number, day: number, { budget = 900, month = MARCH } = {}) => ({
  spend: { periodStartSeconds: month, cost, budget, currency: 'EUR', saidAtSeconds: month + day * DAY },
  now: month + day * DAY + 60,
});
const heard = (...all: readonly ReturnType<typeof said>[]): SpendState | null =>
  all.reduce<SpendState | null>((before, { spend, now }) => applySpend(before, spend, now), null);

describe('the block of training', () => {
  test('comes when the budget is used up, and not before', () => {
    expect(heard(said(899.99, 3))).toMatchObject({ block: null, untold: null });
    expect(heard(said(100, 1), said(900, 3))).toMatchObject({
      block: { cost: 900, budget: 900, currency: 'EUR', untilSeconds: MARCH + 31 * DAY },
      untold: 'blocked',
    });
  });

  test('holds to the end of its month, and ends by itself', () => {
    const state = heard(said(950, 20));
    expect(blockAt(state, MARCH + 30 * DAY)).not.toBeNull();
    expect(blockAt(state, MARCH + 31 * DAY)).toBeNull();
    expect(blockAt(null, MARCH)).toBeNull();
  });

  test('stays when a credit lowers the cost', () => {
    expect(heard(said(950, 10), said(700, 11))!.block).toMatchObject({ cost: 950 });
  });

  test('is lifted when a person raises the budget above what is spent', () => {
    expect(heard(said(950, 10), said(960, 11, { budget: 1500 }))).toMatchObject({ block: null, untold: 'lifted' });
    expect(heard(said(950, 10), said(960, 11, { budget: 955 }))!.block).not.toBeNull();
    expect(
      heard(said(950, 10), said(960, 11, { budget: 1500 }), said(1500, 12, { budget: 1500 }))!.block,
    ).toMatchObject({
      budget: 1500,
    });
  });

  test('is not brought back by what was said before, nor twice', () => {
    const lifted = heard(said(950, 10), said(960, 12, { budget: 1500 }));
    for (const { spend, now } of [said(955, 11), said(960, 12, { budget: 1500 })]) {
      expect(applySpend(lifted, spend, now + 2 * DAY)).toBe(lifted);
    }
  });

  test('of a month says nothing of the next one, whatever the order', () => {
    const march = said(950, 29);
    const april = said(3, 0.2, { month: APRIL });
    expect(heard(march, april)).toMatchObject({ block: null, untold: 'lifted' });
    expect(heard(april, march)).toEqual(heard(april));
    // What comes after its month has nobody to block any more.
    expect(applySpend(null, march.spend, APRIL + DAY)).toBeNull();
    expect(heard(march, said(901, 1, { month: APRIL }))).toMatchObject({ block: { cost: 901 }, untold: 'blocked' });
  });

  test('any order of the same messages ends in the same block', () => {
    const messages = [
      said(100, 1),
      said(905, 5),
      said(880, 6),
      said(910, 7, { budget: 2000 }),
      said(1999, 8, { budget: 2000 }),
    ];
    const inOrder = blockAt(heard(...messages), MARCH + 9 * DAY);
    expect(blockAt(heard(...messages, ...[...messages].reverse()), MARCH + 9 * DAY)).toEqual(inOrder);
  });

  test('says what is spent, and until when it holds', () => {
    expect(blockText(heard(said(950, 20))!.block!)).toMatch(/^950 of 900 EUR of the month .* 2026-04-01T08:00/);
  });

  test('a month is as long as the calendar says', () => {
    expect(periodEnd(at('2026-12-01T08:00:00Z'))).toBe(at('2027-01-01T08:00:00Z'));
    expect(periodEnd(at('2028-02-01T08:00:00Z'))).toBe(at('2028-03-01T08:00:00Z'));
    expect(Math.abs(periodEnd(MARCH) - APRIL)).toBe(HOUR);
  });
});
