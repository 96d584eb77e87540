/**
 * Holm's step-down adjustment (Scandinavian Journal of Statistics 6, 1979): rejecting where the adjusted value is at most α keeps the
 * chance of any false rejection in the family at α, whatever the dependence.
 * @param pValues in any order
 * @returns adjusted p-values in the same order, each at most 1
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((left, right) => pValues[left]! - pValues[right]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [step, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - step) * pValues[index]!));
    adjusted[index] = largest;
  }
  return adjusted;
}
