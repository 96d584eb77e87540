import type { GoogleApi } from '../../src/runtime/adapters/google/google-api';
import { WorkflowIncidents } from '../../src/runtime/adapters/google/workflow-incidents';
import type { WorkflowsStarter } from '../../src/runtime/adapters/google/workflows-starter';

test.each([
  ['ACTIVE', 'open'],
  ['QUEUED', 'open'],
  // It has told what there was to tell.
  ['SUCCEEDED', 'open'],
  ['CANCELLED', 'taken'],
  ['FAILED', 'abandoned'],
  ['UNAVAILABLE', 'abandoned'],
  [undefined, 'abandoned'],
])('an incident whose execution is %s is %s', async (state, status) => {
  const api = { find: async () => (state === undefined ? undefined : { state }) } as unknown as GoogleApi;
  expect(await new WorkflowIncidents(api, {} as WorkflowsStarter).status('projects/p/executions/e')).toBe(status);
});
