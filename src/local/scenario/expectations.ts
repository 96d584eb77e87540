import { durationSeconds } from '../../kernel/duration';
import type { DrillRecord } from './drill-record';
import { baseOf, elapsed, iso, relative } from './elapsed';
import { atLeastOne, expectationText, withinSeconds } from './expectation-text';
import { figure } from './figure';
import type { Expectation, Scenario } from './schema';

/** What one expectation came to. */
export interface ExpectationResult {
  readonly expectation: Expectation;
  /** What was expected, in words and figures. */
  readonly text: string;
  readonly passed: boolean;
  /** What was found, in words, with times from the first fault. */
  readonly got: string;
  /** When it was decided, ISO 8601; null where no moment decided it. */
  readonly at: string | null;
}

/** Holds a record against each expectation of its scenario, in the scenario’s order. */
export function judge({ expect }: Pick<Scenario, 'expect'>, record: DrillRecord): ExpectationResult[] {
  return expect.map((expectation) => {
    const { passed, got, at } = judgeOne(expectation, record);
    return {
      expectation,
      text: expectationText(expectation, record),
      passed,
      got,
      at: at === null ? null : iso(at),
    };
  });
}

type Of<K extends Expectation['kind']> = Extract<Expectation, { kind: K }>;

interface Verdict {
  readonly passed: boolean;
  readonly got: string;
  /** Epoch seconds. */
  readonly at: number | null;
}

/** One judge a kind. */
const JUDGES: { readonly [K in Expectation['kind']]: (expectation: Of<K>, record: DrillRecord) => Verdict } = {
  alarm: judgeAlarm,
  noAlarm: judgeNoAlarm,
  notifications: (one, record) => counted(noticesOf(record, one.severity), one, record),
  pages: (one, record) => counted(noticesOf(record, 'page'), one, record),
  champion: judgeChampion,
  championTraffic: judgeChampionTraffic,
  retrains: (one, record) => {
    const runs = runsSince(record).filter(({ workflow, byDecision }) => workflow === 'pipeline' && byDecision);
    return counted(runs.map(moment), one, record);
  },
  decision: (one, record) => {
    const found = record.decisions.filter(
      ({ at, action, code }) =>
        at >= baseOf(record) && action === one.action && (one.code === undefined || code === one.code),
    );
    return counted(found, atLeastOne(one), record);
  },
  released: (one, record) => counted(releasesThat(record, 'released'), one, record),
  rolledBack: (one, record) => counted(releasesThat(record, 'rolledBack'), one, record),
  run: judgeRun,
  quality: judgeQuality,
};

function judgeOne<K extends Expectation['kind']>(expectation: Of<K>, record: DrillRecord): Verdict {
  return JUDGES[expectation.kind as K](expectation, record);
}

/*
 * What is judged at the very instant at which a fault begins (alarms, notifications) rests on the time before it, so that
 * only what comes later counts. What begins at that instant (runs, decisions) begins under the fault.
 */

/** Moments after the first fault at which alarms of a kind began: one that rings already begins when it rings again. */
export function alarmsSince(record: DrillRecord, kind: string): DrillRecord['alarms'] {
  return beginsOf(record).filter((alarm) => alarm.kind === kind && alarm.at > baseOf(record));
}

function beginsOf({ alarms }: DrillRecord): DrillRecord['alarms'] {
  const firing = new Map<string, boolean>();
  return alarms.filter((alarm) => {
    const began = alarm.firing && firing.get(alarm.id) !== true;
    firing.set(alarm.id, alarm.firing);
    return began;
  });
}

function judgeAlarm({ alarm: kind, within }: Of<'alarm'>, record: DrillRecord): Verdict {
  const first = alarmsSince(record, kind)[0];
  if (first === undefined) return { passed: false, got: `it did not ring${whatRang(kind, record)}`, at: null };
  const got = `${first.id} rang ${relative(record, first.at)} (value ${figure(first.value)})`;
  if (within === undefined) return { passed: true, got, at: first.at };
  const limit = withinSeconds(within, record.periods);
  if (limit === null) return { passed: false, got: `${got}, and there is no such monitor`, at: first.at };
  const late = first.at - baseOf(record) - limit;
  return late <= 0
    ? { passed: true, got, at: first.at }
    : { passed: false, got: `${got}, ${elapsed(late, 4)} too late`, at: first.at };
}

/** What rang instead, for people who look for the reason. */
function whatRang(kind: string, record: DrillRecord): string {
  const before = beginsOf(record)
    .filter((alarm) => alarm.kind === kind)
    .at(-1);
  const others = beginsOf(record).filter(({ at, severity }) => at > baseOf(record) && severity !== 'info');
  const kinds = [...new Map(others.map((alarm) => [alarm.kind, alarm])).keys()];
  const texts = [
    ...(before === undefined ? [] : [`it began ${relative(record, before.at)}`]),
    ...(kinds.length === 0 ? [] : [`others did: ${kinds.join(', ')}`]),
  ];
  return texts.length === 0 ? '' : `; ${texts.join('; ')}`;
}

