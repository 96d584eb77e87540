/** What an engine is asked to execute. */
export interface Asked {
  /** Source of the workflow, as deployed. */
  readonly source: object;
  readonly argument: unknown;
  readonly environment: Readonly<Record<string, string>>;
  /** Address of the clock that the execution goes by. */
  readonly clock: string;
}

export interface Outcome {
  readonly succeeded: boolean;
  /** What a workflow that succeeded has returned. */
  readonly value?: unknown;
  readonly error?: string;
  /** `state.error` at that end. */
  readonly reason?: { readonly step: string; readonly message: string } | null;
}

/** Something that executes workflows. */
export interface Engine {
  execute(asked: Asked): Promise<Outcome>;
}
