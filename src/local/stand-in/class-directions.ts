import type { Random } from '../../runtime/core/statistics/random';
import { dot } from './label-law';

/**
 * A direction in the space of features for each class, of length 1 and as far from the others as they can be: at right
 * angles where there are enough features, evenly around a circle where there are not, along a line for a single one.
 */
export function classDirections(classes: number, features: number, random: Random): number[][] {
  if (features === 1) return Array.from({ length: classes }, (_, place) => [(2 * place) / (classes - 1) - 1]);
  if (classes <= features) return orthonormal(classes, features, random);
  const [first, second] = orthonormal(2, features, random) as [number[], number[]];
  return Array.from({ length: classes }, (_, place) => {
    const angle = (2 * Math.PI * place) / classes;
    return first.map((value, at) => Math.cos(angle) * value + Math.sin(angle) * second[at]!);
  });
}

/** Vectors by chance at right angles to each other (Gram and Schmidt). */
function orthonormal(count: number, size: number, random: Random): number[][] {
  const found: number[][] = [];
  while (found.length < count) {
    let vector = Array.from({ length: size }, () => random.normal());
    for (const other of found) {
      const along = dot(vector, other);
      vector = vector.map((value, at) => value - along * other[at]!);
    }
    const length = Math.sqrt(dot(vector, vector));
    // All but within what the others span: draw again.
    if (length > 1e-3) found.push(vector.map((value) => value / length));
  }
  return found;
}
