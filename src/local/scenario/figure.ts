/**
 * A number for people: three significant digits, whole from 100 on.
 * @param apartFrom numbers that it is compared with; as many digits are added as tell it from them
 */
export function figure(value: number, ...apartFrom: readonly (number | undefined)[]): string {
  const short = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  const confused = (shown: number): boolean => shown !== value && apartFrom.includes(shown);
  for (let digits = 4, shown = short; ; digits++) {
    if (!confused(shown) || digits > 17) return String(shown);
    shown = Number(value.toPrecision(digits));
  }
}
