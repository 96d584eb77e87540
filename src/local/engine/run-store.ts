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
  /** Virtual time at which the run was started, of its last finished step, and at which it goes on; epoch seconds. */
  readonly startedAt: number;
  readonly at: number;
  readonly wakeAt: number;
  readonly finished: readonly { readonly step: string; readonly at: number }[];
}

/** Where run documents are kept between processes. */
export interface RunFiles {
  /** Creates a run's document. @returns false when there is one already */
  create(document: RunDocument): boolean;
  replace(document: RunDocument): void;
  all(): RunDocument[];
}

export interface RunStoreOptions {
  readonly files: RunFiles;
  readonly startAt: Readonly<Record<Workflow, string>>;
  readonly now: () => number;
  /** Runs that are decided and not run; they are kept as `held`. */
  readonly isHeld?: (workflow: Workflow, input: Json) => boolean;
}

/** The runs of a model: all in memory, and each kept after every step, so that a killed run goes on from there. */
export class RunStore implements WorkflowStarter {
  private readonly documents: Map<string, RunDocument>;

  constructor(private readonly options: RunStoreOptions) {
    const known = [...options.files.all()].sort((a, b) => a.number - b.number);
    this.documents = new Map(known.map((document) => [keyOf(document.workflow, document.name), document]));
  }

  async start(workflow: Workflow, name: string, input: Json): Promise<boolean> {
    const key = keyOf(workflow, name);
    if (this.documents.has(key)) return false;
    const { files, startAt, now, isHeld } = this.options;
    const held = isHeld?.(workflow, input) === true;
    const document: RunDocument = {
      format: 1,
      workflow,
      name,
      number: this.documents.size + 1,
      state: input as { readonly [key: string]: Json },
      next: startAt[workflow],
      outcome: held ? 'failed' : 'running',
      ...(held && { held: true as const }),
      startedAt: now(),
      at: now(),
      wakeAt: now(),
      finished: [],
    };
    if (!files.create(document)) return false;
    this.documents.set(key, document);
    return true;
  }

  async status(workflow: Workflow, name: string): Promise<'running' | 'succeeded' | 'failed' | 'absent'> {
    return this.read(workflow, name)?.outcome ?? 'absent';
  }

  read(workflow: Workflow, name: string): RunDocument | undefined {
    return this.documents.get(keyOf(workflow, name));
  }

  save(document: RunDocument): void {
    this.options.files.replace(document);
    this.documents.set(keyOf(document.workflow, document.name), document);
  }

  /** All runs, in the order in which they were started. */
  all(): RunDocument[] {
    return [...this.documents.values()];
  }

  /** Runs that are not over, in the order in which they were started. */
  running(): RunDocument[] {
    return this.all().filter(({ outcome }) => outcome === 'running');
  }
}

const keyOf = (workflow: Workflow, name: string): string => `${workflow}/${name}`;

/** Nothing is kept: runs of a rehearsal. */
export const NO_FILES: RunFiles = { create: () => true, replace: () => undefined, all: () => [] };

/** Runs as files below a folder, each replaced as a whole. */
export function runFiles(folder: string): RunFiles {
  const path = ({ workflow, name }: RunDocument): string => join(folder, workflow, `${encodeURIComponent(name)}.json`);
  return {
    create: (document) => createFile(path(document), bytesOf(document)),
    replace: (document) => replaceFile(path(document), bytesOf(document)),
    all: () =>
      (['pipeline', 'release'] as const).flatMap((workflow) =>
        filesIn(join(folder, workflow)).map((file) => JSON.parse(readFileSync(file, 'utf8')) as RunDocument),
      ),
  };
}

const bytesOf = (document: RunDocument): Uint8Array => new TextEncoder().encode(`${JSON.stringify(document)}\n`);

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => join(folder, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
