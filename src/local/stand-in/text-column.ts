import type { Column, Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import { cannotMakeUp } from './cannot-make-up';
import type { MadeColumn } from './made-column';
import { drawText, textAt, textCount } from './pattern-text';
import { STREAMS, streamOf } from './stream';
import { type PatternNode, parsePattern } from './text-pattern';

/** Texts of a column without pattern. */
const WORDS = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot'] as const;
/** A pattern is tried so often before the first row is made. */
const TRIALS = 50;

/** Texts of a column, after its pattern if it has one; all unlike where they have to be. */
export function textColumn(
  name: string,
  { pattern, unique }: Extract<Column, { type: 'string' }>,
  data: Pick<Data, 'checks'>,
): MadeColumn {
  const node = pattern === undefined ? null : patternOf(name, pattern, data);
  if (node === null) {
    const word = (u: number): string => WORDS[Math.floor(u * WORDS.length)]!;
    return { name, make: (u, { index }) => (unique ? `${name}-${padded(index)}` : word(u)), signal: null };
  }
  if (!unique) return { name, make: (u) => drawn(node, u), signal: null };
  const count = textCount(node);
  return {
    name,
    make: (_, { index }) => {
      if (index < count) return textAt(node, index);
      const fix = 'give the pattern more texts, or make fewer events';
      throw cannotMakeUp(`data.columns.${name}.pattern`, `${count} unlike texts`, 'one for each row', fix);
    },
    signal: null,
  };
}

const padded = (index: number): string => String(index).padStart(7, '0');

/** A text of which 32 bits of `u` are the seed. One of blanks alone would count as missing: then another is drawn. */
function drawn(node: PatternNode, u: number): string {
  const random = streamOf(0, STREAMS.text, Math.floor(u * 2 ** 32));
  let text = drawText(node, random);
  for (let trial = 0; text.trim() === '' && trial < TRIALS; trial++) text = drawText(node, random);
  return text;
}

/** A pattern that texts can be made of; null where the definition does not insist on it. */
function patternOf(name: string, pattern: string, { checks }: Pick<Data, 'checks'>): PatternNode | null {
  const node = parsePattern(pattern);
  const matches = new RegExp(pattern);
  const trials = Array.from({ length: TRIALS }, (_, step) => (step + 0.5) / TRIALS);
  const holds = (text: string): boolean => text.trim() !== '' && matches.test(text);
  if (node !== null && holds(textAt(node, 0)) && trials.every((u) => holds(drawn(node, u)))) return node;
  if (isLax(checks)) return null;
  throw noText(name, pattern);
}

/** The pattern of a column whose values are made without looking at it. @throws OperationError `cannotMakeUp` if they do not match */
export function assertMatches(
  name: string,
  pattern: string | undefined,
  samples: readonly Json[],
  { checks }: Pick<Data, 'checks'>,
): void {
  if (pattern === undefined || isLax(checks)) return;
  const matches = new RegExp(pattern);
  if (!samples.every((sample) => matches.test(String(sample)))) throw noText(name, pattern);
}

const isLax = (checks: Data['checks']): boolean => checks.pattern === 'warn' || checks.pattern === 'off';

const noText = (name: string, pattern: string) =>
  cannotMakeUp(
    `data.columns.${name}.pattern`,
    pattern,
    'literals, character classes, groups, alternations and quantifiers, which texts can be made of',
    `for the drill set checks.pattern to warn, or make ${name} a category with values`,
  );
