import type { StateStore } from '../../ports';

interface Noted {
  /** Name of a configuration, or what is known of it; null for none. */
  readonly configuration: string | null;
}

/**
 * The configuration that was asked for last and was not seen in force yet. A change takes longer than one call of a handler,
 * and SageMaker takes a change back without an error: whoever comes next has to know that it was asked for already. Written
 * under the release lock, so that nobody else writes.
 */
export class EndpointRequests {
  /** @param key of the state document */
  constructor(
    private readonly state: StateStore,
    private readonly key: string,
  ) {}

  /** Name of the configuration; null for none. */
  async pending(): Promise<string | null> {
    return (await this.read()).configuration;
  }

  /** @param configuration null: nothing is asked for any more */
  async note(configuration: string | null): Promise<void> {
    const { version, ...before } = await this.read();
    if (before.configuration === configuration) return;
    await this.state.compareAndSwap(this.key, version, { configuration });
  }

  private async read(): Promise<Noted & { readonly version: string | null }> {
    const found = await this.state.read(this.key);
    const { configuration } = (found?.value as unknown as Noted | undefined) ?? { configuration: null };
    return { configuration, version: found?.version ?? null };
  }
}
