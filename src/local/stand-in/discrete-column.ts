import type { Json } from '../../kernel/json';
import type { Random } from '../../runtime/core/statistics/random';
import { type MadeColumn, momentsOf } from './made-column';

/** How much likelier the likeliest of some values is than their mean; the least likely one is as much below it. */
const UNEQUAL = 0.25;

/** Shares of so many values: unequal, and none below three quarters of an equal share. They begin with the turn-th one. */
export function sharesOf(count: number, turn = 0): number[] {
  return Array.from({ length: count }, (_, place) => {
    const rank = (place + turn) % count;
    const relative = count === 1 ? 1 : 1 + UNEQUAL - (2 * UNEQUAL * rank) / (count - 1);
    return relative / count;
  });
}

/**
 * A column with few values. `byNumber`: the label follows the number that the value is, else an offset of its own for each
 * value, which `random` deals out.
 */
export function discreteColumn(
  name: string,
  values: readonly (string | number | boolean)[],
  turn: number,
  random: Random,
  byNumber = false,
): MadeColumn {
  const shares = sharesOf(values.length, turn);
  const places = new Map(values.map((value, place) => [String(value), place]));
  const offsets = byNumber ? values.map(Number) : shuffled(values.length, random);
  const { mean, deviation } = momentsOf(offsets, shares);
  const scores = offsets.map((offset) => (offset - mean) / deviation);
  const order = momentsOf(
    values.map((_, place) => place),
    shares,
  );
  const placeOf = (value: Json): number | undefined => places.get(String(value));
  return {
    name,
    make: (u) => {
      let rest = u;
      const place = shares.findIndex((share) => {
        rest -= share;
        return rest < 0;
      });
      return values[place === -1 ? values.length - 1 : place]!;
    },
    signal: {
      score: (value) => {
        const place = placeOf(value);
        return place === undefined ? 0 : scores[place]!;
      },
      // Values are taken in their order: most of a column that moves far ends up at its last one.
      move: (value, by) => {
        const place = placeOf(value);
        if (place === undefined) return value;
        const moved = Math.round(place + by * order.deviation);
        return values[Math.min(Math.max(moved, 0), values.length - 1)]!;
      },
    },
  };
}

/** 0 … n − 1 in an order by chance (Fisher and Yates). */
function shuffled(n: number, random: Random): number[] {
  const order = Array.from({ length: n }, (_, place) => place);
  for (let place = n - 1; place > 0; place--) {
    const other = random.integer(place + 1);
    [order[place], order[other]] = [order[other]!, order[place]!];
  }
  return order;
}
