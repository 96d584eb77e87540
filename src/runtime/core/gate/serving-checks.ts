import type { Evaluation } from '../../../definition/evaluation';
import { durationMs } from '../../../kernel/duration';
import { check } from './check';
import type { GateCheck, ServingSmokeResult } from './types';
import { numberText, rowsText } from './wording';

/** The candidate was loaded as it will serve, answered every row, and fast enough. */
export function servingChecks(policy: Evaluation['serving'], result: ServingSmokeResult | null): GateCheck[] {
  if (result === null) {
    const explanation = 'the candidate was not loaded and queried, so nothing shows that it can serve';
    return [check('serving/load', 'serving', { verdict: 'inconclusive', explanation })];
  }
  if (!result.loaded) {
    return [
      check('serving/load', 'serving', {
        verdict: 'fail',
        explanation: 'the candidate could not be loaded where it will serve',
      }),
    ];
  }
  const load = check('serving/load', 'serving', {
    verdict: 'pass',
    explanation: 'the candidate was loaded where it will serve',
  });
  return [load, queries(policy.smokeRows, result), ...latency(policy, result)];
}

function queries(smokeRows: number, { rowsQueried, failures }: ServingSmokeResult): GateCheck {
  const known = {
    value: finiteOrNull(failures),
    compared: finiteOrNull(failures),
    comparator: '<=',
    bound: 0,
  } as const;
  if (!isCount(rowsQueried) || !isCount(failures) || failures > rowsQueried) {
    const explanation = `the smoke check reports ${failures} failures of ${rowsQueried} rows, which is no count`;
    return check('serving/queries', 'serving', { ...known, verdict: 'fail', explanation });
  }
  if (failures > 0) {
    const explanation = `${failures} of ${rowsText(rowsQueried)} sent to the loaded candidate had no valid answer`;
    return check('serving/queries', 'serving', { ...known, verdict: 'fail', rows: rowsQueried, explanation });
  }
  if (rowsQueried < smokeRows) {
    const explanation = `only ${rowsText(rowsQueried)} were sent to the loaded candidate, asked are ${smokeRows}`;
    return check('serving/queries', 'serving', {
      ...known,
      verdict: 'inconclusive',
      rows: rowsQueried,
      rowsNeeded: smokeRows,
      explanation,
    });
  }
  const explanation = `the loaded candidate answered all of ${rowsText(rowsQueried)}`;
  return check('serving/queries', 'serving', { ...known, verdict: 'pass', rows: rowsQueried, explanation });
}

function latency(
  { maxLatencyP99 }: Evaluation['serving'],
  { latencyP99Ms, rowsQueried }: ServingSmokeResult,
): GateCheck[] {
  if (maxLatencyP99 === undefined) return [];
  const bound = durationMs(maxLatencyP99);
  const known = {
    value: finiteOrNull(latencyP99Ms),
    compared: finiteOrNull(latencyP99Ms),
    comparator: '<=',
    bound,
  } as const;
  const judged = (verdict: GateCheck['verdict'], explanation: string): GateCheck[] => [
    check('serving/latency', 'serving', { ...known, verdict, rows: finiteOrNull(rowsQueried), explanation }),
  ];
  if (latencyP99Ms === null)
    return judged('inconclusive', `no latency was measured; asked is a p99 of at most ${bound} ms`);
  if (!Number.isFinite(latencyP99Ms) || latencyP99Ms < 0)
    return judged('fail', `the measured p99 latency is ${latencyP99Ms} ms, which is no latency`);
  const said = `p99 latency of the smoke check is ${numberText(latencyP99Ms)} ms, asked is at most ${numberText(bound)} ms`;
  return judged(latencyP99Ms <= bound ? 'pass' : 'fail', said);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
