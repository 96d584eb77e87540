/** The only source of time at run time; virtual in the local engine and in tests. */
export interface Clock {
  /** Epoch seconds. */
  now(): number;
}
