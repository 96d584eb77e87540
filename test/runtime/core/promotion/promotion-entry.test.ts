import { appendRecord, verifyChain } from '../../../../src/runtime/core/ledger';
import { applyPromotionEvent, emptyRegistry, promotionEntry } from '../../../../src/runtime/core/promotion';
import { approved, gated, POLICY, registered, stateAfter, wholeRelease } from './events';

const context = { at: '2026-11-24T10:00:00.000Z', commit: 'a1b2c3', dataDigest: 'sha256:data' };

describe('promotionEntry', () => {
  it('says who moved which alias', () => {
    const events = wholeRelease('v1', null);
    const before = stateAfter(events.slice(0, -1));
    const event = events.at(-1)!;
    const entry = promotionEntry(before, event, applyPromotionEvent(before, event, POLICY), context)!;
    expect(entry).toMatchObject({
      actor: 'release',
      action: 'promote',
      model: 'churn',
      version: 'v1',
      verdict: 'done',
    });
    expect(entry.details).toMatchObject({ aliasesBefore: { champion: null }, aliasesAfter: { champion: 'v1' } });
    expect(verifyChain([appendRecord(null, entry)]).ok).toBe(true);
  });

  it('records who tried what may not be', () => {
    const before = stateAfter([registered('v1', 'ada'), gated('v1')]);
    const event = approved('v1', 'ada');
    const entry = promotionEntry(before, event, applyPromotionEvent(before, event, POLICY), context);
    expect(entry).toMatchObject({ actor: 'ada', verdict: 'refused', details: { problem: 'separationOfDuties' } });
  });

  it('records a repetition once', () => {
    const event = registered('v1');
    const state = stateAfter([event]);
    expect(promotionEntry(state, event, applyPromotionEvent(state, event, POLICY), context)).toBeUndefined();
    const first = emptyRegistry('churn');
    expect(promotionEntry(first, event, applyPromotionEvent(first, event, POLICY), context)).toBeDefined();
  });
});
