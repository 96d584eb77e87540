/** One thing that is wrong with an input: where, what was found, what was expected, and what to do. Lower case, no full stop. */
export interface Problem {
  /** Stable machine name, e.g. `unknownKey`. */
  readonly code: string;
  /** Dotted path into the input, e.g. `models.churn.release.steps.2.percent`; empty for the whole document. */
  readonly path: string;
  /** The value found, shortened and printable. */
  readonly got: string;
  readonly expected: string;
  /** What to do about it. */
  readonly fix: string;
  /** Line in the file that was read, from 1, where it is known. */
  readonly line?: number;
}

const MAX_SHOWN = 80;

/** A value as a short, printable piece of text for an error message. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'function') return 'a function';
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

/** One problem as one paragraph for people. */
export function formatProblem(problem: Problem): string {
  const where = problem.path === '' ? '(whole document)' : problem.path;
  const line = problem.line === undefined ? '' : ` (line ${problem.line})`;
  return `${where}${line}: got ${problem.got}, expected ${problem.expected}\n    ${problem.fix}`;
}

/** Base of our errors that carry problems; the message lists all of them. */
export class ProblemsError extends Error {
  constructor(
    readonly title: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${title}\n${problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`);
    this.name = new.target.name;
  }
}

/** The input is not a valid definition (or section of one). */
export class DefinitionError extends ProblemsError {}

/** Something at run time (a file, a process, a store) is not as it has to be. */
export class OperationError extends ProblemsError {
  constructor(problem: Problem) {
    super(problem.code, [problem]);
  }
}
