import { invalidDriftArgument } from './errors';

/*
 * The two distances of numeric samples themselves, for data that is small enough to sort. Monitoring compares stored
 * sketches (`sketch-distance.ts`); these are exact.
 */

/**
 * Two-sample Kolmogorov–Smirnov statistic sup |F − G| of two samples of finite numbers, 0 … 1.
 * @throws OperationError when a sample is empty or has a value that is not finite
 */
export function kolmogorovSmirnovOfSamples(first: readonly number[], second: readonly number[]): number {
  const left = sorted('first', first);
  const right = sorted('second', second);
  let distance = 0;
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const value = Math.min(left[i] ?? Number.POSITIVE_INFINITY, right[j] ?? Number.POSITIVE_INFINITY);
    while (i < left.length && left[i] === value) i++;
    while (j < right.length && right[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / left.length - j / right.length));
  }
  return distance;
}

/**
 * Wasserstein-1 (earth mover's) distance ∫ |F − G| dx of two samples of finite numbers, in their unit.
 * @throws OperationError when a sample is empty or has a value that is not finite
 */
export function wassersteinOfSamples(first: readonly number[], second: readonly number[]): number {
  const left = sorted('first', first);
  const right = sorted('second', second);
  let distance = 0;
  let previous = Math.min(left[0]!, right[0]!);
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const value = Math.min(left[i] ?? Number.POSITIVE_INFINITY, right[j] ?? Number.POSITIVE_INFINITY);
    const gap = Math.abs(i / left.length - j / right.length);
    if (gap > 0) distance += gap * (value - previous);
    previous = value;
    while (i < left.length && left[i] === value) i++;
    while (j < right.length && right[j] === value) j++;
  }
  return Math.min(distance, Number.MAX_VALUE);
}

function sorted(name: string, sample: readonly number[]): Float64Array {
  if (sample.length === 0) throw invalidDriftArgument(name, 'an empty sample', 'at least one value');
  const broken = sample.find((value) => !Number.isFinite(value));
  if (broken !== undefined) throw invalidDriftArgument(name, broken, 'finite values');
  return Float64Array.from(sample).sort();
}
