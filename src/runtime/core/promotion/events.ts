interface EventBase {
  /** Identifies the event: a second delivery has the same id and changes nothing. */
  readonly id: string;
  readonly version: string;
  /** Who or what caused it. */
  readonly by: string;
}

/** A training run left a version. */
export interface RegisterEvent extends EventBase {
  readonly kind: 'register';
  readonly artifactDigest: string;
  /** Who started the training. */
  readonly startedBy: string;
}

/** The evaluation gate has spoken. */
export interface GateEvent extends EventBase {
  readonly kind: 'gate';
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
}

/** A person (`by`) lets the version go on, or, with `automatic`, the policy of the model does. */
export interface ApproveEvent extends EventBase {
  readonly kind: 'approve';
  readonly automatic: boolean;
}

/** A person says no. */
export interface RejectEvent extends EventBase {
  readonly kind: 'reject';
  readonly reason: string;
}

/** The version is about to get its first traffic beside the champion. */
export interface ChallengeEvent extends EventBase {
  readonly kind: 'challenge';
  /** Digest of the artifact as it is now. */
  readonly observedDigest: string;
}

/** The version gets all traffic. */
export interface PromoteEvent extends EventBase {
  readonly kind: 'promote';
  readonly observedDigest: string;
  /** The champion that the release compared it with; null when there was none. */
  readonly replaces: string | null;
}

/** The version loses its traffic: a challenger to the champion, a champion to the previous version. */
export interface RollbackEvent extends EventBase {
  readonly kind: 'rollback';
  readonly reason: string;
  /** Digest of the previous version's artifact as it is now; needed when the champion is rolled back. */
  readonly observedDigest: string | null;
}

/** The version is put away for good. */
export interface ArchiveEvent extends EventBase {
  readonly kind: 'archive';
}

export type PromotionEvent =
  | RegisterEvent
  | GateEvent
  | ApproveEvent
  | RejectEvent
  | ChallengeEvent
  | PromoteEvent
  | RollbackEvent
  | ArchiveEvent;

/** The fields of the definition that decide about promotion. */
export interface PromotionPolicy {
  /** `evaluation.approval` of the model, or `manual` where its environment asks for it. */
  readonly approval: 'automatic' | 'manual';
  /** `governance.approvers`; anybody where it is empty. */
  readonly approvers: readonly string[];
  /** `governance.separationOfDuties`. */
  readonly separationOfDuties: boolean;
  /** `security.modelIntegrity`: compare digests before traffic. */
  readonly modelIntegrity: boolean;
}
