import { evaluationSchema } from '../../../../src/definition/evaluation';
import type { GateCheck, GateInput, GateResult, ScoredRow } from '../../../../src/runtime/core/gate';
import { createRandom } from '../../../../src/runtime/core/statistics/random';

export const SERVING = { loaded: true, rowsQueried: 10, failures: 0, latencyP99Ms: 20 };

/** Rows with hard answers: half are positive, and each model is wrong where the function says so. */
export function hardRows(
  count: number,
  candidateWrong: (row: number) => boolean,
  championWrong: (row: number) => boolean = candidateWrong,
): ScoredRow[] {
  return Array.from({ length: count }, (_, row) => {
    const label = row % 2;
    const answer = (wrong: boolean) => ({ value: wrong ? 1 - label : label });
    return { key: row, label, candidate: answer(candidateWrong(row)), champion: answer(championWrong(row)) };
  });
}

/** Rows with probabilities; the candidate's scores are as good as `signal` says, the champion's as 1.5. */
export function scoredRows(count: number, signal = 1.5, seed = 'rows'): ScoredRow[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, key) => {
    const label = random.next() < 0.4 ? 1 : 0;
    const noise = random.normal();
    const answer = (strength: number, own: number) => ({
      probability: 1 / (1 + Math.exp(-(strength * (label - 0.5) + noise + own))),
    });
    return {
      key,
      label,
      candidate: answer(signal, 0.1 * random.normal()),
      champion: answer(1.5, 0.1 * random.normal()),
    };
  });
}

type EvaluationInput = Parameters<typeof evaluationSchema.parse>[0];

/** A gate's input in which everything is in order but for what is given. */
export function gateInput({
  evaluation,
  ...given
}: Partial<Omit<GateInput, 'evaluation'>> & { evaluation: EvaluationInput }): GateInput {
  return {
    task: 'binaryClassification',
    evaluation: evaluationSchema.parse(evaluation),
    rows: [],
    candidate: { testSetDigest: 'sha256:1' },
    champion: { testSetDigest: 'sha256:1' },
    serving: SERVING,
    seed: 7,
    ...given,
  };
}

/** The check with this id; its absence is an error. */
export function checkOf(result: GateResult, id: string): GateCheck {
  const found = result.checks.find((check) => check.id === id);
  if (found === undefined)
    throw new Error(`no check ${id}; there are ${result.checks.map((check) => check.id).join(', ')}`);
  return found;
}
