import type { Json } from '../../../kernel/json';

/** What one call of a server came to; `predictions` is null when it failed. */
export interface Invocation {
  readonly predictions: readonly Json[] | null;
  readonly latencyMs: number;
  /** Why it failed; null when it did not. */
  readonly error: string | null;
  /** The server has refused the request itself (status 4xx): perhaps it was the client's fault. */
  readonly refused?: true;
}

/** A version that answers: a server as a process of its own, or a stand-in in this process. */
export interface ModelArm {
  /** Sends rows; one answer a row. An error of the server, a timeout and an answer that is none are a failed invocation. */
  invoke(instances: readonly Readonly<Record<string, Json>>[], at: number): Promise<Invocation>;
  /** Ends it; a second call does nothing. */
  stop(): Promise<void>;
}

/** How a version becomes an arm. @throws OperationError when its artifact does not load */
export type StartArm = (version: {
  readonly version: number;
  readonly modelDir: string;
  readonly timeoutSeconds: number;
}) => Promise<ModelArm>;
