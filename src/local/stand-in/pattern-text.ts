import type { Random } from '../../runtime/core/statistics/random';
import type { PatternNode } from './text-pattern';

/** Enough different texts for every row of a rehearsal. */
const ENOUGH = 1e9;

/** Some text that the pattern describes. */
export function drawText(node: PatternNode, random: Random): string {
  switch (node.kind) {
    case 'one':
      return node.of[random.integer(node.of.length)]!;
    case 'all':
      return node.parts.map((part) => drawText(part, random)).join('');
    case 'either':
      return drawText(node.options[random.integer(node.options.length)]!, random);
    case 'repeat': {
      const times = node.min + random.integer(node.max - node.min + 1);
      return Array.from({ length: times }, () => drawText(node.of, random)).join('');
    }
  }
}

/**
 * How many unlike texts `textAt` has. Repetitions have one length each and alternations one option, so that all texts have
 * the same parts and no two places the same text.
 */
export function textCount(node: PatternNode): number {
  switch (node.kind) {
    case 'one':
      return node.of.length;
    case 'all':
      return node.parts.reduce((product, part) => Math.min(product * textCount(part), Number.MAX_SAFE_INTEGER), 1);
    case 'either':
      return textCount(richest(node.options));
    case 'repeat':
      return Math.min(textCount(node.of) ** lengthOf(node), Number.MAX_SAFE_INTEGER);
  }
}

/** The text at a place below `textCount`; another place has another text. */
export function textAt(node: PatternNode, place: number): string {
  return digits(node, place).text;
}

/** The text of the low digits of a place, and what is left of it. */
function digits(node: PatternNode, place: number): { text: string; rest: number } {
  switch (node.kind) {
    case 'one':
      return { text: node.of[place % node.of.length]!, rest: Math.floor(place / node.of.length) };
    case 'all':
      return joined(node.parts, place);
    case 'either':
      return digits(richest(node.options), place);
    case 'repeat':
      return joined(new Array<PatternNode>(lengthOf(node)).fill(node.of), place);
  }
}

/** The last part changes fastest, as in a number. */
function joined(parts: readonly PatternNode[], place: number): { text: string; rest: number } {
  return parts.reduceRight(
    ({ text, rest }, part) => {
      const before = digits(part, rest);
      return { text: before.text + text, rest: before.rest };
    },
    { text: '', rest: place },
  );
}

const richest = (options: readonly PatternNode[]): PatternNode =>
  options.reduce((best, option) => (textCount(option) > textCount(best) ? option : best));

/** The shortest length that gives enough texts. */
function lengthOf({ of, min, max }: Extract<PatternNode, { kind: 'repeat' }>): number {
  const each = textCount(of);
  const needed = each < 2 ? min : Math.ceil(Math.log(ENOUGH) / Math.log(each));
  return Math.min(Math.max(min, needed), max);
}
