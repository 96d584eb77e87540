import type { Json } from '../../kernel/json';

/** Starts the state machines. */
export interface WorkflowStarter {
  /**
   * Starts a run under a name that can be used once.
   * @returns false when a run of that name exists already; nothing is started then
   */
  start(workflow: 'pipeline' | 'release', name: string, input: Json): Promise<boolean>;
  status(workflow: 'pipeline' | 'release', name: string): Promise<'running' | 'succeeded' | 'failed' | 'absent'>;
}
