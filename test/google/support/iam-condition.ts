import { CelScalar, celMethod, isCelError, run } from '@bufbuild/cel';

/** What is asked for, as IAM describes it to conditions. */
export interface AskedFor {
  readonly type: string;
  readonly name: string;
}

/**
 * IAM's own function: what stands between the first `prefix` and the `suffix` after it, empty where either is missing
 * (cloud.google.com/iam/docs/conditions-attribute-reference#extract).
 */
export function extract(text: string, template: string): string {
  const [, prefix = '', suffix = ''] = /^([^{}]*)\{\w+\}([^{}]*)$/.exec(template)!;
  const start = text.indexOf(prefix);
  if (start === -1) return '';
  const from = start + prefix.length;
  const end = suffix === '' ? text.length : text.indexOf(suffix, from);
  return end === -1 ? '' : text.slice(from, end);
}

const FUNCTIONS = [
  celMethod('extract', CelScalar.STRING, [CelScalar.STRING], CelScalar.STRING, function (template) {
    return extract(this, template);
  }),
];

/** Whether the condition of a binding holds. @throws Error for an expression that is not CEL, or no yes or no */
export function holds(expression: string, { type, name }: AskedFor): boolean {
  const service = type.split('/')[0]!;
  const answer = run(expression, { resource: { type, name, service } }, { funcs: FUNCTIONS });
  if (isCelError(answer)) throw new Error(`${expression}: ${answer.message}`);
  if (typeof answer !== 'boolean') throw new Error(`${expression}: ${String(answer)}`);
  return answer;
}
