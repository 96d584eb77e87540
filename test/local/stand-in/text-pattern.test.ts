import fc from 'fast-check';
import { drawText, textAt, textCount } from '../../../src/local/stand-in/pattern-text';
import { parsePattern } from '../../../src/local/stand-in/text-pattern';
import { createRandom } from '../../../src/runtime/core/statistics/random';

const PATTERNS = [
  '^[A-Z]{2}\\d{3,5}$',
  '^(red|green|blue)$',
  '^(?:ab|c)*-x?[^\\s]{2,}?$',
  '^\\+49 \\(0\\)\\d+$',
  '^[a-zA-Z0-9._%+-]+@[a-z]+\\.(com|org)$',
  '^[\\w-]{3}\\.\\D\\W\\S$',
  '^.{4}$',
  '^[^a-zA-Z0-9]{2}$',
  '^[-a]{1,2}[\\]x]$',
  'plain',
  '^((a|b){2}|\\d{2,}){2}$',
];

describe('texts of a pattern', () => {
  test.each(PATTERNS)('match %s', (source) => {
    const node = parsePattern(source)!;
    const matches = new RegExp(source);
    const random = createRandom(source);
    for (let trial = 0; trial < 300; trial++) expect(drawText(node, random)).toMatch(matches);
  });

  test.each(PATTERNS)('one for each place, all unlike: %s', (source) => {
    const node = parsePattern(source)!;
    const matches = new RegExp(source);
    const count = textCount(node);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(Math.min(count, 2 ** 31) - 1), { maxLength: 40 }), (places) => {
        const texts = places.map((place) => textAt(node, place));
        expect(new Set(texts).size).toBe(places.length);
        for (const text of texts) expect(text).toMatch(matches);
      }),
      { numRuns: 25, seed: 3 },
    );
  });

  test('has enough of them where the pattern has', () => {
    expect(textCount(parsePattern('^[a-z]+$')!)).toBeGreaterThan(1e8);
    expect(textCount(parsePattern('^[0-9]{2}$')!)).toBe(100);
    expect(textCount(parsePattern('^(a|[bc]|dd)$')!)).toBe(2);
  });

  test.each(['(?=a)a', '(?<!b)c', '(a)\\1', '\\bword\\b', '\\p{L}+', '(?i)x', '[[:alpha:]]', 'a{2}{3}', '[]'])(
    'cannot be made of %s',
    (source) => {
      expect(parsePattern(source)).toBeNull();
    },
  );
});
