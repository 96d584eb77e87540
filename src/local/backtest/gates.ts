import { show } from '../../kernel/problem';
import type { Problems } from './problems';
import { ratioText } from './report/words';
import type { BacktestResult } from './result';

/** What a backtest has to come to for `mlp backtest` to exit with 0. */
export interface BacktestGates {
  /** Shares from 0 to 1. */
  readonly minPrecision?: number;
  readonly minRecall?: number;
  readonly maxPages?: number;
  readonly maxRetrains?: number;
}

export interface GateCheck {
  readonly gate: keyof BacktestGates;
  readonly limit: number;
  /** Null for a share of nothing: it holds, because nothing contradicts it. */
  readonly value: number | null;
  readonly holds: boolean;
  readonly text: string;
}

/** Holds a backtest against its gates, in the order in which they are listed. */
export function checkGates({ score, totals }: BacktestResult, gates: BacktestGates): GateCheck[] {
  const checks: GateCheck[] = [];
  const share = (gate: 'minPrecision' | 'minRecall', what: 'precision' | 'recall'): void => {
    const [limit, ratio] = [gates[gate], score?.[what]];
    if (limit === undefined || ratio === undefined) return;
    const holds = ratio.value === null || ratio.value >= limit;
    checks.push({
      gate,
      limit,
      value: ratio.value,
      holds,
      text: `${what} ${ratioText(ratio)}, at least ${limit} asked`,
    });
  };
  const count = (gate: 'maxPages' | 'maxRetrains', what: string, value: number): void => {
    const limit = gates[gate];
    if (limit !== undefined)
      checks.push({ gate, limit, value, holds: value <= limit, text: `${value} ${what}, at most ${limit} asked` });
  };
  share('minPrecision', 'precision');
  share('minRecall', 'recall');
  count('maxPages', 'pages', totals.pages);
  count('maxRetrains', 'retrainings', totals.retrains);
  return checks;
}

/** Gates that cannot be: shares without incidents to take them of, or outside 0 to 1. */
export function gateProblems(gates: BacktestGates, hasIncidents: boolean, problems: Problems): void {
  for (const [gate, value] of Object.entries(gates) as [keyof BacktestGates, number | undefined][]) {
    if (value === undefined) continue;
    const isShare = gate === 'minPrecision' || gate === 'minRecall';
    if (isShare ? !(value >= 0 && value <= 1) : !(Number.isInteger(value) && value >= 0)) {
      problems.add({
        code: 'badGate',
        path: gate,
        got: show(value),
        expected: isShare ? 'a share from 0 to 1' : 'a whole number of 0 or more',
        fix: 'write a number in that range',
      });
    }
    if (isShare && !hasIncidents) {
      problems.add({
        code: 'gateWithoutIncidents',
        path: gate,
        got: 'no incidents',
        expected: 'incidents to hold alarms against',
        fix: 'name a file of marked incidents with --incidents',
      });
    }
  }
}
