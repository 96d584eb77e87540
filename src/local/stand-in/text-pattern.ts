/** What a simple regular expression is made of. */
export type PatternNode =
  | { readonly kind: 'one'; readonly of: readonly string[] }
  | { readonly kind: 'all'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly min: number; readonly max: number };

const between = (first: string, last: string): string[] =>
  Array.from({ length: last.charCodeAt(0) - first.charCodeAt(0) + 1 }, (_, step) =>
    String.fromCharCode(first.charCodeAt(0) + step),
  );
const DIGITS = between('0', '9');
const LETTERS = [...between('a', 'z'), ...between('A', 'Z')];
const PRINTABLE = between(' ', '~');
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  d: DIGITS,
  w: [...LETTERS, ...DIGITS, '_'],
  s: [' '],
};
const CONTROL: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };
/** How many more than the fewest an open-ended repetition has. */
const OPEN_ENDED = 6;

/** Unsupported syntax; caught within this file. */
class Unsupported extends Error {}

/**
 * Reads literals, character classes, groups, alternations and quantifiers; anchors stand for nothing.
 * @returns null for what else a regular expression can have: look-around, back-references, flags, properties
 */
export function parsePattern(source: string): PatternNode | null {
  const reader = new PatternReader(source);
  try {
    return reader.read();
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

class PatternReader {
  private at = 0;

  constructor(private readonly source: string) {}

  read(): PatternNode {
    const node = this.alternation();
    if (this.at < this.source.length) throw new Unsupported();
    return node;
  }

  private peek(): string | undefined {
    return this.source[this.at];
  }

  private take(): string {
    const character = this.source[this.at];
    if (character === undefined) throw new Unsupported();
    this.at += 1;
    return character;
  }

  private alternation(): PatternNode {
    const options = [this.sequence()];
    while (this.peek() === '|') {
      this.at += 1;
      options.push(this.sequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'either', options };
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (let next = this.peek(); next !== undefined && next !== '|' && next !== ')'; next = this.peek()) {
      if (next === '^' || next === '$') this.at += 1;
      else parts.push(this.quantified(this.atom()));
    }
    return { kind: 'all', parts };
  }

  private atom(): PatternNode {
    const character = this.take();
    if (character === '(') return this.group();
    if (character === '[') return { kind: 'one', of: this.characterClass() };
    if (character === '.') return { kind: 'one', of: [...LETTERS, ...DIGITS] };
    if (character === '\\') return { kind: 'one', of: this.escaped() };
    if ('*+?{'.includes(character)) throw new Unsupported();
    return { kind: 'one', of: [character] };
  }

  private group(): PatternNode {
    if (this.peek() === '?') {
      this.at += 1;
      if (this.take() !== ':') throw new Unsupported();
    }
    const inner = this.alternation();
    if (this.take() !== ')') throw new Unsupported();
    return inner;
  }

  private quantified(of: PatternNode): PatternNode {
    const bounds = this.quantifier();
    if (bounds === null) return of;
    // A lazy quantifier matches the same texts.
    if (this.peek() === '?') this.at += 1;
    if (this.quantifier() !== null) throw new Unsupported();
    return { kind: 'repeat', of, ...bounds };
  }

  private quantifier(): { min: number; max: number } | null {
    const simple = { '?': [0, 1], '*': [0, OPEN_ENDED], '+': [1, 1 + OPEN_ENDED] } as const;
    const next = this.peek();
    if (next === '?' || next === '*' || next === '+') {
      this.at += 1;
      const [min, max] = simple[next];
      return { min, max };
    }
    const match = /^\{(\d+)(,(\d*))?\}/.exec(this.source.slice(this.at));
    if (match === null) return null;
    this.at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? min + OPEN_ENDED : Number(match[3]);
    return { min, max };
  }

  /** A class after its `[`. */
  private characterClass(): readonly string[] {
    const negated = this.peek() === '^';
    if (negated) this.at += 1;
    const found = new Set<string>();
    while (this.peek() !== ']') {
      const first = this.member();
      const isRange = this.peek() === '-' && this.source[this.at + 1] !== ']' && this.at + 1 < this.source.length;
      if (!isRange) for (const character of first) found.add(character);
      else {
        this.at += 1;
        const last = this.member();
        if (first.length !== 1 || last.length !== 1) throw new Unsupported();
        for (const character of between(first[0]!, last[0]!)) found.add(character);
      }
    }
    this.at += 1;
    const members = negated ? without(found) : [...found];
    if (members.length === 0) throw new Unsupported();
    return members;
  }

  private member(): readonly string[] {
    const character = this.take();
    if (character === '[' && this.peek() === ':') throw new Unsupported();
    return character === '\\' ? this.escaped() : [character];
  }

  /** What a `\` and the character after it stand for. */
  private escaped(): readonly string[] {
    const character = this.take();
    if (Object.hasOwn(CLASSES, character)) return CLASSES[character]!;
    if (Object.hasOwn(CONTROL, character)) return [CONTROL[character]!];
    const lower = character.toLowerCase();
    if (character !== lower && Object.hasOwn(CLASSES, lower)) return without(new Set(CLASSES[lower]!));
    // Boundaries, back-references, properties and code points.
    if (/[A-Za-z0-9]/.test(character)) throw new Unsupported();
    return [character];
  }
}

/** Everything printable but these; letters and digits alone where some are left. */
function without(excluded: ReadonlySet<string>): string[] {
  const plain = [...LETTERS, ...DIGITS].filter((character) => !excluded.has(character));
  return plain.length > 0 ? plain : PRINTABLE.filter((character) => !excluded.has(character));
}
