import {
  conceptDriftVerdict,
  errorStream,
  type MeasuredMetric,
  type QualityVerdict,
  qualityVerdict,
} from '../../../../src/runtime/core/drift';
import { createRandom } from '../../../../src/runtime/core/statistics/random';

const errors = (share: number, count: number, seed: string): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => (random.next() < share ? 1 : 0));
};
const measured = (
  metric: string,
  value: number,
  standardError: number | null = null,
  release?: number,
): MeasuredMetric => ({
  metric,
  value,
  standardError,
  atRelease: release === undefined ? null : { value: release, standardError: null },
});

describe('quality', () => {
  const judge = (metrics: MeasuredMetric[], policy: object, labels = 1000): QualityVerdict =>
    qualityVerdict(metrics, labels, { minLabels: 200, metrics: policy as Record<string, { min?: number }> });

  it('is compared in the bad direction of the metric', () => {
    const policy = { accuracy: { min: 0.8 }, rmse: { max: 10 } };
    expect(judge([measured('accuracy', 0.81), measured('rmse', 9)], policy).verdict).toBe('ok');
    expect(judge([measured('accuracy', 0.79), measured('rmse', 9)], policy).verdict).toBe('critical');
    expect(judge([measured('accuracy', 0.81), measured('rmse', 11)], policy).verdict).toBe('critical');
    expect(judge([measured('accuracy', 0.8), measured('rmse', 10)], policy).verdict).toBe('ok');
  });

  it('may be worse than at the release by the margin, and better without end', () => {
    const policy = { accuracy: { maxWorseThanRelease: 0.02 }, rmse: { maxWorseThanRelease: 1 } };
    const verdicts = (accuracy: number, rmse: number) =>
      judge([measured('accuracy', accuracy, null, 0.9), measured('rmse', rmse, null, 10)], policy).checks.map(
        ({ verdict }) => verdict,
      );
    expect(verdicts(0.885, 10.9)).toEqual(['ok', 'ok']);
    expect(verdicts(0.87, 11.1)).toEqual(['critical', 'critical']);
    expect(verdicts(0.99, 1)).toEqual(['ok', 'ok']);
  });

  it('has the bounds of the business metric too', () => {
    const policy = {
      minLabels: 200,
      metrics: { accuracy: { min: 0.8 } },
      businessMetric: { name: 'revenue', min: 100 },
    };
    const verdict = (revenue: number) =>
      qualityVerdict([measured('accuracy', 0.9), measured('revenue', revenue)], 1000, policy).verdict;
    expect(verdict(100)).toBe('ok');
    expect(verdict(99)).toBe('critical');
    expect(qualityVerdict([measured('accuracy', 0.9)], 1000, policy).verdict).toBe('insufficientData');
  });

  it('warns while the error of few labels reaches to the limit', () => {
    const policy = { accuracy: { min: 0.8 } };
    expect(judge([measured('accuracy', 0.79, 0.02)], policy).checks[0]).toMatchObject({
      verdict: 'warning',
      limit: 0.8,
    });
    expect(judge([measured('accuracy', 0.74, 0.02)], policy).verdict).toBe('critical');
  });

  it('is unknown, never fine, for too few labels, missing, undefined and incomparable metrics', () => {
    const policy = { accuracy: { min: 0.8 } };
    expect(judge([measured('accuracy', 0.9)], policy, 199).verdict).toBe('insufficientData');
    expect(judge([], policy).verdict).toBe('insufficientData');
    expect(judge([measured('accuracy', Number.NaN)], policy).verdict).toBe('insufficientData');
    expect(judge([measured('accuracy', 0.9)], { accuracy: { maxWorseThanRelease: 0.1 } }).verdict).toBe(
      'insufficientData',
    );
    expect(judge([measured('custom.gain', 5, null, 6)], { 'custom.gain': { maxWorseThanRelease: 0 } }).verdict).toBe(
      'insufficientData',
    );
    const custom = { ...measured('custom.gain', 5, null, 6), direction: 'higherIsBetter' as const };
    expect(judge([custom], { 'custom.gain': { maxWorseThanRelease: 0 } }).verdict).toBe('critical');
  });

  it('rarely pages for a model that stands at its limit: at most 2 % of windows of 500 labels', () => {
    let pages = 0;
    for (let run = 0; run < 500; run++) {
      const wrong = errors(0.2, 500, `limit ${run}`).reduce((sum, error) => sum + error, 0);
      const value = 1 - wrong / 500;
      const verdict = judge(
        [measured('accuracy', value, Math.sqrt((value * (1 - value)) / 500))],
        { accuracy: { min: 0.8 } },
        500,
      );
      if (verdict.verdict === 'critical') pages++;
    }
    expect(pages).toBeLessThanOrEqual(10);
  });
});

