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
    faultCheck('input/labels', candidateFaults.labels, rows.length, 'every row has a label', 'no usable label'),
    answerCheck('candidate', candidateFaults, rows.length),
    ...(championFaults === null ? [] : [answerCheck('champion', championFaults, rows.length)]),
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
  return faultCheck(
    'input/keys',
    repeated,
    rows.length,
    'every row has a key of its own',
    'a key that another row has already',
  );
}

function answerCheck(model: 'candidate' | 'champion', { predictions }: RowFaults, rows: number): GateCheck {
  const fault = `no usable answer of the ${model}: missing, not finite, or a probability that is none`;
  return faultCheck(`input/${model}`, predictions, rows, `the ${model} answered every row`, fault);
}

function faultCheck(id: string, faulty: number, rows: number, sound: string, fault: string): GateCheck {
  return check(id, 'input', {
    verdict: faulty === 0 ? 'pass' : 'fail',
    value: faulty,
    compared: faulty,
    comparator: '<=',
    bound: 0,
    rows,
    explanation: faulty === 0 ? sound : `${shareText(faulty, rows)} ${fault}`,
  });
}
