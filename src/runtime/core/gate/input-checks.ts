import { type RowFaults, readSample } from '../metrics/rows';
import { check } from './check';
import type { GateCheck, GateInput, ScoredRow } from './types';
import { rowsText, shareText } from './wording';

/** What is wrong with the rows, by whom it concerns. */
export interface InputState {
  readonly checks: readonly GateCheck[];
  /** Labels and the candidate's answers can be used. */
  readonly usable: boolean;
  /** There is a champion, its answers can be used, and they are of the same test set. */
  readonly comparable: boolean;
}

/** Whether what was handed in can be judged at all; anything wrong here never passes. */
export function inputChecks(input: GateInput): InputState {
  const { rows, evaluation, champion } = input;
  const candidateFaults = faultsOf(input, (row) => row.candidate);
  const championFaults = champion === null ? null : faultsOf(input, (row) => row.champion ?? null);
  const testSet = testSetCheck(input);
  const checks = [
    testSet,
    rowCountCheck(rows.length, evaluation.minRows),
    keysCheck(rows),
    faultCheck('input/labels', candidateFaults.labels, rows.length, 'no usable label'),
    faultCheck(
      'input/candidate',
      candidateFaults.predictions,
      rows.length,
      'no usable answer of the candidate (missing, not finite, or no probability)',
    ),
    ...(championFaults === null
      ? []
      : [
          faultCheck(
            'input/champion',
            championFaults.predictions,
            rows.length,
            'no usable answer of the champion (missing, not finite, or no probability)',
          ),
        ]),
  ];
  return {
    checks,
    usable: candidateFaults.labels === 0 && candidateFaults.predictions === 0,
    comparable: championFaults !== null && championFaults.predictions === 0 && testSet.verdict === 'pass',
  };
}

function faultsOf({ task, positive, rows }: GateInput, answer: (row: ScoredRow) => ScoredRow['candidate']): RowFaults {
  return readSample(
    task,
    rows.map((row) => ({ label: row.label, prediction: answer(row) })),
    positive,
  ).faults;
}

function testSetCheck({ candidate, champion }: GateInput): GateCheck {
  const own = candidate.testSetDigest;
  if (own === '' || champion?.testSetDigest === '') {
    const explanation = 'the test set has no digest, so nothing shows which rows the models were scored on';
    return check('input/test-set', 'input', { verdict: 'fail', explanation });
  }
  if (champion !== null && champion.testSetDigest !== own) {
    const explanation = `the candidate was scored on the test set ${own} and the champion on ${champion.testSetDigest}; they are not compared`;
    return check('input/test-set', 'input', { verdict: 'fail', explanation });
  }
  const explanation =
    champion === null
      ? `the candidate was scored on the test set ${own}`
      : `both models were scored on the test set ${own}`;
  return check('input/test-set', 'input', { verdict: 'pass', explanation });
}

function rowCountCheck(rows: number, minRows: number): GateCheck {
  const enough = rows >= minRows;
  return check('input/rows', 'input', {
    verdict: enough ? 'pass' : 'inconclusive',
    value: rows,
    compared: rows,
    comparator: '>=',
    bound: minRows,
    rows,
    rowsNeeded: enough ? null : minRows,
    explanation: enough
      ? `the test set has ${rowsText(rows)}, asked are ${rowsText(minRows)}`
      : `the test set has only ${rowsText(rows)}, asked are ${rowsText(minRows)}`,
  });
}

function keysCheck(rows: readonly ScoredRow[]): GateCheck {
  const repeated = rows.length - new Set(rows.map(({ key }) => String(key))).size;
  return faultCheck('input/keys', repeated, rows.length, 'a key that another row has already');
}

function faultCheck(id: string, faulty: number, rows: number, what: string): GateCheck {
  return check(id, 'input', {
    verdict: faulty === 0 ? 'pass' : 'fail',
    value: faulty,
    compared: faulty,
    comparator: '<=',
    bound: 0,
    rows,
    explanation: faulty === 0 ? `none of ${rowsText(rows)} has ${what}` : `${shareText(faulty, rows)} ${what}`,
  });
}
