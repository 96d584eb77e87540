import type { StateStore } from '../../ports';
import { changeDocument } from '../../usecases/compare-and-swap';
import { stateKeys } from '../../usecases/keys';

/**
 * The configuration that was asked for last and was not seen in force yet. A change takes longer than one call of a handler,
 * and SageMaker takes a change back without an error: whoever comes next has to know that it was asked for already.
 */
export class EndpointRequests {
  constructor(
    private readonly state: StateStore,
    private readonly endpoint: string,
  ) {}

  /** Name of the configuration; null for none. */
  async pending(): Promise<string | null> {
    const found = await this.state.read(stateKeys.servingRequest(this.endpoint));
    return (found?.value as { readonly configuration: string | null } | undefined)?.configuration ?? null;
  }

  /** @param configuration null: nothing is asked for any more */
  async note(configuration: string | null): Promise<void> {
    await changeDocument(this.state, stateKeys.servingRequest(this.endpoint), (value) => {
      const before = (value as { readonly configuration: string | null } | undefined)?.configuration ?? null;
      return { write: before === configuration ? undefined : { configuration }, answer: undefined };
    });
  }
}
