import type { RetrainingCause } from '../../../definition/retraining';

/** Why somebody or something asks for a retraining. `modelAge` and `newData` are also found by the decision itself. */
export type TriggerKind = RetrainingCause | 'modelAge' | 'schedule' | 'manual';

/** One request to retrain. The same kind and window end is the same request, however often it is delivered. */
export interface Trigger {
  readonly kind: TriggerKind;
  /** End of the window that was judged; for a schedule the instant it fired for. Epoch seconds. */
  readonly windowEndSeconds: number;
  /** Evidence for people: `auc 0.71, limit 0.75 on 2,300 labels`. */
  readonly text: string;
}

/** Strongest reason first: the one that names the run when several ask at the same time. */
const RANK: readonly TriggerKind[] = [
  'manual',
  'quality',
  'conceptDrift',
  'drift',
  'freshness',
  'modelAge',
  'newData',
  'schedule',
];

/** The leading trigger: by rank, then the newest window; undefined for none. Independent of the order. */
export function leadingTrigger(triggers: readonly Trigger[]): Trigger | undefined {
  return [...triggers].sort(
    (a, b) =>
      RANK.indexOf(a.kind) - RANK.indexOf(b.kind) ||
      b.windowEndSeconds - a.windowEndSeconds ||
      (a.text < b.text ? -1 : a.text > b.text ? 1 : 0),
  )[0];
}

/** The one that is kept while all wait: the newest, but a person's request is not pushed out by another kind. */
export function newestTrigger(triggers: readonly Trigger[]): Trigger | undefined {
  return [...triggers].sort(
    (a, b) =>
      Number(b.kind === 'manual') - Number(a.kind === 'manual') ||
      b.windowEndSeconds - a.windowEndSeconds ||
      RANK.indexOf(a.kind) - RANK.indexOf(b.kind),
  )[0];
}

/**
 * What makes two requests the same: policy version, kind and window end, as an FNV-1a hash of 64 bits in hex. Short enough
 * for the name of an execution, and the same on every target.
 */
export function triggerKey(policyVersion: string, trigger: Trigger): string {
  const text = JSON.stringify([policyVersion, trigger.kind, trigger.windowEndSeconds]);
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return `${trigger.kind}-${hash.toString(16).padStart(16, '0')}`;
}
