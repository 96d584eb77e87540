import { problem, words } from '../../definition/rules/context';
import { durationSeconds } from '../../kernel/duration';
import { type Problem, show } from '../../kernel/problem';
import type { Draft } from './draft';
import type { Expectation } from './schema';

/** What is wrong with a scenario across its fields, whatever the definition. */
export function scenarioRules(draft: Draft): Problem[] {
  return [
    ...afterTheEnd(draft),
    ...repeated('actions', draft.actions),
    ...repeated('faults', draft.faults),
    ...repeated('expect', draft.expect),
    ...contradictions(draft),
    ...draft.expect.flatMap((one, index) =>
      one === undefined
        ? []
        : [...emptyRange(one, index), ...asksNothing(one, index), ...longerThanIt(one, index, draft)],
    ),
  ];
}

/** What has happened when the scenario is over: a fault that begins later never does. One that lasts longer is cut off. */
function afterTheEnd({ durationSeconds: duration, faults, actions }: Draft): Problem[] {
  if (duration === undefined) return [];
  const late = (list: 'faults' | 'actions', what: string) =>
    (list === 'faults' ? faults : actions).flatMap((one, index) =>
      one === undefined || durationSeconds(one.at) < duration
        ? []
        : [
            problem(
              'afterTheEnd',
              [list, index, 'at'],
              one.at,
              `${what} before the scenario is over`,
              'let it begin earlier, or let the scenario last longer',
            ),
          ],
    );
  return [...late('faults', 'a fault that begins'), ...late('actions', 'an action')];
}

function repeated(list: string, entries: readonly unknown[]): Problem[] {
  const texts = entries.map((one) => (one === undefined ? undefined : JSON.stringify(one)));
  return texts.flatMap((text, index) => {
    const first = texts.indexOf(text);
    return text === undefined || first === index
      ? []
      : [
          problem(
            'duplicate',
            [list, index],
            words(`the same as ${list}.${first}`),
            'each entry once',
            'remove one of the two',
          ),
        ];
  });
}

/** An alarm that has to ring and must not. */
function contradictions({ expect }: Draft): Problem[] {
  return expect.flatMap((one, index) => {
    if (one?.kind !== 'noAlarm') return [];
    const other = expect.findIndex((two) => two?.kind === 'alarm' && two.alarm === one.alarm);
    return other < 0
      ? []
      : [
          problem(
            'contradiction',
            ['expect', index],
            words(`no alarm ${one.alarm}, which expect.${other} asks for`),
            'expectations that can hold together',
            'remove one of the two',
          ),
        ];
  });
}

/** Kinds that count: without a bound, or with one that every number meets, they ask for nothing. */
const COUNTS = new Set<Expectation['kind']>([
  'notifications',
  'pages',
  'retrains',
  'decision',
  'released',
  'rolledBack',
  'run',
]);
/** These name what has to have happened, so that one is meant where no bound is given. */
const ONE_BY_DEFAULT = new Set<Expectation['kind']>(['decision', 'run']);

function emptyRange(one: Expectation, index: number): Problem[] {
  if (!('min' in one || 'max' in one)) return [];
  const { min, max } = one as { min?: number; max?: number };
  if (min !== undefined && max !== undefined && min > max)
    return [
      problem(
        'emptyRange',
        ['expect', index, 'min'],
        min,
        `at most max, ${max}`,
        'exchange min and max, or change one',
      ),
    ];
  if (COUNTS.has(one.kind) && max !== undefined && max < 0)
    return [problem('outOfRange', ['expect', index, 'max'], max, 'a number of 0 or more', 'write 0 for none')];
  return [];
}

function asksNothing(one: Expectation, index: number): Problem[] {
  const ranged = COUNTS.has(one.kind) || one.kind === 'quality';
  const { min, max } = one as { min?: number; max?: number };
  if (!ranged || max !== undefined) return [];
  const nothing = min === undefined ? !ONE_BY_DEFAULT.has(one.kind) : min <= 0 && COUNTS.has(one.kind);
  if (!nothing) return [];
  return [
    problem(
      'asksNothing',
      ['expect', index],
      words(min === undefined ? `${one.kind} without min and max` : `${one.kind} of ${show(min)} or more`),
      'an expectation that can be missed',
      min === undefined ? 'add min, max or both; max: 0 means none' : 'ask for min: 1, or add max',
    ),
  ];
}

function longerThanIt(one: Expectation, index: number, { durationSeconds: duration }: Draft): Problem[] {
  if (one.kind !== 'quality' || duration === undefined || durationSeconds(one.over) <= duration) return [];
  return [
    problem(
      'outOfRange',
      ['expect', index, 'over'],
      one.over,
      'a part of the scenario, so at most its duration',
      'shorten over, or let the scenario last longer',
    ),
  ];
}