describe('concept drift', () => {
  const fell: QualityVerdict = qualityVerdict([measured('accuracy', 0.6)], 1000, {
    minLabels: 200,
    metrics: { accuracy: { min: 0.8 } },
  });
  const holds: QualityVerdict = qualityVerdict([measured('accuracy', 0.9)], 1000, {
    minLabels: 200,
    metrics: { accuracy: { min: 0.8 } },
  });
  const unknown: QualityVerdict = qualityVerdict([], 10, { minLabels: 200, metrics: { accuracy: { min: 0.8 } } });
  const steady = errors(0.1, 1000, 'steady');
  const rising = [...errors(0.1, 800, 'before'), ...errors(0.5, 200, 'after')];
  const cause = (quality: QualityVerdict, inputs: (boolean | null)[], stream = steady) =>
    conceptDriftVerdict({
      quality,
      inputs: inputs.map((dataBreach) => ({ dataBreach })),
      errors: stream,
      minLabels: 200,
    }).cause;

  it('is fallen quality while the inputs stay', () => {
    expect(cause(fell, [false, false])).toBe('conceptDrift');
    expect(cause(fell, [false, null])).toBe('conceptDrift');
    expect(cause(fell, [false, true])).toBe('withDataDrift');
    expect(cause(fell, [])).toBe('qualityDecay');
    expect(cause(fell, [null])).toBe('qualityDecay');
    expect(cause(holds, [false])).toBe('none');
    expect(cause(unknown, [false])).toBe('insufficientData');
  });

  it('is suspected when the error rises before quality leaves its limits', () => {
    expect(cause(holds, [false], rising)).toBe('suspected');
    expect(cause(holds, [true], rising)).toBe('none');
    expect(cause(holds, [false], [...rising].reverse())).toBe('none');
    expect(cause(holds, [false], rising.slice(-150))).toBe('none');
  });

  it('says what fell and where the error rose', () => {
    const { explanation, rises } = conceptDriftVerdict({
      quality: fell,
      inputs: [{ dataBreach: false }],
      errors: rising,
      minLabels: 200,
    });
    expect(rises.length).toBeGreaterThan(0);
    expect(explanation).toContain('quality fell while the inputs did not drift: concept drift (1,000 labels)');
    expect(explanation).toContain('accuracy 0.6 is beyond its limit 0.8 (min)');
    expect(explanation).toMatch(/the mean error rose from 0\.\d+ to 0\.\d+ around label \d+ \(ADWIN\)/);
  });

  it('has errors of 0 and 1 for classes and scaled ones for numbers, without what is missing', () => {
    const pairs = [
      { prediction: 'a', label: 'a' },
      { prediction: 1, label: '1' },
      { prediction: 'a', label: 'b' },
      { prediction: null, label: 'b' },
    ];
    expect(errorStream(pairs, null)).toEqual([0, 0, 1]);
    const numbers = [
      { prediction: 1, label: 2 },
      { prediction: 0, label: 100 },
      { prediction: Number.NaN, label: 1 },
    ];
    expect(errorStream(numbers, 4)).toEqual([0.25, 1]);
  });
});
