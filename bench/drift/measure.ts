/** What one process used, as it tells itself. */
export interface Measured {
  /** Processor seconds of each run, without starting the interpreter and loading libraries. */
  readonly cpuSeconds: readonly number[];
  /** Largest resident memory of the whole process. */
  readonly peakMiB: number;
  readonly psi: readonly number[];
}

/** Runs the work so often in this process and prints what it used as a line of JSON. */
export async function measure(runs: number, work: () => Promise<readonly number[]>): Promise<void> {
  const cpuSeconds: number[] = [];
  let psi: readonly number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    psi = await work();
    const used = process.cpuUsage(before);
    cpuSeconds.push((used.user + used.system) / 1e6);
  }
  const measured: Measured = { cpuSeconds, peakMiB: process.resourceUsage().maxRSS / 1024, psi };
  console.log(JSON.stringify(measured));
}

/** The middle of several numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
