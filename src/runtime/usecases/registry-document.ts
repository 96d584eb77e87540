import type { Json } from '../../kernel/json';
import { toJson } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import type { LedgerEntry } from '../core/ledger';
import {
  applyPromotionEvent,
  emptyRegistry,
  type PromotionEvent,
  type PromotionPolicy,
  promotionEntry,
  type RegistryState,
} from '../core/promotion';
import { appendToLedger } from './append-ledger';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports } from './ports';

/**
 * The registry of a model and what the ledger has still to be told about it. Both change in one write, so that whoever
 * dies between the registry and the ledger leaves a record that the next one appends.
 */
interface RegistryDocument {
  readonly registry: RegistryState;
  readonly outbox: readonly LedgerEntry[];
}

export interface EventContext {
  readonly commit: string | null;
  readonly dataDigest: string | null;
}

/** What an application answers: the registry as it is now, or why nothing changed. */
type Applied =
  | { readonly ok: true; readonly registry: RegistryState }
  | { readonly ok: false; readonly problem: OperationError };

type Needs = Pick<Ports, 'model' | 'state' | 'ledger' | 'clock'>;

const documentOf = (value: Json | undefined, model: string): RegistryDocument =>
  value === undefined ? { registry: emptyRegistry(model), outbox: [] } : (value as unknown as RegistryDocument);

/** The registry of the model; empty when it has no version yet. */
export async function readRegistry({ state, model }: Pick<Ports, 'state' | 'model'>): Promise<RegistryState> {
  return documentOf((await state.read(stateKeys.registry(model)))?.value, model).registry;
}

/**
 * Applies events one after the other, all of them or none, and tells the ledger. Events that were applied already change
 * nothing. `make` is asked for the events with the registry as it is at that moment.
 * @throws OperationError the problem of the event that is refused; the refusal is in the ledger
 */
export async function applyToRegistry(
  ports: Needs,
  make: (registry: RegistryState) => readonly PromotionEvent[],
  policy: PromotionPolicy,
  context: EventContext,
): Promise<RegistryState> {
  const at = new Date(ports.clock.now() * 1000).toISOString();
  const key = stateKeys.registry(ports.model);
  const applied = await changeDocument<Applied>(ports.state, key, (value) => {
    const before = documentOf(value, ports.model);
    let { registry } = before;
    const entries: LedgerEntry[] = [];
    for (const event of make(registry)) {
      const outcome = applyPromotionEvent(registry, event, policy);
      const entry = promotionEntry(registry, event, outcome, { at, ...context });
      if (!outcome.ok) {
        const outbox = entry === undefined ? before.outbox : [...before.outbox, entry];
        return {
          write: toJson({ registry: before.registry, outbox }),
          answer: { ok: false, problem: new OperationError(outcome.problem) },
        };
      }
      if (entry !== undefined) entries.push(entry);
      registry = outcome.state;
    }
    const write = entries.length === 0 ? undefined : toJson({ registry, outbox: [...before.outbox, ...entries] });
    return { write, answer: { ok: true, registry } };
  });
  await flushOutbox(ports);
  if (!applied.ok) throw applied.problem;
  return applied.registry;
}

/** Appends what the ledger has not been told yet; a second call does nothing. */
export async function flushOutbox(ports: Needs): Promise<void> {
  const key = stateKeys.registry(ports.model);
  const { outbox } = documentOf((await ports.state.read(key))?.value, ports.model);
  if (outbox.length === 0) return;
  for (const entry of outbox) await appendToLedger(ports.ledger, entry);
  const told = new Set(outbox.map((entry) => entry.details['event']));
  await changeDocument(ports.state, key, (value) => {
    const document = documentOf(value, ports.model);
    const rest = document.outbox.filter((entry) => !told.has(entry.details['event']));
    return { write: toJson({ ...document, outbox: rest }), answer: undefined };
  });
}
