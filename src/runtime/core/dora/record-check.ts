import { type Problem, ProblemsError } from '../../../kernel/problem';
import type { KpiWindow } from './figure';

/** Records from which no figure can be made; it lists every number that is none. */
export class KpiRecordError extends ProblemsError {
  constructor(problems: readonly Problem[]) {
    super('these records give no figures', problems);
  }
}

function notFinite(path: string, value: unknown): Problem[] {
  if (typeof value === 'number') {
    return Number.isFinite(value)
      ? []
      : [
          {
            code: 'invalidKpiRecord',
            path,
            got: String(value),
            expected: 'a finite number, or null where nobody knows',
            fix: 'mend what writes this record',
          },
        ];
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => notFinite(path === '' ? key : `${path}.${key}`, one));
}

/** @throws KpiRecordError for a number that is not finite, or a window without length */
export function checkKpiRecords<T extends { readonly window: KpiWindow }>(input: T): void {
  const { startSeconds, endSeconds } = input.window;
  const problems = notFinite('', input);
  if (problems.length === 0 && !(startSeconds < endSeconds)) {
    problems.push({
      code: 'invalidKpiRecord',
      path: 'window.endSeconds',
      got: String(endSeconds),
      expected: `an instant after the start (${startSeconds})`,
      fix: 'ask for a window that has a length',
    });
  }
  if (problems.length > 0) throw new KpiRecordError(problems);
}
