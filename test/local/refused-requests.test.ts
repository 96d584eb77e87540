import { LiveTraffic, type LiveTrafficOptions } from '../../src/local/engine/live-traffic';
import type { Invocation } from '../../src/runtime/adapters/local/model-arm';

/** What the endpoint's alarms are told of a request from outside that comes to this. */
async function counted(invocation: Partial<Invocation>): Promise<boolean[]> {
  const failures: boolean[] = [];
  const traffic = new LiveTraffic({
    clock: { now: () => 0 },
    serving: {
      answerLive: async () => ({
        version: 1,
        invocation: { predictions: null, latencyMs: 1, error: null, ...invocation },
      }),
    },
    meter: { count: ({ failed }: { failed: boolean }) => failures.push(failed) },
    capture: { add: async () => undefined },
    capturePercent: 100,
    task: 'regression',
  } as unknown as LiveTrafficOptions);
  await traffic.answerLive({ instances: [{ x: 'many' }] });
  return failures;
}

describe('a request that a client has got wrong', () => {
  it('is no error of the endpoint, which would page somebody for it', async () => {
    expect(await counted({ error: 'status 400: "x is no number"', refused: true })).toEqual([false]);
  });

  it('is told from an error of the server, a timeout and a good answer', async () => {
    expect(await counted({ error: 'status 500: "…"' })).toEqual([true]);
    expect(await counted({ error: 'no answer within 5 s' })).toEqual([true]);
    expect(await counted({ predictions: [1] })).toEqual([false]);
  });
});
