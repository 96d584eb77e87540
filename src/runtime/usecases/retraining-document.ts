import { type Json, toJson } from '../../kernel/json';
import {
  applyRetrainingDecision,
  applyRunEnded,
  NEVER_TRAINED,
  type RetrainingDecision,
  type RetrainingState,
  type RunEnded,
} from '../core/retraining';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports } from './ports';

/** A decision as it was taken; what follows from it is carried out after it was written. */
export interface DecidedRetraining {
  /** Name of the call that asked. */
  readonly run: string;
  readonly atSeconds: number;
  /** The version that served then; null for none. */
  readonly champion: string | null;
  readonly decision: RetrainingDecision;
}

/**
 * What the decision remembers of a model, and the decisions whose record, metrics, notification and start are still to
 * come. Both change in one write, so that whoever dies after it leaves a decision that the next one carries out.
 */
interface RetrainingDocument {
  readonly state: RetrainingState;
  readonly outbox: readonly DecidedRetraining[];
  /** The newest one: the same call, asked again after a fault, gets the same answer. */
  readonly latest: DecidedRetraining | null;
}

/** A call that has not carried out its decision by then is over: it is the longest that a task may take. */
const LEFT_AFTER_SECONDS = 900;

type Store = Pick<Ports, 'state' | 'model'>;

const documentOf = (value: Json | undefined): RetrainingDocument =>
  value === undefined ? { state: NEVER_TRAINED, outbox: [], latest: null } : (value as unknown as RetrainingDocument);

/** What the decision remembers of the model. */
export async function readRetraining({ state, model }: Store): Promise<RetrainingState> {
  return documentOf((await state.read(stateKeys.retraining(model)))?.value).state;
}

/**
 * Takes a decision and writes it, with what has to be carried out. A call that was answered already gets its answer again.
 *
 * @param decide pure; it is called once an attempt
 * @param isTold whether a decision is recorded at all
 */
export function takeDecision(
  { state, model }: Store,
  call: Pick<DecidedRetraining, 'run' | 'atSeconds' | 'champion'>,
  decide: (before: RetrainingState) => RetrainingDecision,
  isTold: (decision: RetrainingDecision) => boolean,
): Promise<RetrainingDecision> {
  return changeDocument<RetrainingDecision>(state, stateKeys.retraining(model), (value) => {
    const document = documentOf(value);
    const known = [document.latest, ...document.outbox].find((one) => one?.run === call.run);
    if (known) return { write: undefined, answer: known.decision };
    const decision = decide(document.state);
    if (!isTold(decision)) {
      const after = applyRetrainingDecision(document.state, decision, call.atSeconds);
      return { write: toJson({ ...document, state: after }), answer: decision };
    }
    const latest = { ...call, decision };
    const after = {
      state: applyRetrainingDecision(document.state, decision, call.atSeconds),
      outbox: [...document.outbox, latest],
      latest,
    };
    return { write: toJson(after), answer: decision };
  });
}

/**
 * Carries out what was decided, in the order of the decisions, and takes it off: what this call has decided, and what
 * another one has left. A fault in between repeats the decision that it struck: `carryOut` has to bear that.
 */
export async function flushDecisions(
  { state, model }: Store,
  { run, atSeconds }: Pick<DecidedRetraining, 'run' | 'atSeconds'>,
  carryOut: (decided: DecidedRetraining) => Promise<void>,
): Promise<void> {
  const key = stateKeys.retraining(model);
  for (const decided of documentOf((await state.read(key))?.value).outbox) {
    const isLeft = atSeconds - decided.atSeconds >= LEFT_AFTER_SECONDS;
    if (decided.run !== run && !isLeft) continue;
    await carryOut(decided);
    await changeDocument(state, key, (value) => {
      const document = documentOf(value);
      const outbox = document.outbox.filter((one) => one.run !== decided.run);
      return { write: toJson({ ...document, outbox }), answer: undefined };
    });
  }
}

/** Tells the state how a run ended; nothing changes for a run that is unknown or has ended. */
export async function endRun({ state, model }: Store, ended: RunEnded): Promise<void> {
  await changeDocument(state, stateKeys.retraining(model), (value) => {
    const document = documentOf(value);
    const after = applyRunEnded(document.state, ended);
    return { write: after === document.state ? undefined : toJson({ ...document, state: after }), answer: undefined };
  });
}
