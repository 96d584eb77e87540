export interface Used {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** What was measured at one number of rows. */
export interface Row {
  readonly rows: number;
  readonly ours: Used;
  readonly handWritten: Used;
  readonly evidently: Used | null;
  /** Making the stored reference, once per model version. */
  readonly reference: Used;
  /** Largest difference of a column's PSI between ours and the hand-written. */
  readonly psiDifference: number;
}

const used = (value: Used | null): string =>
  value === null ? 'not run' : `${value.cpuSeconds.toFixed(2)} s · ${value.peakMiB.toFixed(0)} MiB`;

/** The measurements as Markdown. */
export function resultsTable(rows: readonly Row[], processors: number): string {
  const lines = rows.map(({ rows: count, ours, handWritten, evidently, reference, psiDifference }) => {
    const byEvidently = evidently === null ? '–' : (evidently.cpuSeconds / ours.cpuSeconds).toFixed(0);
    const byHand = (ours.cpuSeconds / handWritten.cpuSeconds).toFixed(2);
    const cells = [
      count.toLocaleString('en-US'),
      used(ours),
      used(handWritten),
      used(evidently),
      byHand,
      byEvidently,
      psiDifference === 0 ? '0' : psiDifference.toExponential(0),
      used(reference),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `## Drift of 20 numeric columns, from Parquet

\`npm run bench:drift -- --write\`, ${processors} shared processors, DuckDB with 2 threads, Evidently 0.7.23. Processor seconds
(median of nine runs; Evidently and the reference once) without starting the interpreter, and the peak resident memory of the
process. Ours and the hand-written histogram read the window and a stored reference; Evidently has no stored reference and
reads both tables. PSI of ours and by hand are compared column by column.

| rows | ours | by hand | Evidently's PSI | ours ÷ by hand | Evidently ÷ ours | largest PSI difference | reference, made once |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`;
}
