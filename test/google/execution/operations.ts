import { type Answer, type Json, notFound } from './service';

interface LongRunning {
  readonly name: string;
  readonly resource: string;
  readonly until: number;
  readonly apply: () => Json;
  readonly error: { readonly code: number; readonly message: string } | undefined;
  response: Json | undefined;
  done: boolean;
}

/** Long-running operations: what was asked for is so when their time is over, or is not, with a reason. */
export class LongRunningOperations {
  private readonly all: LongRunning[] = [];

  constructor(private readonly now: () => number) {}

  /** @param error how it ends, instead of with what was asked for */
  begin(resource: string, ms: number, apply: () => Json, error?: LongRunning['error']): Json {
    const operation: LongRunning = {
      name: `${resource}/operations/${this.all.length + 1}`,
      resource,
      until: this.now() + ms,
      apply,
      error,
      response: undefined,
      done: false,
    };
    this.all.push(operation);
    return { name: operation.name };
  }

  /** What is over by an instant has happened, in its order. */
  settle(at = this.now()): void {
    const due = this.all.filter((one) => !one.done && one.until <= at).sort((a, b) => a.until - b.until);
    for (const one of due) {
      if (one.error === undefined) one.response = one.apply();
      one.done = true;
    }
  }

  running(resource: string): readonly string[] {
    this.settle();
    return this.all.filter((one) => !one.done && one.resource === resource).map(({ name }) => name);
  }

  get(name: string): Answer {
    this.settle();
    const found = this.all.find((one) => one.name === name);
    if (found === undefined) throw notFound(name);
    return shown(found);
  }

  /** Those of a resource, the newest first. */
  list(resource: string): Json[] {
    this.settle();
    return this.all
      .filter((one) => one.resource === resource)
      .map(shown)
      .reverse();
  }
}

const shown = ({ name, done, error, response }: LongRunning): Json => ({
  name,
  ...(done && { done, ...(error ? { error } : { response }) }),
});
