import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { EventHub, Listener } from './event-hub';

/** Clients that lose the connection come again after this. */
const RETRY_MS = 2000;

/**
 * Streams of server-sent events to all who listen. A connection is ended, and nothing is kept for it, when its client has
 * gone, when it does not take what it is sent from one heartbeat to the next, or when it has fallen behind.
 */
export class EventStreams {
  private readonly open = new Set<OpenStream>();
  private readonly heart: NodeJS.Timeout;

  constructor(
    private readonly hub: EventHub,
    heartbeatMs: number,
  ) {
    this.heart = setInterval(() => {
      for (const stream of this.open) stream.beat();
    }, heartbeatMs);
    this.heart.unref();
  }

  /** Streams that are open. */
  get size(): number {
    return this.open.size;
  }

  /** Answers a request with events from now on, or from after the one that `Last-Event-ID` names. */
  answer(context: Context<{ Bindings: HttpBindings }>): Response {
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'content-type': 'text/event-stream' });
    const { outgoing } = context.env;
    const lastId = context.req.header('last-event-id');
    return streamSSE(context, async (sse) => {
      const stream = new OpenStream(sse, outgoing as ServerResponse);
      this.open.add(stream);
      try {
        await stream.run(this.hub, lastId);
      } finally {
        this.open.delete(stream);
      }
    });
  }

  close(): void {
    clearInterval(this.heart);
    this.hub.close();
  }
}

class OpenStream implements Listener {
  private ended = false;
  private sending = false;
  /** A heartbeat has passed since it began to send what it sends now. */
  private late = false;
  private pendingBeat = false;
  private resume: () => void = () => undefined;

  constructor(
    private readonly sse: SSEStreamingApi,
    private readonly outgoing: ServerResponse,
  ) {}

  async run(hub: EventHub, lastId?: string): Promise<void> {
    const subscription = hub.join(this, lastId);
    this.sse.onAbort(() => this.end());
    try {
      // Says at once that the stream is there; a client waits for the first byte.
      await this.send(() => this.sse.write(`retry: ${RETRY_MS}\n\n`));
      if (subscription.missed !== 0) {
        await this.send(() =>
          this.sse.writeSSE({ event: 'gap', data: JSON.stringify({ missed: subscription.missed }) }),
        );
      }
      while (!this.ended) {
        const event = subscription.take();
        if (event !== undefined) {
          const { id, kind, data } = event;
          await this.send(() => this.sse.writeSSE({ id, event: kind, data }));
        } else if (this.pendingBeat) {
          this.pendingBeat = false;
          await this.send(() => this.sse.write(': heartbeat\n\n'));
        } else {
          await new Promise<void>((resolve) => {
            this.resume = resolve;
          });
        }
      }
    } finally {
      hub.leave(this);
    }
  }

  wake(): void {
    this.resume();
  }

  drop(): void {
    // What it has not taken by now it will not take: the bytes are not kept for it.
    if (this.sending) this.outgoing.destroy();
    this.end();
  }

  beat(): void {
    if (this.sending && this.late) this.drop();
    this.late = this.sending;
    this.pendingBeat = true;
    this.wake();
  }

  private end(): void {
    this.ended = true;
    this.wake();
  }

  private async send(write: () => Promise<unknown>): Promise<void> {
    this.sending = true;
    await write();
    this.sending = false;
    this.late = false;
  }
}
