import { OperationError, type Problem, ProblemsError, show } from '../../../kernel/problem';

/** A stored profile, or a pair of profiles, that cannot be compared; it lists everything that is wrong. */
export class DriftProfileError extends ProblemsError {
  constructor(problems: readonly Problem[]) {
    super('these drift profiles cannot be compared', problems);
  }
}

/** Two columns to profile have one name. */
export function duplicateColumn(name: string): OperationError {
  return new OperationError({
    code: 'duplicateDriftColumn',
    path: name,
    got: `two columns named ${show(name)}`,
    expected: 'every column once',
    fix: 'name each column once in data.columns',
  });
}

/** An argument that is not in its domain. */
export function invalidDriftArgument(path: string, got: unknown, expected: string): OperationError {
  return new OperationError({
    code: 'invalidDriftArgument',
    path,
    got: typeof got === 'number' ? String(got) : show(got),
    expected,
    fix: `pass ${expected}`,
  });
}

/** The profile was made by another version of the formulas. */
export function formulaVersionMismatch(path: string, got: unknown, expected: number): Problem {
  return {
    code: 'driftFormulaVersion',
    path,
    got: show(got),
    expected: `formula version ${expected}`,
    fix: 'make the profile again from the data it was made from',
  };
}

/** The window was not counted on this reference's binning. */
export function binningMismatch(path: string, got: string, expected: string): Problem {
  return {
    code: 'driftBinning',
    path,
    got,
    expected,
    fix: 'count the window again on the edges, heavy values and top categories of this reference',
  };
}

/** Counts that are not counts, or do not add up. */
export function brokenCounts(path: string, got: string, expected: string): Problem {
  return { code: 'driftCounts', path, got, expected, fix: 'make the profile again; it was damaged or built wrongly' };
}
