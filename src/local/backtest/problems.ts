import { type Problem, ProblemsError } from '../../kernel/problem';

/** What a backtest was asked, or what it was given to read, is not as it has to be: all problems at once. */
export class BacktestError extends ProblemsError {}

/** Collects problems, so that a person mends all of them in one go. */
export class Problems {
  private readonly found: Problem[] = [];

  get none(): boolean {
    return this.found.length === 0;
  }

  /** What is known already, as of another point of a sweep, is not told again. */
  add(...problems: readonly Problem[]): void {
    for (const problem of problems) {
      const text = JSON.stringify(problem);
      if (!this.found.some((one) => JSON.stringify(one) === text)) this.found.push(problem);
    }
  }

  /**
   * Collects the problems that the work throws, each as `change` sees it; other errors go on.
   * @returns what the work came to; null when it had problems
   */
  async of<T>(
    work: () => T | Promise<T>,
    change: (problem: Problem) => Problem = (problem) => problem,
  ): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      this.add(...error.problems.map(change));
      return null;
    }
  }

  /** @throws BacktestError with everything that was collected */
  throwAny(title: string): void {
    if (!this.none) throw new BacktestError(title, this.found);
  }
}
