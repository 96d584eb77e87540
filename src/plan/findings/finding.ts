/** Something that is valid but risky. `error` findings stop `mlp check` unless they are acknowledged. */
export interface Finding {
  /** Stable id; what `governance.acknowledge` names. */
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** Path into the definition. */
  readonly path: string;
  /** What is risky, with the figures. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  readonly acknowledged: { readonly reason: string; readonly until: string | null } | null;
}
