const bytes = new DataView(new ArrayBuffer(8));

/** The next double above; of the largest finite one, infinity. */
export function nextUp(value: number): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return Number.MIN_VALUE;
  bytes.setFloat64(0, value);
  bytes.setBigInt64(0, bytes.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bytes.getFloat64(0);
}

/** The next double below; of the smallest finite one, minus infinity. */
export function nextDown(value: number): number {
  return -nextUp(-value);
}
