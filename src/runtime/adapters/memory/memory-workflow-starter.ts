import type { Json } from '../../../kernel/json';
import type { WorkflowStarter } from '../../ports';

type Status = 'running' | 'succeeded' | 'failed';

/** Workflows in memory: they are started, and end when a test says so. */
export class MemoryWorkflowStarter implements WorkflowStarter {
  readonly started: { readonly workflow: string; readonly name: string; readonly input: Json }[] = [];
  private readonly statuses = new Map<string, Status>();

  async start(workflow: 'pipeline' | 'release', name: string, input: Json): Promise<boolean> {
    if (this.statuses.has(`${workflow}/${name}`)) return false;
    this.statuses.set(`${workflow}/${name}`, 'running');
    this.started.push({ workflow, name, input });
    return true;
  }

  async status(workflow: 'pipeline' | 'release', name: string): Promise<Status | 'absent'> {
    return this.statuses.get(`${workflow}/${name}`) ?? 'absent';
  }

  end(workflow: 'pipeline' | 'release', name: string, status: Exclude<Status, 'running'>): void {
    this.statuses.set(`${workflow}/${name}`, status);
  }
}
