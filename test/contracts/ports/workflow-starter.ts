import type { WorkflowStarter } from '../../../src/runtime/ports';

/** What every workflow starter does. */
export function workflowStarterContract(name: string, make: () => Promise<WorkflowStarter>): void {
  describe(`workflow starter: ${name}`, () => {
    it('starts a run of a name once', async () => {
      const starter = await make();
      expect(await starter.status('pipeline', 'run-1')).toBe('absent');
      const started = await Promise.all([1, 2, 3].map((n) => starter.start('pipeline', 'run-1', { n })));
      expect(started.filter(Boolean)).toHaveLength(1);
      expect(await starter.status('pipeline', 'run-1')).toBe('running');
      expect(await starter.start('pipeline', 'run-1', {})).toBe(false);
    });

    it('keeps the names of pipelines and releases apart', async () => {
      const starter = await make();
      await starter.start('pipeline', 'same', {});
      expect(await starter.status('release', 'same')).toBe('absent');
      expect(await starter.start('release', 'same', {})).toBe(true);
    });
  });
}
