import type { ServedTime } from '../../../src/runtime/ports';
import { costPoints } from '../../../src/runtime/usecases/cost-per-prediction';

const HOUR = 3600;
const day = { fromSeconds: 0, toSeconds: 24 * HOUR };

const cost = async (instances: number, served?: ServedTime, requests = 100) => {
  const arm = async () => ({ requests, errors: 0, latency: null });
  const telemetry = { arm, ...(served && { served: async () => served }) };
  const fixed = { cost: { pricePerInstanceHour: 1, instances } };
  return (await costPoints({ telemetry }, { arguments: fixed }, 1, day)).map(({ value }) => value * requests);
};

test('counts the instances that have served where the target tells of them, and the least number for all other time', async () => {
  expect(await cost(2)).toEqual([48]);
  // Eight hours of five instances, and sixteen of two.
  expect(await cost(2, { seconds: 8 * HOUR, instanceSeconds: 40 * HOUR })).toEqual([72]);
  expect(await cost(2, undefined, 0)).toEqual([]);
});

test('is of one instance at least: no endpoint of a cloud answers with none', async () => {
  expect(await cost(0)).toEqual([24]);
});
