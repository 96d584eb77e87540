import { handleTask } from '../../../src/runtime/entrypoints/aws/handle-task';
import { handler as monitor } from '../../../src/runtime/entrypoints/aws/monitor.lambda';
import { handler as pipeline } from '../../../src/runtime/entrypoints/aws/pipeline.lambda';
import type { Ports } from '../../../src/runtime/usecases';

const event = {
  use: 'requestRelease',
  step: 'requestRelease',
  run: 'r1',
  arguments: {},
  state: { version: { version: 3 } },
};

test('calls the use case with the wired ports and replies its answer', async () => {
  const runs = new Map<string, unknown>();
  const workflows = {
    start: async (workflow: string, name: string, input: unknown) => {
      if (runs.has(`${workflow}/${name}`)) return false;
      runs.set(`${workflow}/${name}`, input);
      return true;
    },
  };
  const handler = handleTask(['requestRelease'], () => ({ workflows }) as unknown as Ports);
  expect(await handler(event)).toEqual({ name: 'v3-r1', started: true });
  expect(await handler(event)).toEqual({ name: 'v3-r1', started: false });
  expect([...runs]).toEqual([['release/v3-r1', { version: 3, requestedBy: 'unknown' }]]);
});

test('refuses a use case of another role, and an event that is none', async () => {
  await expect(monitor(event)).rejects.toThrow(/got requestRelease, expected monitorDrift, monitorQuality/);
  await expect(monitor({ use: 'monitorDrift' })).rejects.toThrow(/step/);
  await expect(pipeline({ use: 'monitorDrift', step: 's', run: 'r', arguments: {}, state: {} })).rejects.toThrow(
    /notThisHandler/,
  );
});

test('a missing variable is named before anything is done', async () => {
  await expect(pipeline(event)).rejects.toThrow(/MLP_PLATFORM/);
});
