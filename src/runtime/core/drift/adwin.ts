import { invalidDriftArgument } from './errors';

/** A point at which the mean of a stream changed. */
export interface AdwinDetection {
  /** Index of the value, from 0, at which the change was noticed. */
  readonly at: number;
  /** Index of the first value of the window that was kept: the change is before or around it. */
  readonly changeFrom: number;
  readonly meanBefore: number;
  readonly meanAfter: number;
}

export interface AdwinOptions {
  /** Bound of the probability of a false detection at one test, in (0, 1). */
  readonly delta?: number;
  /** Cuts are tested after every so many values. */
  readonly testEvery?: number;
  /** Fewest values on each side of a cut. */
  readonly leastSide?: number;
}

/** Buckets of one size before the two oldest are merged (M of the paper). */
const BUCKETS_PER_SIZE = 5;

interface Bucket {
  readonly count: number;
  readonly sum: number;
  /** Sum of squared differences from the bucket's mean. */
  readonly squares: number;
}

/**
 * ADWIN2: an adaptive window over a stream of numbers that drops its older part when the means of two parts differ by
 * more than chance allows. Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SIAM
 * International Conference on Data Mining 2007: exponential histogram of buckets, cut where
 * |μ0 − μ1| ≥ √(2/m σ² ln(2/δ')) + 2/(3m) ln(2/δ'), with 1/m = 1/n0 + 1/n1 and δ' = δ / ln n.
 * Values have to lie in [0, 1] for the bound: an error is 0 or 1, other losses are scaled by the caller.
 */
export class Adwin {
  readonly #delta: number;
  readonly #testEvery: number;
  readonly #leastSide: number;
  /** Newest first; bucket counts are powers of two that never fall. */
  #buckets: Bucket[] = [];
  #seen = 0;

  /** @throws OperationError when an option is not in its domain */
  constructor({ delta = 0.002, testEvery = 32, leastSide = 5 }: AdwinOptions = {}) {
    if (!(delta > 0 && delta < 1)) throw invalidDriftArgument('delta', delta, 'a number between 0 and 1');
    if (!Number.isInteger(testEvery) || testEvery < 1)
      throw invalidDriftArgument('testEvery', testEvery, 'a whole number of 1 or more');
    if (!Number.isInteger(leastSide) || leastSide < 1)
      throw invalidDriftArgument('leastSide', leastSide, 'a whole number of 1 or more');
    this.#delta = delta;
    this.#testEvery = testEvery;
    this.#leastSide = leastSide;
  }

  /** Number of values that the window holds. */
  get width(): number {
    return this.#buckets.reduce((total, { count }) => total + count, 0);
  }

  /** Mean of the window; 0 for none. */
  get mean(): number {
    return meanOf(this.#buckets);
  }

  /**
   * Takes the next value in; tells the change when there is one.
   * @param value in [0, 1]
   * @throws OperationError when the value is not in [0, 1]
   */
  update(value: number): AdwinDetection | undefined {
    if (!(value >= 0 && value <= 1)) throw invalidDriftArgument('value', value, 'a number from 0 to 1');
    this.#buckets.unshift({ count: 1, sum: value, squares: 0 });
    this.#compress();
    this.#seen++;
    return this.#seen % this.#testEvery === 0 ? this.#shrink() : undefined;
  }

  #compress(): void {
    for (let size = 1; ; size *= 2) {
      const first = this.#buckets.findIndex(({ count }) => count === size);
      if (first < 0) return;
      let last = first;
      while (this.#buckets[last + 1]?.count === size) last++;
      if (last - first + 1 <= BUCKETS_PER_SIZE) return;
      this.#buckets.splice(last - 1, 2, merged(this.#buckets[last - 1]!, this.#buckets[last]!));
    }
  }

  /** Drops the oldest bucket as long as some cut separates two different means. */
  #shrink(): AdwinDetection | undefined {
    let detection: AdwinDetection | undefined;
    for (let cut = this.#cut(); cut !== undefined; cut = this.#cut()) {
      const meanBefore = detection?.meanBefore ?? cut.meanBefore;
      this.#buckets.pop();
      detection = {
        at: this.#seen - 1,
        changeFrom: this.#seen - this.width,
        meanBefore,
        meanAfter: cut.meanAfter,
      };
    }
    return detection;
  }

  #cut(): { meanBefore: number; meanAfter: number } | undefined {
    if (this.#buckets.length < 2) return undefined;
    const whole = this.#buckets.reduce(merged);
    const variance = whole.squares / whole.count;
    const logarithm = Math.log((2 * Math.log(whole.count)) / this.#delta);
    let newer: Bucket | undefined;
    let found: { meanBefore: number; meanAfter: number } | undefined;
    // From the oldest cut on, as in the paper; walked from the newest, so the last one found is the oldest.
    for (const bucket of this.#buckets.slice(0, -1)) {
      newer = newer === undefined ? bucket : merged(newer, bucket);
      const n1 = newer.count;
      const n0 = whole.count - n1;
      if (n1 < this.#leastSide || n0 < this.#leastSide) continue;
      const meanAfter = newer.sum / n1;
      const meanBefore = (whole.sum - newer.sum) / n0;
      const inverse = 1 / n0 + 1 / n1;
      const bound = Math.sqrt(2 * inverse * variance * logarithm) + (2 / 3) * inverse * logarithm;
      if (Math.abs(meanBefore - meanAfter) >= bound) found = { meanBefore, meanAfter };
    }
    return found;
  }
}

/** Every change of a stream of values in [0, 1], in order. */
export function adwinDetections(values: Iterable<number>, options: AdwinOptions = {}): AdwinDetection[] {
  const adwin = new Adwin(options);
  const detections: AdwinDetection[] = [];
  for (const value of values) {
    const detection = adwin.update(value);
    if (detection !== undefined) detections.push(detection);
  }
  return detections;
}

/** Two buckets as one, their squares by Chan, Golub and LeVeque (1983). */
function merged(a: Bucket, b: Bucket): Bucket {
  const count = a.count + b.count;
  const difference = a.sum / a.count - b.sum / b.count;
  return {
    count,
    sum: a.sum + b.sum,
    squares: a.squares + b.squares + (difference * difference * a.count * b.count) / count,
  };
}

function meanOf(buckets: readonly Bucket[]): number {
  if (buckets.length === 0) return 0;
  const { sum, count } = buckets.reduce(merged);
  return sum / count;
}
