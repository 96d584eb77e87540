import { invalidDriftArgument } from './errors';
import type { WindowSpan } from './profile';

/** What one window said; stored, and passed in again with the next windows. */
export interface WindowOutcome {
  readonly span: WindowSpan;
  /** The columns breach: a critical one, or too large a share. Null when there was too little to say. */
  readonly dataBreach: boolean | null;
  /** The predictions breach; null when they are not watched or there was too little to say. */
  readonly predictionBreach: boolean | null;
}

/** How often a breach has to stand before it is an alarm. */
export interface Persistence {
  readonly windows: number;
  readonly of: number;
}

export interface Alarms {
  readonly dataDrift: boolean;
  readonly predictionDrift: boolean;
  /** The outcomes that were counted, oldest first; at most `of`. */
  readonly counted: readonly WindowOutcome[];
  /** Two counted windows share a part of their data, so their breaches are not independent. */
  readonly overlapping: boolean;
}

/**
 * Alarms when at least `windows` of the last `of` windows breach, as the clouds' alarms count (m of n). A window with too little data takes its place among
 * the last without a breach. Order and repetition of the history change nothing: windows are sorted by their end, of
 * windows with one span the current one, else the last given, counts, and windows that end later than the current one
 * are left out.
 *
 * Windows that overlap (every hour over 24 hours, by default) repeat most of their data: 2 of 3 then confirms little
 * more than one window does, and a window as long as its schedule's interval confirms fully.
 * @throws OperationError when a span is no pair of instants
 */
export function alarmsOf(
  current: WindowOutcome,
  history: readonly WindowOutcome[],
  { windows, of }: Persistence,
): Alarms {
  const bySpan = new Map<string, WindowOutcome>();
  for (const outcome of [...history, current]) bySpan.set(keyOf(outcome.span), outcome);
  const end = instant(current.span.end);
  const counted = [...bySpan.values()]
    .filter((outcome) => outcome === current || instant(outcome.span.end) <= end)
    .sort((a, b) => instant(a.span.end) - instant(b.span.end) || instant(a.span.start) - instant(b.span.start))
    .slice(-of);
  return {
    dataDrift: counted.filter(({ dataBreach }) => dataBreach === true).length >= windows,
    predictionDrift: counted.filter(({ predictionBreach }) => predictionBreach === true).length >= windows,
    counted,
    overlapping: counted.some(
      ({ span }, index) => index > 0 && instant(span.start) < instant(counted[index - 1]!.span.end),
    ),
  };
}

function keyOf({ start, end }: WindowSpan): string {
  return `${instant(start)}/${instant(end)}`;
}

function instant(text: string): number {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) throw invalidDriftArgument('span', text, 'an instant in ISO 8601');
  return milliseconds;
}
