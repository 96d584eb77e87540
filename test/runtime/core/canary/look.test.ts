import {
  type ArmSample,
  alphaPerCheck,
  analyseLook,
  type CheckVerdict,
  checksOf,
  LATENCY_EDGES_MS,
  type LookVerdict,
  NO_EVIDENCE,
  NO_TRAFFIC,
  type ReleaseSample,
} from '../../../../src/runtime/core/canary';
import { arm, latencies, release, sample, seen } from './support';

function one(challenger: ArmSample, champion: ArmSample, policy = release()): LookVerdict {
  return analyseLook({
    evidence: { ...NO_EVIDENCE, looks: 6 },
    observation: seen(7, sample(7, challenger, champion)),
    release: policy,
    phase: 'live',
  });
}

function check(verdict: LookVerdict, name: CheckVerdict['check']): CheckVerdict {
  return verdict.checks.find((found) => found.check === name)!;
}

describe('one look', () => {
  test('a challenger with more errors fails, in words for a person on call', () => {
    const verdict = one(arm(1840, 39), arm(34960, 350));
    expect(verdict.status).toBe('fail');
    expect(verdict.text).toBe('challenger 2.1 % errors of 1,840, champion 1.0 % of 34,960; limit 0.5 points; look 7');
    const { value, pValue, alpha } = check(verdict, 'errorIncrease');
    expect(value).toBeCloseTo(100 * (39 / 1840 - 350 / 34960), 9);
    expect(pValue).toBeLessThan(alpha);
  });

  test('equal arms pass every check', () => {
    const verdict = one(arm(1000, 8), arm(9000, 72));
    expect(verdict.checks.map((found) => [found.check, found.status])).toEqual([
      ['errorIncrease', 'pass'],
      ['errorLimit', 'pass'],
      ['latencyIncrease', 'pass'],
      ['predictionDrift', 'pass'],
    ]);
    expect(verdict.status).toBe('pass');
  });

  test('four errors against none are beyond the limit and no proof: inconclusive', () => {
    const verdict = one(arm(500, 4), arm(500, 0));
    expect(check(verdict, 'errorIncrease').status).toBe('inconclusive');
    expect(check(verdict, 'errorIncrease').text).toContain('chance could do that');
  });

  test('an increase within the limit passes, however sure it is', () => {
    const found = check(one(arm(2_000_000, 24_000), arm(2_000_000, 20_000)), 'errorIncrease');
    expect(found.pValue).toBeLessThan(1e-9);
    expect(found.status).toBe('pass');
  });

  test('fewer requests than minRequests never pass; proof of harm needs no minimum', () => {
    expect(one(arm(499, 4), arm(9000, 90)).status).toBe('inconclusive');
    expect(one(arm(499, 4), arm(9000, 90)).text).toContain('499 of 500 requests per arm');
    expect(one(arm(100, 60), arm(1900, 19)).status).toBe('fail');
  });

  test('zero requests are inconclusive, and every number is finite', () => {
    const verdict = one(NO_TRAFFIC, NO_TRAFFIC);
    expect(verdict.status).toBe('inconclusive');
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
    expect(JSON.stringify(verdict)).not.toContain('NaN');
  });

  test('an absolute guard needs more than a rate above its limit', () => {
    const policy = release({ maxErrorPercent: 1, maxErrorIncreasePercent: 100 });
    expect(check(one(arm(1000, 12), arm(9000, 90), policy), 'errorLimit').status).toBe('pass');
    expect(check(one(arm(1000, 30), arm(9000, 270), policy), 'errorLimit').status).toBe('fail');
    expect(check(one(arm(400, 40), arm(9000, 900), policy), 'errorLimit').status).toBe('inconclusive');
  });

  test('proof stays proof while the estimate is beyond the limit', () => {
    const policy = release({ maxErrorPercent: 1, maxErrorIncreasePercent: 100 });
    const first = one(arm(1000, 30), arm(9000, 270), policy);
    const second = analyseLook({
      evidence: first.evidence,
      observation: seen(8, sample(8, arm(10_000, 105), arm(9000, 90))),
      release: policy,
      phase: 'live',
    });
    expect(check(second, 'errorLimit')).toMatchObject({ status: 'fail', pValue: check(first, 'errorLimit').pValue });
    const diluted = analyseLook({
      evidence: second.evidence,
      observation: seen(9, sample(9, arm(20_000, 100), arm(9000, 90))),
      release: policy,
      phase: 'live',
    });
    expect(check(diluted, 'errorLimit').status).toBe('pass');
  });

  test('a limit of zero errors is broken by one', () => {
    const policy = release({ maxErrorPercent: 0 });
    expect(check(one(arm(1000, 0), arm(1000, 0), policy), 'errorLimit').status).toBe('pass');
    expect(check(one(arm(1000, 1), arm(1000, 0), policy), 'errorLimit').status).toBe('fail');
  });

  test('a p99 half as long again fails, one that is 10 % longer passes', () => {
    const slow = one(arm(3000, 3, { latency: latencies(3000, 170) }), arm(9000, 9));
    expect(check(slow, 'latencyIncrease').status).toBe('fail');
    expect(slow.text).toMatch(/^challenger p99 17\d ms of 3,000, champion 10\d ms of 9,000; limit 20 % more; look 7$/);
    const allowed = one(arm(3000, 3, { latency: latencies(3000, 120) }), arm(9000, 9));
    expect(check(allowed, 'latencyIncrease').status).toBe('pass');
  });

  test('the absolute latency guard', () => {
    const policy = release({ maxLatencyP99: '150ms' });
    expect(check(one(arm(1000), arm(9000), policy), 'latencyLimit').status).toBe('pass');
    const slow = { latency: latencies(1000, 200) };
    expect(check(one(arm(1000, 0, slow), arm(9000, 0, slow), policy), 'latencyLimit').status).toBe('fail');
    const far = check(one(arm(1000), arm(9000), release({ maxLatencyP99: '500s' })), 'latencyLimit');
    expect(far.status).toBe('inconclusive');
    expect(far.text).toContain('the histogram ends at 100 s');
  });

  test('coarse buckets make the latency test weaker and say so, never wrong', () => {
    const counts = (requests: number) => ({ latency: { edgesMs: [1000], counts: [requests, 0] } });
    const found = check(one(arm(3000, 0, counts(3000)), arm(9000, 0, counts(9000))), 'latencyIncrease');
    expect(found.status).toBe('inconclusive');
    expect(found.text).toContain('too coarse');
  });

  test('a missing histogram never passes', () => {
    const verdict = one(arm(1000, 0, { latency: null, predictions: null }), arm(9000, 0));
    expect(check(verdict, 'latencyIncrease')).toMatchObject({ status: 'inconclusive', value: null });
    expect(check(verdict, 'predictionDrift')).toMatchObject({ status: 'inconclusive', value: null });
    expect(verdict.status).toBe('inconclusive');
  });

  test('other answers than the champion’s fail', () => {
    const yes = (requests: number, share: number) => ({
      predictions: {
        kind: 'classes' as const,
        classes: [
          { value: 'no', count: Math.round(requests * (1 - share)) },
          { value: 'yes', count: Math.round(requests * share) },
        ],
      },
    });
    const moved = one(arm(1000, 0, yes(1000, 0.5)), arm(9000, 0, yes(9000, 0.25)));
    expect(check(moved, 'predictionDrift').status).toBe('fail');
    expect(check(one(arm(1000, 0, yes(1000, 0.3)), arm(9000, 0, yes(9000, 0.25))), 'predictionDrift').status).toBe(
      'pass',
    );
    const unknown = { predictions: { kind: 'classes' as const, classes: [{ value: '__proto__', count: 1000 }] } };
    expect(check(one(arm(1000, 0, unknown), arm(9000, 0, yes(9000, 0.25))), 'predictionDrift').status).toBe('fail');
  });

  test('mirrored answers: disagreement and latency of the shadow', () => {
    const policy = release(
      {},
      { shadow: { duration: '1h', maxDisagreementPercent: 2, maxLatencyIncreasePercent: 20 } },
    );
    const look = (disagreed: number, p100Ms = 110) =>
      analyseLook({
        evidence: NO_EVIDENCE,
        observation: seen(1, {
          ...sample(1, arm(1000, 0, { latency: latencies(1000, p100Ms) }), arm(1000)),
          mirrored: { compared: 1000, disagreed },
        }),
        release: policy,
        phase: 'shadow',
      });
    expect(look(15).checks.map((found) => found.check)).toEqual(['errorIncrease', 'latencyIncrease', 'disagreement']);
    expect(look(15).status).toBe('pass');
    expect(look(25).status).toBe('inconclusive');
    expect(look(60).status).toBe('fail');
    expect(look(60).text).toBe('6.0 % of 1,000 answers differ; limit 2 %; look 1');
    expect(look(15, 250).status).toBe('fail');
  });

  test('alpha is split over all checks of all phases', () => {
    expect(alphaPerCheck(release())).toBeCloseTo(0.05 / 4, 12);
    expect(alphaPerCheck(release({ maxLatencyP99: '1s' }))).toBeCloseTo(0.05 / 5, 12);
    const shadow = { shadow: { duration: '1h', maxDisagreementPercent: 2 } };
    expect(alphaPerCheck(release({}, shadow))).toBeCloseTo(0.05 / 6, 12);
    expect(checksOf(release({}, { strategy: 'blueGreen' }), 'live')).toEqual(['errorLimit']);
  });

  test('a check asks for the same proof where others have no numbers', () => {
    const observation = seen(1, sample(1, arm(1000), arm(1000)));
    const unwatched = ['latencyIncrease', 'predictionDrift'] as const;
    const look = analyseLook({ evidence: NO_EVIDENCE, observation, release: release(), phase: 'live', unwatched });
    expect(look.checks.map(({ check, alpha }) => [check, alpha])).toEqual([
      ['errorIncrease', 0.05 / 4],
      ['errorLimit', 0.05 / 4],
    ]);
  });
});

