import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { loadPlatform } from '../definition/load';
import type { PlatformDefinition } from '../definition/platform';
import { nearest } from '../definition/schema-keys';
import { ProblemsError } from '../kernel/problem';
import { type DrillResult, drillResult } from '../local/scenario/drill-result';
import type { DrillOutcome } from '../local/scenario/junit';
import { MECHANISM_IDS, MECHANISMS, type Mechanism } from '../local/scenario/mechanisms';
import { engine } from '../local/scenario/rehearse';
import { reportDrill, verdictText } from '../local/scenario/report';
import type { RunDrill } from '../local/scenario/run-drill';
import type { Scenario } from '../local/scenario/schema';
import { type Selection, selectScenarios, selectShipped } from '../local/scenario/select';
import { shippedScenarios } from '../local/scenario/shipped';
import { colours } from './colours';
import { EXIT, type Exit, type Io, json } from './io';
import { table } from './table';

interface Options {
  readonly json?: boolean;
  readonly junit?: string;
  readonly all?: boolean;
  readonly list?: boolean;
  readonly without?: Mechanism;
  readonly seed?: number;
  readonly keep?: string;
}

/** `mlp drill FILE SCENARIO…`: rehearses scenarios with a virtual clock. `run` is the engine. */
export function drillCommand(program: Command, io: Io, exit: (code: Exit) => void, run: RunDrill = engine): void {
  program
    .command('drill')
    .summary('rehearse what goes wrong, with a virtual clock')
    .description(
      'Rehearses scenarios: traffic and faults by the scenario, decisions by the definition’s own policies, in virtual time.\n' +
        'Prints what was detected, when, and what was done. Exits 1 when an expectation of a scenario is missed.\n' +
        'Needs no data, no trainer and no cloud account: stand-ins are made from the data contract.',
    )
    .argument('[file]', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …); not needed with --list')
    .argument('[scenarios...]', 'scenario files, or names of shipped scenarios')
    .option('--json', 'print JSON; progress goes to standard error')
    .option('--junit <file>', 'write JUnit XML, for CI')
    .option('--all', 'every shipped scenario that the definition can run')
    .option('--list', 'print the shipped scenarios, and the mechanisms that they test')
    .option('--without <mechanism>', 'switch one mechanism off: the scenario that tests it has to miss', oneMechanism)
    .option('--seed <n>', 'another seed than the scenario’s', wholeNumber)
    .option('--keep <dir>', 'keep the state of the drill in this folder')
    .action(async (file: string | undefined, names: string[], options: Options) => {
      if (options.list) {
        io.out(await listScenarios(file, options.json ?? false));
        exit(EXIT.fine);
        return;
      }
      assertUsage(file, names, options);
      const definition = await loadPlatform(file);
      const { scenarios, skipped } = await (options.all
        ? selectShipped(definition)
        : selectScenarios(names, definition));
      const { seed } = options;
      const seeded = seed === undefined ? scenarios : scenarios.map((one) => ({ ...one, seed }));
      exit(await drillWith(run, { ...options, definition, scenarios: seeded, skipped }, io));
    });
}

interface Request extends Selection, Omit<Options, 'list' | 'seed'> {
  readonly definition: PlatformDefinition;
  /** Stops between two steps; Ctrl-C does by default. */
  readonly signal?: AbortSignal;
}

/**
 * Rehearses scenarios one after the other and reports them.
 * @returns 0, 1 when an expectation is missed or a drill ended with an error, 2 when none could run, 130 when stopped
 */
export async function drillWith(run: RunDrill, request: Request, io: Io): Promise<Exit> {
  const { scenarios, skipped, all = false } = request;
  const single = !all && scenarios.length === 1;
  if (scenarios.length === 0) {
    io.err(`error: the definition can run none of the scenarios\n${skipped.map(skippedLine).join('\n')}`);
    return EXIT.invalid;
  }
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  if (request.signal === undefined) process.once('SIGINT', stop).once('SIGTERM', stop);
  const signal = request.signal ?? interrupted.signal;
  const done: DrillOutcome[] = skipped.map((one) => ({ kind: 'skipped', ...one }));
  try {
    for (const scenario of scenarios) {
      if (signal.aborted) return stopped(done, scenarios.length, request, io);
      const outcome = await one(run, scenario, { ...request, signal, single }, io);
      if (outcome === null) return stopped(done, scenarios.length, request, io);
      done.push(outcome);
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  const passed = !done.some(isBad);
  const results = done.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.result] : []));
  if (request.json) io.out(json(single ? results[0] : { passed, ...jsonOf(done) }));
  else if (single) io.out(results.map((result) => reportDrill(result, io.terminal)).join('\n'));
  else io.out(summary(done, io));
  if (request.junit !== undefined) writeJunit(request.junit, done);
  return passed ? EXIT.fine : EXIT.doesNotHold;
}

/** One drill; null when it was stopped. An error ends a single drill; of several it is one that failed. */
async function one(
  run: RunDrill,
  scenario: Scenario,
  { definition, without, keep, signal, single, json: asJson }: Request & { readonly single: boolean },
  io: Io,
): Promise<DrillOutcome | null> {
  const tell = asJson ? io.err : io.out;
  const c = colours(io);
  if (single) tell(c.dim(`rehearsing ${scenario.name}: ${scenario.duration}`));
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const line = (mark: string, text: string): void =>
    single ? undefined : tell(`${mark} ${scenario.name}: ${text} ${c.dim(`(${seconds().toFixed(1)} s)`)}`);
  try {
    const record = await run(definition, scenario, {
      ...(without !== undefined && { without }),
      ...(signal !== undefined && { signal }),
      ...(keep !== undefined && { keep: single ? keep : join(keep, scenario.name) }),
    });
    const result = drillResult(definition, scenario, record, without ?? null);
    line(result.passed ? c.green('✓') : c.red('✗'), verdictText(result));
    return { kind: 'done', result, seconds: seconds() };
  } catch (error) {
    if (isCancelled(error)) return null;
    if (single || !(error instanceof Error)) throw error;
    line(c.red('✗'), error.message);
    return { kind: 'error', scenario: scenario.name, error: error.message, seconds: seconds() };
  }
}

