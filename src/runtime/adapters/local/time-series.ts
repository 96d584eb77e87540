/** Something that happened at a time. */
interface Timed {
  /** Epoch seconds. */
  readonly at: number;
}

/** Forgotten entries stay in the array until there are so many, and half of it: forgetting costs next to nothing then. */
const WASTE = 1024;

/**
 * Entries in the order of time; of the same time, in the order in which they came. Nearly all come in order and are put at
 * the end; a late one is put where it belongs. A window is found by halving and not by looking at everything.
 */
export class TimeSeries<T extends Timed> {
  private entries: T[] = [];
  /** Entries before this place are forgotten. */
  private begin = 0;

  add(entry: T): void {
    const last = this.entries.at(-1);
    if (last === undefined || last.at <= entry.at) this.entries.push(entry);
    else
      this.entries.splice(
        this.place(({ at }) => at > entry.at),
        0,
        entry,
      );
  }

  /** Entries of the half-open window `[from, to)`, one by one: whoever has enough stops. */
  *within(from: number, to: number): Generator<T> {
    // Nobody adds or forgets while a window is read: readers do not wait in between.
    for (let place = this.place(({ at }) => at >= from); place < this.entries.length; place++) {
      const entry = this.entries[place]!;
      if (entry.at >= to) return;
      yield entry;
    }
  }

  /** Forgets what is older than `oldest`. */
  forgetBefore(oldest: number): void {
    while (this.begin < this.entries.length && this.entries[this.begin]!.at < oldest) this.begin += 1;
    if (this.begin < WASTE || this.begin * 2 < this.entries.length) return;
    this.entries = this.entries.slice(this.begin);
    this.begin = 0;
  }

  /** The first place of which `isAfter` holds; it holds of all that follow. */
  private place(isAfter: (entry: T) => boolean): number {
    let [low, high] = [this.begin, this.entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isAfter(this.entries[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
