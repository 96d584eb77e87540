import type { Json } from '../../../kernel/json';
import type { Invocation, ModelArm } from './model-arm';

/**
 * An arm in service. It counts the requests that are in flight, from the moment at which they are routed, and is ended when
 * there are none. Every request is over within the timeout of the arm, whatever the arm does: so that is the most that
 * waiting for them takes.
 */
export class ServingArm {
  private inFlight = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly arm: ModelArm,
    private readonly timeoutSeconds: number,
  ) {}

  /**
   * Sends rows to the arm; never rejects.
   * @param after what has to happen first; the request is in flight meanwhile
   */
  async invoke(
    instances: readonly Readonly<Record<string, Json>>[],
    at: number,
    after?: Promise<unknown>,
  ): Promise<Invocation> {
    this.inFlight += 1;
    let started = performance.now();
    const failed = (error: string): Invocation => ({
      predictions: null,
      latencyMs: performance.now() - started,
      error,
    });
    let timer: NodeJS.Timeout | undefined;
    try {
      if (after !== undefined) {
        await after;
        started = performance.now();
      }
      const late = new Promise<Invocation>((resolve) => {
        const text = `no answer within ${this.timeoutSeconds} s`;
        timer = setTimeout(() => resolve(failed(text)), this.timeoutSeconds * 1000);
      });
      return await Promise.race([this.arm.invoke(instances, at), late]);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
      this.inFlight -= 1;
      if (this.inFlight === 0) for (const resume of this.waiting.splice(0)) resume();
    }
  }

  /**
   * Waits until nothing is in flight, and ends the arm. Nobody may route to it any more.
   * @param mostMs waits no longer than this; what is in flight then fails
   */
  async drainAndStop(mostMs = Number.POSITIVE_INFINITY): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      if (this.inFlight === 0) return resolve();
      this.waiting.push(resolve);
      if (Number.isFinite(mostMs)) timer = setTimeout(resolve, mostMs);
    });
    clearTimeout(timer);
    await this.arm.stop();
  }
}

/**
 * Whether a server went away before it had answered, as told by an arm: the connection broke. An error that a server
 * answers, and no answer in time, are something else.
 */
export const brokeOff = ({ error }: Invocation): boolean => error !== null && BROKEN.test(error);

/** Texts of `ModelServer` and of node's sockets. */
const BROKEN = /^the server ended|socket hang up|ECONNRESET|ECONNREFUSED|EPIPE/;
