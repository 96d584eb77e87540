import { type Answer, type Call, invalid, type Json, notFound, type Operation, pageOf } from './service';

export interface Execution {
  /** `projects/…/workflows/…/executions/…`. */
  readonly name: string;
  readonly argument: string;
  state: 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
}

/** Executions of Cloud Workflows: created by a call, run by whoever executes workflows here. */
export class Executions {
  readonly all: Execution[] = [];
  /** Runs what was created. */
  onCreated: (execution: Execution) => void = () => undefined;

  constructor(private readonly workflows: readonly string[]) {}

  create(workflow: string, argument: string): Execution {
    const execution: Execution = { name: `${workflow}/executions/x${this.all.length + 1}`, argument, state: 'ACTIVE' };
    this.all.push(execution);
    this.onCreated(execution);
    return execution;
  }

  /** What a person does in the console: it goes no further, and stays so. */
  cancel(name: string): void {
    const found = this.all.find((one) => one.name === name && one.state === 'ACTIVE');
    if (found === undefined) throw invalid(`${name} is not running`);
    found.state = 'CANCELLED';
  }

  isCancelled(id: string): boolean {
    return this.all.some(({ name, state }) => state === 'CANCELLED' && name.endsWith(`/${id}`));
  }

  operation({ method, path, query, body }: Call): Operation | undefined {
    const name = path.join('/');
    const workflow = name.replace(/\/executions.*$/, '');
    if (method === 'POST' && name.endsWith('/executions')) {
      return {
        name: 'workflowexecutions.executions.create',
        run: () => {
          if (!this.workflows.includes(workflow)) throw notFound(workflow);
          const { argument } = body;
          if (typeof argument !== 'string') throw invalid('argument is a JSON text');
          return shown(this.create(workflow, argument), 'FULL');
        },
      };
    }
    if (method !== 'GET') return undefined;
    if (name.endsWith('/executions')) {
      return { name: 'workflowexecutions.executions.list', run: () => this.list(workflow, query) };
    }
    return {
      name: 'workflowexecutions.executions.get',
      run: () => {
        const found = this.all.find((one) => one.name === name);
        if (found === undefined) throw notFound(name);
        return shown(found, query.get('view') ?? 'FULL');
      },
    };
  }

  private list(workflow: string, query: URLSearchParams): Answer {
    const newest = this.all.filter((one) => one.name.startsWith(`${workflow}/`)).reverse();
    const { page, nextPageToken } = pageOf(newest, query, Number(query.get('pageSize') ?? 7));
    const executions = page.map((one) => shown(one, query.get('view') ?? 'BASIC'));
    return { executions, ...(nextPageToken !== undefined && { nextPageToken }) };
  }
}

const shown = ({ name, argument, state }: Execution, view: string): Json => ({
  name,
  state,
  ...(view === 'FULL' && { argument }),
});
