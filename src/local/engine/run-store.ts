import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../kernel/json';
import { createFile, replaceFile } from '../../runtime/adapters/local/atomic-file';
import type { WorkflowStarter } from '../../runtime/ports';

export type Workflow = 'pipeline' | 'release';

/** One run of a step graph, as it is after its last finished step. */
export interface RunDocument {
  readonly format: 1;
  readonly workflow: Workflow;
  readonly name: string;
  /** Order in which runs were started. */
  readonly number: number;
  readonly state: { readonly [key: string]: Json };
  /** The step that is next; the end that was reached when the run is over. */
  readonly next: string;
  readonly outcome: 'running' | 'succeeded' | 'failed';
  /** Decided and written down, but not run: this platform only watches. */
  readonly held?: true;
  /** Virtual time of the last finished step, epoch seconds. */
  readonly at: number;
  readonly finished: readonly { readonly step: string; readonly at: number }[];
}

/** Runs as files below a folder; the file is replaced after every step, so that a killed run goes on from there. */
export class RunStore implements WorkflowStarter {
  constructor(
    private readonly folder: string,
    private readonly startAt: Readonly<Record<Workflow, string>>,
    private readonly now: () => number,
    /** Names of pipeline runs that are decided and not run; they are kept as `held`. */
    private readonly isHeld: (workflow: Workflow, input: Json) => boolean = () => false,
  ) {}

  async start(workflow: Workflow, name: string, input: Json): Promise<boolean> {
    const held = this.isHeld(workflow, input);
    const document: RunDocument = {
      format: 1,
      workflow,
      name,
      number: this.all().length + 1,
      state: input as { readonly [key: string]: Json },
      next: this.startAt[workflow],
      outcome: held ? 'failed' : 'running',
      ...(held && { held: true as const }),
      at: this.now(),
      finished: [],
    };
    return createFile(this.path(workflow, name), bytesOf(document));
  }

  async status(workflow: Workflow, name: string): Promise<'running' | 'succeeded' | 'failed' | 'absent'> {
    return this.read(workflow, name)?.outcome ?? 'absent';
  }

  read(workflow: Workflow, name: string): RunDocument | undefined {
    try {
      return JSON.parse(readFileSync(this.path(workflow, name), 'utf8')) as RunDocument;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  save(document: RunDocument): void {
    replaceFile(this.path(document.workflow, document.name), bytesOf(document));
  }

  /** All runs, in the order in which they were started. */
  all(): RunDocument[] {
    return (['pipeline', 'release'] as const)
      .flatMap((workflow) => namesIn(join(this.folder, workflow)).map((name) => this.read(workflow, name)!))
      .sort((a, b) => a.number - b.number);
  }

  private path(workflow: Workflow, name: string): string {
    return join(this.folder, workflow, `${encodeURIComponent(name)}.json`);
  }
}

const bytesOf = (document: RunDocument): Uint8Array => new TextEncoder().encode(`${JSON.stringify(document)}\n`);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => decodeURIComponent(file.slice(0, -'.json'.length)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
