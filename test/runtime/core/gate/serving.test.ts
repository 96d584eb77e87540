import { evaluateGate } from '../../../../src/runtime/core/gate';
import { checkOf, gateInput, hardRows, SERVING } from './support';

const rows = hardRows(200, () => false);

function judge(serving: object, maxLatencyP99?: string) {
  const policy = maxLatencyP99 === undefined ? {} : { maxLatencyP99 };
  return evaluateGate(
    gateInput({
      rows,
      serving: { ...SERVING, ...serving },
      evaluation: { metrics: { accuracy: { min: 0.5 } }, serving: policy },
    }),
  );
}

describe('the smoke check of serving', () => {
  test.each([
    ['all answers, no limit on latency', {}, undefined, 'pass'],
    ['all answers without a latency, no limit on it', { latencyP99Ms: null }, undefined, 'pass'],
    ['latency at its limit', { latencyP99Ms: 250 }, '250ms', 'pass'],
    ['latency above its limit', { latencyP99Ms: 250.5 }, '250ms', 'fail'],
    ['a limit in seconds', { latencyP99Ms: 1999 }, '2s', 'pass'],
    ['no latency where one is asked for', { latencyP99Ms: null }, '250ms', 'inconclusive'],
    ['a latency that is NaN', { latencyP99Ms: Number.NaN }, '250ms', 'fail'],
    ['a negative latency', { latencyP99Ms: -1 }, '250ms', 'fail'],
    ['a row without a valid answer', { failures: 1 }, undefined, 'fail'],
    ['fewer rows than asked for', { rowsQueried: 9 }, undefined, 'inconclusive'],
    ['no rows', { rowsQueried: 0 }, undefined, 'inconclusive'],
    ['more failures than rows', { failures: 11 }, undefined, 'fail'],
    ['counts that are none', { failures: Number.NaN }, undefined, 'fail'],
    ['not loaded', { loaded: false }, undefined, 'fail'],
  ])('%s', (_name, serving, limit, verdict) => {
    expect(judge(serving, limit).verdict).toBe(verdict);
  });

  test('says what it found', () => {
    const result = judge({ failures: 2, latencyP99Ms: 400 }, '250ms');
    expect(checkOf(result, 'serving/queries').explanation).toBe(
      '2 of 10 rows sent to the loaded candidate had no valid answer',
    );
    expect(checkOf(result, 'serving/latency')).toMatchObject({
      value: 400,
      bound: 250,
      explanation: 'p99 latency of the smoke check is 400 ms, asked is at most 250 ms',
    });
  });

  test('a limit of latency alone passes nobody', () => {
    const evaluation = { metrics: { accuracy: {} }, serving: { maxLatencyP99: '1s' } };
    expect(evaluateGate(gateInput({ rows, evaluation })).verdict).toBe('inconclusive');
  });
});
