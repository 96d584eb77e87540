import { resolve } from 'node:path';
import { loadPlatform } from '../definition/load';
import { isDuration } from '../kernel/duration';
import { OperationError, ProblemsError } from '../kernel/problem';
import { auditPlatform } from '../plan/audit';
import { planPlatform } from '../plan/plan-platform';
import type { VersionDecision } from './engine/version-decision';
import { LocalPlatform, type LocalPlatformOptions } from './platform';
import type { LocalEvent } from './report/progress-events';
import { LocalReport } from './report/report';
import type { LocalSummary } from './report/summary';
import { type LocalServer, startServer } from './server';
import { type Synthesised, type Synthesisers, synthesise } from './synthesise';

/** What a person decides of a version of a model. */
export type ModelDecision = VersionDecision & { readonly model: string };

export interface RunLocalOptions extends Omit<LocalPlatformOptions, 'definition' | 'onEvent'> {
  readonly file: string;
  /** Folder for the synthesised templates. */
  readonly out: string;
  /** How each cloud is rendered; none are rendered without it. */
  readonly synthesisers?: Synthesisers;
  readonly report?: Pick<LocalReport, 'definition' | 'synthesised' | 'opened' | 'event' | 'served' | 'decided'>;
  /** Port of the API on loopback; 0 for a free one. With a port of its own it serves on when the replay is over. */
  readonly port?: number;
  /** Time stops here, and a later call goes on; an instant (ISO 8601), or a duration from where it is. */
  readonly until?: string;
  /** Decided before time goes on. */
  readonly decisions?: readonly ModelDecision[];
  readonly onEvent?: (event: LocalEvent) => void;
  /** The replay is over; the platform may serve on. */
  readonly onSummary?: (summary: LocalSummary) => void;
}

/** What the main job came to. */
export interface LocalRun {
  readonly summary: LocalSummary;
  readonly synthesised: readonly Synthesised[];
}

/** @throws OperationError `untilTooEarly` for an instant at which the platform has not begun */
function assertReached(until: string, start: number): void {
  if (isDuration(until) || Date.parse(until) > start * 1000) return;
  throw new OperationError({
    code: 'untilTooEarly',
    path: '--until',
    got: until,
    expected: `an instant after ${new Date(start * 1000).toISOString()}, when the platform begins`,
    fix: 'name a later instant, or a duration such as 30d',
  });
}

/**
 * The main job: checks the definition, audits it, renders both clouds, then runs the lifecycle on the local data.
 * @throws DefinitionError; OperationError: what is finished is kept, and the next call goes on
 */
export async function runLocal(options: RunLocalOptions): Promise<LocalRun> {
  const { file, out, synthesisers, report, onEvent, port = 0, until, decisions = [], ...rest } = options;
  const definition = await loadPlatform(file);
  const { findings } = planPlatform(definition);
  report?.definition(definition.name, findings, auditPlatform(definition));
  const synthesised = synthesisers === undefined ? [] : await synthesise(definition, resolve(out), synthesisers);
  if (synthesised.length > 0) report?.synthesised(synthesised);
  const platform = await LocalPlatform.open({
    ...rest,
    file,
    onEvent: (event) => {
      report?.event(event);
      onEvent?.(event);
    },
  });
  let server: LocalServer | undefined;
  try {
    if (until !== undefined) assertReached(until, platform.start);
    report?.opened(platform.found, platform.start, platform.end);
    server = await startServer({ view: platform.view(), port });
    report?.served(
      server.url,
      platform.models.map(({ name }) => name),
    );
    for (const { model, ...decision } of decisions) {
      report?.decided(model, decision, await platform.decide(model, decision));
    }
    await platform.advanceTo(until ?? platform.end);
    const summary = await platform.summary();
    options.onSummary?.(summary);
    if (port !== 0) await stopped(options.signal);
    return { summary, synthesised };
  } finally {
    await server?.close();
    await platform.close();
  }
}

/** Until somebody stops it. */
const stopped = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resume) => {
    // A promise alone keeps no process alive; the server's socket does.
    if (signal === undefined || signal.aborted) return resume();
    signal.addEventListener('abort', () => resume(), { once: true });
  });

export interface LocalCommandOptions {
  readonly file: string;
  readonly out: string;
  readonly clean: boolean;
  readonly dir?: string;
  readonly port?: number;
  /** Virtual seconds in a second; as fast as it can without. */
  readonly speed?: number;
  /** Only what is decided is written down: the first model stays, whatever becomes of it. */
  readonly decideOnly?: boolean;
  /** Time stops here: an instant, or a duration from where it is. */
  readonly until?: string;
  readonly decisions?: readonly ModelDecision[];
  /** Colours for people at a terminal. */
  readonly terminal: boolean;
  readonly print: (text: string) => void;
  readonly synthesisers?: Synthesisers;
  /** Stops the run cleanly; Ctrl-C does by default. */
  readonly signal?: AbortSignal;
}

/**
 * `mlp local`: runs the main job and says what it does. Ctrl-C stops it after the step that goes on, and the next call goes
 * on there.
 * @returns the summary, its text, and the exit code: 0, 1 when a model has no version that serves or a cloud could not be
 * rendered, 130 when it was stopped
 * @throws DefinitionError; OperationError
 */
export async function runLocalCommand(
  options: LocalCommandOptions,
): Promise<{ summary: LocalSummary | null; text: string; code: 0 | 1 | 130 }> {
  const report = new LocalReport(options.print, options.terminal);
  const interrupted = new AbortController();
  let said = false;
  const stop = (): void => interrupted.abort();
  if (options.signal === undefined) process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const { summary, synthesised } = await runLocal({
      file: options.file,
      out: options.out,
      clean: options.clean,
      ...(options.dir !== undefined && { dir: options.dir }),
      ...(options.port !== undefined && { port: options.port }),
      ...(options.speed !== undefined && { speed: options.speed }),
      ...(options.until !== undefined && { until: options.until }),
      ...(options.decisions !== undefined && { decisions: options.decisions }),
      retraining: options.decideOnly === true ? 'decide' : 'run',
      ...(options.synthesisers !== undefined && { synthesisers: options.synthesisers }),
      report,
      signal: options.signal ?? interrupted.signal,
      onSummary: (summary) => {
        if (options.port !== undefined && options.port !== 0) {
          options.print(report.summary(summary));
          options.print('\nthe replay is over; the platform serves on until Ctrl-C');
          said = true;
        }
      },
    });
    const failed = summary.outcome === 'failed' || synthesised.some(({ result }) => result === null);
    return { summary, text: said ? 'stopped' : report.summary(summary), code: failed ? 1 : 0 };
  } catch (error) {
    if (!isCancelled(error)) throw error;
    return { summary: null, text: 'stopped: finished steps are kept, run again to go on', code: 130 };
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

const isCancelled = (error: unknown): boolean =>
  error instanceof OperationError &&
  error instanceof ProblemsError &&
  error.problems.some(({ code }) => code === 'cancelled');
