import type { Json } from '../../kernel/json';

type Row = Readonly<Record<string, Json>>;

/** One event: what happened, as it is delivered, and when its parts become known. Times in epoch seconds. */
export interface MadeEvent {
  readonly key: string;
  /** All columns of the contract in their order, with the true label, as they are delivered. */
  readonly row: Row;
  /** The same before faults of delivery (rotated and missing columns, clocks); the same object where there were none. */
  readonly meant: Row;
  /** The features of `row`. */
  readonly instance: Row;
  /** When it happened, by the right clock; the timestamp column has the client's. */
  readonly happenedAt: number;
  /** When the request comes. */
  readonly arrivesAt: number;
  /** When its label is known; never before the event itself arrives. */
  readonly labelAt: number;
  /** What stands in the label's column before that, from `arrivesAt` on; nothing where the row is not there before. */
  readonly earlyLabel?: Json;
}
