import type { Random } from '../../src/runtime/core/statistics/random';

/** When a platform is killed. */
export type Moment =
  /** So many milliseconds after its process was started, or after it has opened its folder. */
  | { readonly kind: 'time'; readonly after: 'start' | 'opened'; readonly ms: number }
  /** After so many lines, and there before the n-th change of a file; 0 is right after the line. */
  | { readonly kind: 'line'; readonly line: number; readonly writes: number }
  /** Right after a line that says this. */
  | { readonly kind: 'said'; readonly text: string };

/** A pipeline says some 20 lines, a release 35 while it holds, and a day without either says one. */
const MOST_LINES = 45;
/** A registration, which changes the most files, changes about so many. */
const MOST_WRITES = 40;
const MOST_MS = 1500;

/** Half of all kills come at a time, half at a line. */
export function nextMoment(random: Random): Moment {
  if (random.next() < 0.5) {
    const after = random.next() < 0.25 ? 'start' : 'opened';
    return { kind: 'time', after, ms: random.integer(MOST_MS) };
  }
  const line = 1 + random.integer(MOST_LINES);
  return { kind: 'line', line, writes: random.next() < 0.3 ? 0 : 1 + random.integer(MOST_WRITES) };
}

export function momentText(moment: Moment): string {
  if (moment.kind === 'said') return `‘${moment.text}’`;
  if (moment.kind === 'time') return `${moment.ms} ms after ${moment.after}`;
  return `line ${moment.line}, change ${moment.writes} after it`;
}

/** Parts of a platform's life, for the table of kills. */
const PHASES: Readonly<Record<string, readonly string[]>> = {
  'data checks': ['validate'],
  training: ['train'],
  scoring: ['prepareEvaluation', 'scoreCandidate', 'scoreChampion'],
  gate: ['gate', 'recordFailure'],
  register: ['register', 'requestRelease'],
  'release: verify, deploy, shift': ['verify', 'deployFirst', 'deploy', 'shift1', 'shift2'],
  'release: look': ['look1', 'look2'],
  'release: promote': ['promote'],
  'release: roll back': ['rollBack'],
};

export const PHASE_NAMES: readonly string[] = ['opening', ...Object.keys(PHASES), 'replay, a release holds', 'replay'];

/** The phase that the last line of a process is of. */
export function phaseOf(lines: readonly string[], isReleasing: boolean): string {
  const last = lines.at(-1);
  if (last === undefined) return 'opening';
  const step = /^(?:begins|ends|fails) (\S+)$/.exec(last)?.[1];
  const found = Object.entries(PHASES).find(([, steps]) => step !== undefined && steps.includes(step));
  return found?.[0] ?? (isReleasing ? 'replay, a release holds' : 'replay');
}
