import { createColors } from 'picocolors';
import type { DrillResult } from './drill-result';
import { baseOf, elapsed, iso } from './elapsed';
import { MECHANISMS } from './mechanisms';
import type { Moment } from './timeline';

type Colours = ReturnType<typeof createColors>;

/** A drill for people: what happened when, what was expected, what was found, and a closing line. */
export function reportDrill(result: DrillResult, terminal: boolean): string {
  const c = createColors(terminal);
  const { expectations, invariants } = result;
  const broken = invariants.filter(({ passed }) => !passed);
  return [
    `${c.bold(result.scenario)}: ${result.title}`,
    ...facts(result).map((line) => `  ${c.dim(line)}`),
    '',
    `  ${c.bold('what happened')} ${c.dim(clock(result))}`,
    ...timelineLines(result.timeline, c),
    '',
    `  ${c.bold('what was expected')}`,
    ...expectations.flatMap((one) => verdictLines(one, c)),
    ...(broken.length === 0
      ? [
          `    ${c.green('✓')} ${invariants.length} of ${invariants.length} that hold in every drill ${c.dim('— audit trail, live traffic, releases')}`,
        ]
      : broken.flatMap((one) => verdictLines({ ...one, text: `in every drill: ${one.text}` }, c))),
    '',
    closingLine(result, c),
  ].join('\n');
}

function facts({ platform, model, seed, tests, without, record }: DrillResult): string[] {
  const days = `${minute(record.start)} to ${minute(record.end)} (${elapsed(record.end - record.start)})`;
  return [
    `${platform}, model ${model}: ${days}, seed ${seed}, ${record.requests} requests, ${record.events} events`,
    ...(tests === null ? [] : [`tests ${tests}: ${MECHANISMS[tests]}`]),
    ...(without === null ? [] : [`switched off: ${without}`]),
  ];
}

const clock = ({ record }: DrillResult): string =>
  `(times from ${record.faultAt === null ? 'the begin' : 'the first fault'}, ${minute(baseOf(record))} UTC)`;

const minute = (at: number): string => iso(at).slice(0, 16).replace('T', ' ');

/** The first moments that say the same, and the last one; what lies between is counted. */
const SHOWN = 3;

function timelineLines(timeline: readonly Moment[], c: Colours): string[] {
  const byGroup = new Map<string, Moment[]>();
  for (const moment of timeline) byGroup.set(moment.group, [...(byGroup.get(moment.group) ?? []), moment]);
  return timeline.flatMap((moment) => {
    const same = byGroup.get(moment.group) ?? [];
    const index = same.indexOf(moment);
    const isLast = index === same.length - 1;
    if (same.length > SHOWN && index >= SHOWN - 1 && !isLast) return [];
    const left = same.length > SHOWN && isLast ? c.dim(` (and ${same.length - SHOWN} times like this in between)`) : '';
    const text = { bad: c.red, good: c.green, neutral: String }[moment.tone](shorten(moment.text));
    return [`    ${c.dim(offset(moment.afterSeconds).padEnd(9))} ${moment.what.padEnd(8)} ${text}${left}`];
  });
}

const offset = (seconds: number): string =>
  Math.round(seconds) === 0 ? '0' : `${seconds < 0 ? '-' : '+'}${elapsed(seconds)}`;

const MAX_TEXT = 160;
const shorten = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line;
};

function verdictLines({ passed, text, got }: { passed: boolean; text: string; got: string }, c: Colours): string[] {
  return passed
    ? [`    ${c.green('✓')} ${text} ${c.dim(`— ${shorten(got)}`)}`]
    : [`    ${c.red('✗')} ${text}`, `        ${c.red(`got: ${shorten(got)}`)}`];
}

/** What a drill came to, in a few words: `4 of 4 expectations hold`, `1 of 4 expectations missed`. */
export function verdictText({ passed, expectations, invariants }: DrillResult): string {
  const of = `of ${expectations.length} ${expectations.length === 1 ? 'expectation' : 'expectations'}`;
  if (passed) return `${expectations.length} ${of} ${expectations.length === 1 ? 'holds' : 'hold'}`;
  const missed = expectations.filter((one) => !one.passed).length;
  const broken = invariants.filter((one) => !one.passed).map(({ text }) => text);
  return `${missed} ${of} missed${broken.length > 0 ? `; no longer so: ${broken.join('; ')}` : ''}`;
}

function closingLine(result: DrillResult, c: Colours): string {
  const { scenario, passed, without, tests } = result;
  const verdict = passed
    ? c.green(`${scenario} passed: ${verdictText(result)}`)
    : c.red(`${scenario} failed: ${verdictText(result)}`);
  if (without === null) return verdict;
  if (!passed) return `${verdict} (without ${without})`;
  return `${verdict}, without ${without} too${without === tests ? ': it does not show here that this mechanism works' : ''}`;
}
