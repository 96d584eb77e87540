import { normalQuantile } from './distributions';

/** A stream of pseudo-random numbers; the same seed gives the same numbers on every platform. */
export interface Random {
  /** A number in [0, 1) with 53 random bits. */
  next(): number;
  /** A whole number in [0, n), every one equally likely; n is a whole number from 1 to 2³². */
  integer(n: number): number;
  /** A draw of the standard normal distribution, by inversion of its distribution function. */
  normal(): number;
}

const TWO_32 = 2 ** 32;

/** Looked up once: in the loops below a global costs twenty times the arithmetic where code runs in a sandbox, as tests do. */
const { imul } = Math;
const { isInteger } = Number;

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021), its state
 * filled by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) from the 64-bit FNV-1a hash of the seed's UTF-8 text.
 * Only 32-bit integer and IEEE 754 basic arithmetic, so nothing depends on a platform's `Math` functions.
 * @param seed a text, or a number that is taken as its text: `1` and `'1'` give the same stream
 */
export function createRandom(seed: number | string): Random {
  return randomFromState(stateFromSeed(String(seed)));
}

/** The same generator from its four 32-bit words of state, not all zero (for the published test vectors). */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  let [s0, s1, s2, s3] = state;
  let range = Number.NaN;
  let limit = 0;

  function uint32(): number {
    const scrambled = imul(s1, 5);
    const result = imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  function next(): number {
    const high = uint32() >>> 5;
    const low = uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  return {
    next,
    integer(n) {
      if (n !== range) {
        if (!isInteger(n) || n < 1 || n > TWO_32)
          throw new RangeError(`got ${n}, expected a whole number from 1 to 2^32`);
        range = n;
        // The uneven rest at the top is drawn again: without it small results would be a little likelier.
        limit = TWO_32 - (TWO_32 % n);
      }
      let drawn = uint32();
      while (drawn >= limit) drawn = uint32();
      return drawn % n;
    },
    normal() {
      let uniform = next();
      while (uniform === 0) uniform = next();
      return normalQuantile(uniform);
    },
  };
}

const MASK_64 = (1n << 64n) - 1n;

function stateFromSeed(seed: string): [number, number, number, number] {
  let counter = fnv1a64(seed);
  const splitMix64 = (): bigint => {
    counter = (counter + 0x9e3779b97f4a7c15n) & MASK_64;
    let mixed = counter;
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
    return mixed ^ (mixed >> 31n);
  };
  const first = splitMix64();
  const second = splitMix64();
  // SplitMix64 is a bijection of its counter, so two words in a row are never both zero.
  return [low32(first), high32(first), low32(second), high32(second)];
}

function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK_64;
  }
  return hash;
}

function low32(word: bigint): number {
  return Number(word & 0xffffffffn);
}

function high32(word: bigint): number {
  return Number(word >> 32n);
}
