/** Counts of one arm of a release in a window. */
export interface ArmTraffic {
  readonly requests: number;
  readonly errors: number;
  /** Counts by bucket: `(-inf, e0], (e0, e1], … (en, inf)`; edges in ms. Null where there was nothing to measure. */
  readonly latency: { readonly edgesMs: readonly number[]; readonly counts: readonly number[] } | null;
}

/** Machine time of a version, of the periods alone in which it was asked. */
export interface ServedTime {
  /** Length of these periods together. */
  readonly seconds: number;
  /** Of every instance that was up in them, together. */
  readonly instanceSeconds: number;
}

export interface PredictionPair {
  readonly champion: string | number | null;
  readonly challenger: string | number | null;
}

/** What happened to live and mirrored traffic. Windows are half-open, `[from, to)`, in epoch seconds. */
export interface TrafficTelemetry {
  arm(version: number, from: number, to: number): Promise<ArmTraffic>;
  /** Where the target tells how many instances have served; elsewhere nobody knows of those that autoscaling has added. */
  served?(version: number, from: number, to: number): Promise<ServedTime>;
  /** Predictions of a version as numbers, or as category names; at most `limit`. */
  predictions(version: number, from: number, to: number, limit: number): Promise<(number | string)[]>;
  /** Answers to the same requests, while traffic is mirrored. */
  pairs(champion: number, challenger: number, from: number, to: number, limit: number): Promise<PredictionPair[]>;
  /** Ids of page alarms of this model that fire now. */
  firingAlarms(): Promise<string[]>;
}