describe('numbers that cannot be', () => {
  const good = sample(7, arm(1000), arm(1000));
  const numeric = (edges: number[], counts: number[]) => ({ predictions: { kind: 'numeric' as const, edges, counts } });
  const cases: [string, string, ReleaseSample][] = [
    ['counts that shrink', 'notACount', { ...good, challenger: { ...arm(1000), requests: -20 } }],
    ['NaN', 'notACount', { ...good, champion: { ...arm(1000), errors: Number.NaN } }],
    ['a fraction', 'notACount', { ...good, champion: { ...arm(1000), requests: 0.5 } }],
    ['more errors than requests', 'errorsExceedRequests', { ...good, challenger: arm(10, 11) }],
    ['a window that ends in the future', 'clockSkew', { ...good, toSeconds: 421 }],
    ['a window without length', 'window', { ...good, fromSeconds: 420 }],
    ['infinite time', 'window', { ...good, fromSeconds: Number.NEGATIVE_INFINITY }],
    ['edges out of order', 'histogramEdges', { ...good, challenger: arm(3, 0, numeric([2, 1], [1, 1, 1])) }],
    ['counts that are missing', 'histogramShape', { ...good, challenger: arm(3, 0, numeric([1, 2], [3])) }],
    [
      'arms on other edges',
      'unlikeHistograms',
      {
        ...good,
        challenger: arm(3, 0, { latency: { edgesMs: [5], counts: [1, 2] } }),
      },
    ],
    ['numbers against classes', 'unlikeHistograms', { ...good, challenger: arm(3, 0, numeric([1], [1, 2])) }],
    [
      'a class twice',
      'duplicateClass',
      {
        ...good,
        challenger: arm(2, 0, {
          predictions: {
            kind: 'classes',
            classes: [
              { value: 'a', count: 1 },
              { value: 'a', count: 1 },
            ],
          },
        }),
      },
    ],
    ['more pairs that differ than pairs', 'notACount', { ...good, mirrored: { compared: 1, disagreed: 2 } }],
  ];

  test.each(cases)('%s: an error named %s, and nothing is learnt', (_, code, broken) => {
    const verdict = analyseLook({
      evidence: NO_EVIDENCE,
      observation: seen(7, broken),
      release: release(),
      phase: 'live',
    });
    expect(verdict.status).toBe('error');
    expect(verdict.problems.map((problem) => problem.code)).toContain(code);
    expect(verdict.evidence).toBe(NO_EVIDENCE);
    expect(verdict.text).not.toBe('');
  });

  test('a provider that gives nothing is an error with its reason', () => {
    const verdict = analyseLook({
      evidence: NO_EVIDENCE,
      observation: seen(1, null),
      release: release(),
      phase: 'live',
    });
    expect(verdict).toMatchObject({ status: 'error', text: 'no numbers: metrics are throttled' });
  });

  test('a window that was judged before is stale, one that overlaps is an error', () => {
    const { evidence } = one(arm(1000), arm(1000));
    const again = (observed: ReleaseSample) =>
      analyseLook({ evidence, observation: seen(9, observed), release: release(), phase: 'live' });
    expect(again(good)).toMatchObject({ status: 'stale', evidence });
    expect(again({ ...good, fromSeconds: 400, toSeconds: 460 }).problems[0]).toMatchObject({ code: 'overlap' });
    const edges = LATENCY_EDGES_MS.slice(1);
    const other = { latency: { edgesMs: edges, counts: edges.map(() => 0).concat(0) } };
    expect(again(sample(8, arm(0, 0, other), arm(0, 0, other))).problems[0]).toMatchObject({
      code: 'unlikeHistograms',
    });
  });
});
