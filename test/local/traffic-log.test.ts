import fc from 'fast-check';
import { type ServedRequest, TrafficLog } from '../../src/runtime/adapters/local/traffic-log';
import { LATENCY_EDGES_MS, latencyHistogram } from '../../src/runtime/core/canary';

const KEEP = 100;
const VERSIONS = [1, 2, 3];

const request = fc.record({
  version: fc.constantFrom(...VERSIONS),
  latencyMs: fc.integer({ min: 0, max: 2000 }),
  failed: fc.boolean(),
  prediction: fc.option(fc.integer({ min: 0, max: 9 })),
  morePredictions: fc.array(fc.option(fc.constantFrom('a', 'b')), { maxLength: 2 }),
  unseen: fc.boolean(),
});

/** Steps of time: nearly always on, sometimes back, sometimes far. */
const step = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: -40, max: -1 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 300 }) },
);

const entries = fc.array(fc.record({ step, isPair: fc.boolean(), request }), { maxLength: 120 });

describe('windows of the traffic log', () => {
  it('are what a filter over everything finds, in the order of time', async () => {
    await fc.assert(
      fc.asyncProperty(
        entries,
        fc.integer({ min: -60, max: 900 }),
        fc.integer({ min: 0, max: 300 }),
        async (all, from, length) => {
          const log = new TrafficLog(() => ['an-alarm'], KEEP);
          const added: { at: number; pair: boolean; request: Omit<ServedRequest, 'at'> }[] = [];
          let at = 0;
          let newest = Number.NEGATIVE_INFINITY;
          for (const one of all) {
            at += one.step;
            newest = Math.max(newest, at);
            added.push({ at, pair: one.isPair, request: one.request });
            if (one.isPair) {
              log.addPair(one.request.version, 9, at, {
                champion: one.request.prediction,
                challenger: one.request.latencyMs,
              });
            } else log.add({ ...one.request, at });
          }
          const to = from + length;
          const window = added
            .filter((one) => one.at >= newest - KEEP && one.at >= from && one.at < to)
            .sort((a, b) => a.at - b.at);
          const requests = window.filter(({ pair }) => !pair).map((one) => one.request);
          const traffic = (of: typeof requests) => ({
            requests: of.length,
            errors: of.filter(({ failed }) => failed).length,
            latency: latencyHistogram(
              of.map(({ latencyMs }) => latencyMs),
              LATENCY_EDGES_MS,
            ),
          });
          expect(await log.all(from, to)).toEqual(traffic(requests.filter(({ unseen }) => unseen !== true)));
          for (const version of VERSIONS) {
            const own = requests.filter((one) => one.version === version);
            expect(await log.arm(version, from, to)).toEqual(traffic(own));
            const predictions = own
              .flatMap(({ prediction, morePredictions = [] }) => [prediction, ...morePredictions])
              .filter((prediction) => prediction !== null);
            for (const limit of [0, 3, 1000]) {
              expect(await log.predictions(version, from, to, limit)).toEqual(predictions.slice(0, limit));
            }
            const pairs = window
              .filter((one) => one.pair && one.request.version === version)
              .map((one) => ({ champion: one.request.prediction, challenger: one.request.latencyMs }));
            for (const limit of [0, 3, 1000]) {
              expect(await log.pairs(version, 9, from, to, limit)).toEqual(pairs.slice(0, limit));
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of a minute cost what is in the minute, with 100,000 requests in the log', async () => {
    const log = new TrafficLog();
    for (let i = 0; i < 100_000; i++)
      log.add({ version: i % 2, at: i / 10, latencyMs: 5, failed: false, prediction: i });
    let [requests, began] = [0, performance.now()];
    for (let minute = 0; minute < 166; minute++)
      requests += (await log.arm(0, minute * 60, (minute + 1) * 60)).requests;
    const windowsMs = performance.now() - began;
    began = performance.now();
    expect((await log.all(0, 166 * 60)).requests).toBe(2 * requests);
    const everythingMs = performance.now() - began;
    expect(requests).toBe(166 * 300);
    // All windows together look at each request once; each alone looking at all of them would take 166 times as long.
    expect(windowsMs).toBeLessThan(20 * everythingMs + 50);
  });

  it('forget requests and pairs alike', async () => {
    const log = new TrafficLog(() => [], 10);
    log.add({ version: 1, at: 0, latencyMs: 1, failed: false, prediction: 1 });
    log.addPair(1, 2, 0, { champion: 1, challenger: 2 });
    log.addPair(1, 2, 5, { champion: 3, challenger: 4 });
    log.add({ version: 1, at: 11, latencyMs: 1, failed: true, prediction: 2 });
    expect(await log.predictions(1, 0, 100, 10)).toEqual([2]);
    expect(await log.pairs(1, 2, 0, 100, 10)).toEqual([{ champion: 3, challenger: 4 }]);
    expect(await log.arm(1, 0, 100)).toMatchObject({ requests: 1, errors: 1 });
  });
});