function judgeNoAlarm({ alarm: kind }: Of<'noAlarm'>, record: DrillRecord): Verdict {
  const found = alarmsSince(record, kind);
  const [first] = found;
  if (first === undefined) return { passed: true, got: 'none rang', at: null };
  return { passed: false, got: `${first.id} rang ${times(found, record)}`, at: first.at };
}

function judgeChampion({ is }: Of<'champion'>, record: DrillRecord): Verdict {
  const { before, after } = record.champion;
  if (before === null)
    return { passed: false, got: `no version served when it began; ${after ?? 'none'} does at the end`, at: null };
  if (after === null) return { passed: false, got: `version ${before} served, and none does at the end`, at: null };
  if (before === after) return { passed: is === 'unchanged', got: `version ${before} serves as before`, at: null };
  const promoted = releasesThat(record, 'released')
    .filter(({ version }) => version === after)
    .at(-1);
  return {
    passed: is === 'replaced',
    got: `version ${after} replaced ${before}${promoted ? ` ${relative(record, promoted.at)}` : ''}`,
    at: promoted?.at ?? null,
  };
}

function judgeChampionTraffic({ percent }: Of<'championTraffic'>, { champion, live }: DrillRecord): Verdict {
  const served = Object.entries(live).map(([version, share]) => `version ${version} has ${figure(share, percent)} %`);
  const found = served.length === 0 ? 'no version has live traffic' : served.join(', ');
  if (champion.after === null) return { passed: false, got: `there is no champion; ${found}`, at: null };
  // Of an endpoint that serves nothing no share is known, not even zero.
  const share = served.length === 0 ? null : (live[champion.after] ?? 0);
  return { passed: share === percent, got: `champion ${champion.after}: ${found}`, at: null };
}

function judgeRun(one: Of<'run'>, record: DrillRecord): Verdict {
  const ofWorkflow = runsSince(record).filter(({ workflow }) => workflow === one.workflow);
  const found = ofWorkflow.filter(
    ({ outcome, reason }) =>
      outcome === one.outcome && (one.reason === undefined || reason?.includes(one.reason) === true),
  );
  const verdict = counted(found.map(moment), atLeastOne(one), record);
  if (verdict.passed || found.length > 0 || ofWorkflow.length === 0) return verdict;
  const others = ofWorkflow.map(({ outcome, reason }) => `${outcome}${reason === null ? '' : ` (${reason})`}`);
  return { ...verdict, got: `none; ${one.workflow} runs: ${[...new Set(others)].join(', ')}` };
}

function judgeQuality({ metric, over, min, max }: Of<'quality'>, { quality }: DrillRecord): Verdict {
  const found = quality.find(
    (entry) => entry.metric === metric && durationSeconds(entry.over) === durationSeconds(over),
  );
  if (found === undefined) return { passed: false, got: 'it was not measured', at: null };
  if (found.value === null) return { passed: false, got: `no value, on ${found.rows} labelled answers`, at: null };
  return {
    passed: found.value >= (min ?? Number.NEGATIVE_INFINITY) && found.value <= (max ?? Number.POSITIVE_INFINITY),
    got: `${figure(found.value, min, max)} on ${found.rows} labelled answers`,
    at: null,
  };
}

interface Moment {
  readonly at: number;
}

/** Judges a count. It is decided by the moment that reached `min` or went beyond `max`. */
function counted(
  moments: readonly Moment[],
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
  record: DrillRecord,
): Verdict {
  const count = moments.length;
  const passed = count >= (min ?? 0) && count <= (max ?? Number.POSITIVE_INFINITY);
  const decisive = max !== undefined && count > max ? Math.floor(max) : Math.ceil(min ?? 0) - 1;
  return {
    passed,
    got: count === 0 ? 'none' : `${count}: ${times(moments, record)}`,
    at: moments[decisive]?.at ?? null,
  };
}

const SHOWN = 3;

function times(moments: readonly Moment[], record: DrillRecord): string {
  const shown = moments.slice(0, SHOWN).map(({ at }) => relative(record, at));
  return moments.length > SHOWN ? `${shown.join(', ')} and ${moments.length - SHOWN} times more` : shown.join(', ');
}

const moment = ({ startedAt }: DrillRecord['runs'][number]): Moment => ({ at: startedAt });

const noticesOf = (record: DrillRecord, severity: string): Moment[] =>
  record.notifications.filter((one) => one.severity === severity && one.at > baseOf(record));

const runsSince = (record: DrillRecord): DrillRecord['runs'] =>
  record.runs.filter(({ startedAt }) => startedAt >= baseOf(record));

/** Releases that came to an end after the first fault, also those that were under way when it began. */
function releasesThat(record: DrillRecord, end: string): (Moment & { readonly version: number | null })[] {
  return record.runs
    .flatMap(({ workflow, endedAt, endedWith, version }) =>
      workflow === 'release' && endedWith === end && endedAt !== null && endedAt > baseOf(record)
        ? [{ at: endedAt, version }]
        : [],
    )
    .sort((a, b) => a.at - b.at);
}