const isCancelled = (error: unknown): boolean =>
  error instanceof ProblemsError && error.problems.some(({ code }) => code === 'cancelled');

const isBad = (outcome: DrillOutcome): boolean =>
  outcome.kind === 'error' || (outcome.kind === 'done' && !outcome.result.passed);

function stopped(done: readonly DrillOutcome[], of: number, request: Request, io: Io): Exit {
  if (request.json) io.out(json({ passed: false, stopped: true, ...jsonOf(done) }));
  const finished = done.filter(({ kind }) => kind !== 'skipped').length;
  io.err(`stopped: ${finished} of ${of} scenarios were rehearsed`);
  return 130;
}

function jsonOf(done: readonly DrillOutcome[]): {
  drills: DrillResult[];
  skipped: { scenario: string; reason: string }[];
  errors: { scenario: string; error: string }[];
} {
  return {
    drills: done.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.result] : [])),
    skipped: done.flatMap((outcome) =>
      outcome.kind === 'skipped' ? [{ scenario: outcome.scenario, reason: outcome.reason }] : [],
    ),
    errors: done.flatMap((outcome) =>
      outcome.kind === 'error' ? [{ scenario: outcome.scenario, error: outcome.error }] : [],
    ),
  };
}

/** Several drills: what failed in full, then a row each. */
function summary(done: readonly DrillOutcome[], io: Io): string {
  const c = colours(io);
  const rows = done.map((outcome): string[] => {
    if (outcome.kind === 'skipped') return [outcome.scenario, '', c.dim('skipped'), outcome.reason];
    if (outcome.kind === 'error') return [outcome.scenario, '', c.red('error'), outcome.error];
    const { scenario, tests, passed } = outcome.result;
    return [scenario, tests ?? '', passed ? c.green('passed') : c.red('failed'), verdictText(outcome.result)];
  });
  const failed = done.flatMap((outcome) => (outcome.kind === 'done' && !outcome.result.passed ? [outcome.result] : []));
  const count = (test: (outcome: DrillOutcome) => boolean): number => done.filter(test).length;
  const bad = count(isBad);
  const skipped = count(({ kind }) => kind === 'skipped');
  const closing = `${done.length - bad - skipped} passed, ${bad} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return [
    ...failed.flatMap((result) => ['', reportDrill(result, io.terminal)]),
    '',
    table(['scenario', 'tests', 'verdict', 'what'], rows, [28, 24, 8, 70]),
    '',
    bad > 0 ? c.red(closing) : c.green(closing),
  ].join('\n');
}

const skippedLine = ({ scenario, reason }: Selection['skipped'][number]): string => `  ${scenario}: ${reason}`;

function writeJunit(file: string, done: readonly DrillOutcome[]): void {
  // Loaded here: no other command writes XML.
  const { junitReport } = require('../local/scenario/junit') as typeof import('../local/scenario/junit');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, junitReport(done));
}

/** The shipped scenarios and the mechanisms; with a definition also why it cannot run some of them. */
async function listScenarios(file: string | undefined, asJson: boolean): Promise<string> {
  const scenarios = shippedScenarios();
  const skipped = file === undefined ? [] : (await selectShipped(await loadPlatform(file))).skipped;
  const reasonOf = (name: string): string | null => skipped.find(({ scenario }) => scenario === name)?.reason ?? null;
  const testedBy = (mechanism: Mechanism): string[] =>
    scenarios.filter(({ tests }) => tests === mechanism).map(({ name }) => name);
  if (asJson) {
    return json({
      scenarios: scenarios.map(({ name, title, tests }) => ({
        name,
        title,
        tests,
        ...(file !== undefined && { skipped: reasonOf(name) }),
      })),
      mechanisms: MECHANISM_IDS.map((id) => ({ id, text: MECHANISMS[id], scenarios: testedBy(id) })),
    });
  }
  const rows = scenarios.map(({ name, title, tests }) => {
    const reason = reasonOf(name);
    return [name, tests ?? '', reason === null ? title : `${title}\ncannot run: ${reason}`];
  });
  return [
    table(['scenario', 'tests', 'what happens'], rows, [28, 24, 80]),
    '',
    table(
      ['mechanism', 'scenarios', 'what it is for'],
      MECHANISM_IDS.map((id) => [id, testedBy(id).join(', ') || '–', MECHANISMS[id]]),
      [24, 28, 80],
    ),
  ].join('\n');
}

function assertUsage(file: string | undefined, names: readonly string[], { all }: Options): asserts file is string {
  if (file === undefined) throw new RangeError('got no definition, expected mlp drill FILE SCENARIO…, or --list');
  if (all && names.length > 0) throw new RangeError(`got --all and ${names.join(', ')}, expected one of the two`);
  if (!all && names.length === 0)
    throw new RangeError('got no scenario, expected scenario files, names of shipped scenarios (--list), or --all');
}

function oneMechanism(text: string): Mechanism {
  const known = MECHANISM_IDS.find((id) => id === text);
  if (known !== undefined) return known;
  const near = nearest(text, MECHANISM_IDS);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  throw new RangeError(`got '${text}', expected a mechanism (mlp drill --list names them)${hint}`);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new RangeError(`got '${text}', expected a whole number`);
}
