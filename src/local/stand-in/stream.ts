import { type Random, randomFromState } from '../../runtime/core/statistics/random';

/** Looked up once: globals are slow where code runs in a sandbox, as tests do. */
const { imul } = Math;
/** 2³² / golden ratio, the step of SplitMix. */
const GOLDEN = 0x9e3779b9;

/** What a stream is drawn for: streams of one row and unlike purposes have nothing to do with each other. */
export const STREAMS = { row: 1, calibration: 2, jitter: 3, column: 4, text: 5, label: 6, fault: 16 } as const;

/**
 * The random numbers of one row, whatever rows were made before: the state of the generator is the finaliser of MurmurHash3
 * (Appleby) over the seed, what it is for, and the row's place.
 */
export function streamOf(seed: number, purpose: number, place: number): Random {
  let state = mix(mix(mix(seed | 0) ^ imul(purpose, GOLDEN)) ^ (place | 0)) ^ mix((place / 2 ** 32) | 0);
  const word = (): number => {
    state = (state + GOLDEN) | 0;
    return mix(state);
  };
  // The generator must not begin with zeros alone.
  return randomFromState([word(), word(), word(), word() | 1]);
}

/** A whole number for a text, FNV-1a. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function mix(value: number): number {
  let hash = value;
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
