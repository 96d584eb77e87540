import fc from 'fast-check';
import { canonicalJson } from '../../../../src/runtime/core/ledger/canonical-json';
import { LedgerError } from '../../../../src/runtime/core/ledger/errors';

/** The same value with the keys of all its objects in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

function problemOf(value: unknown): { code: string; path: string } {
  try {
    canonicalJson(value);
  } catch (error) {
    if (error instanceof LedgerError) return error.problems[0]!;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('canonicalJson', () => {
  it('prints the example of RFC 8785, section 3.2.2 and 3.2.3', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '€$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by their UTF-16 units, as section 3.2.3 asks', () => {
    const value = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 };
    expect(Object.keys(JSON.parse(canonicalJson(value)))).toHaveLength(7);
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('does not depend on the order of keys, and parses back to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['NaN', { a: [Number.NaN] }, 'a.0'],
    ['infinity', { a: { b: -Infinity } }, 'a.b'],
    ['undefined', { a: undefined }, 'a'],
    ['undefined in a list', [1, undefined], '.1'],
    ['a hole', { a: Object.assign([1], { 2: 3 }) }, 'a.1'],
    ['a lone surrogate', { a: 'x\ud800' }, 'a'],
    ['a lone surrogate as key', { '\udc00': 1 }, '\udc00'],
    ['a bigint', { a: 1n }, 'a'],
    ['a function', { a: () => 1 }, 'a'],
    ['a symbol', { a: Symbol('x') }, 'a'],
    ['a symbol as key', { [Symbol('x')]: 1 }, ''],
    ['a date', { at: new Date(0) }, 'at'],
    ['a map', { a: new Map() }, 'a'],
    ['nothing', undefined, ''],
  ])('refuses %s and names its path', (_name, value, path) => {
    expect(problemOf(value)).toMatchObject({ code: 'notCanonicalizable', path });
  });

  it('refuses a cycle instead of running out of stack', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(problemOf(cycle).code).toBe('notCanonicalizable');
  });
});
