import Table from 'cli-table3';
import { createColors } from 'picocolors';
import type { Audit } from '../../plan/audit';
import type { Finding } from '../../plan/findings/finding';
import type { Found } from '../data/data-dir';
import type { VersionDecided, VersionDecision } from '../engine/version-decision';
import type { Synthesised } from '../synthesise';
import type { LocalEvent, MonthVerdict } from './progress-events';
import type { LocalSummary, ModelSummary } from './summary';

type Colours = ReturnType<typeof createColors>;

const PLAIN_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((name) => [name, '']),
);

const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
const figure = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();

function table(c: Colours, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const built = new Table({
    head: head.map((text) => c.bold(text)),
    chars: { ...PLAIN_BORDERS, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  built.push(...rows.map((row) => [...row]));
  return built
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

/** Says in lines what a local platform does; for people at a terminal and for logs. */
export class LocalReport {
  private readonly c: Colours;
  private readonly started = performance.now();
  private lastStep = '';
  /** By run: those of several models go on at the same time. */
  private readonly stepStarted = new Map<string, number>();
  private hasSeveral = false;
  private readonly told = new Set<string>();

  constructor(
    private readonly print: (text: string) => void,
    terminal: boolean,
  ) {
    this.c = createColors(terminal);
  }

  definition(name: string, findings: readonly Finding[], audit: Audit): void {
    const { c } = this;
    const { covered, partial, missing } = audit.score;
    this.heading(`${name}: definition is valid`);
    for (const finding of findings) this.print(`  ${c.yellow(finding.severity)} ${finding.id}: ${finding.message}`);
    this.print(
      `  audit of the lifecycle (stage ${audit.stage}): ${c.green(`${covered} covered`)}, ${partial} partial, ${missing} missing`,
    );
    for (const row of audit.rows.filter(({ status }) => status !== 'covered')) {
      this.print(`    ${c.yellow(row.status)} ${row.id}: ${row.next ?? ''}`);
    }
  }

  synthesised(results: readonly Synthesised[]): void {
    this.heading('both clouds from the same definition');
    for (const { target, folder, result, error } of results) {
      this.print(
        result === null
          ? `  ${this.c.red('failed')} ${target}: ${error}`
          : `  ${this.c.green('✓')} ${target}: ${result.stacks.length} ${result.stacks.length === 1 ? 'stack' : 'stacks'} in ${folder}`,
      );
    }
  }

  opened(found: Found, start: number, end: number): void {
    this.heading('on this machine');
    for (const line of foundLines(found)) this.print(`  ${line}`);
    this.print(`  the platform begins on ${day(start)} with what had arrived by then; time runs to ${day(end)}`);
  }

  served(url: string, models: readonly string[]): void {
    this.print(`  state: ${url}/api/state, events: ${url}/api/events`);
    this.hasSeveral = models.length > 1;
    for (const model of models) this.print(`  live requests: POST ${url}/models/${model}/invocations`);
  }

  decided(model: string, { decision, version, by }: VersionDecision, after: VersionDecided): void {
    const { c } = this;
    const text = {
      approved: c.green('approved'),
      rejected: c.yellow('rejected'),
      refused: c.red('refused'),
      settled: 'settled already',
    };
    const why = after.reason === null ? '' : `: ${after.reason}`;
    this.print(`  ${decision} of ${model} ${version} by ${by}: ${text[after.decision]}${why}`);
  }

  event(event: LocalEvent): void {
    const line = this.lineOf(event);
    if (line === null) return;
    this.print(this.hasSeveral && 'model' in event ? `${line} ${this.c.dim(`(${event.model})`)}` : line);
  }

  /** The whole of a run, to be read by itself. */
  summary(summary: LocalSummary, seconds = (performance.now() - this.started) / 1000): string {
    const { c } = this;
    const { ledger } = summary;
    const goesOn = summary.outcome === 'running';
    return [
      '',
      c.bold(
        `${summary.platform}: ${summary.start.slice(0, 10)} to ${summary.end.slice(0, 10)}, ${goesOn ? 'stopped there as asked,' : summary.outcome} in ${seconds.toFixed(0)} s`,
      ),
      ...Object.entries(summary.models).flatMap(([name, model]) => modelLines(c, name, model)),
      '',
      `  audit trail: ${ledger.records} records, ${ledger.ok ? c.green('the chain verifies') : c.red('the chain is broken')}`,
      `  everything is in ${summary.folder}`,
      c.dim(
        goesOn
          ? '  run again without --until, or with a later one, to go on; --clean starts over'
          : '  run again to read this again; --clean starts over',
      ),
    ].join('\n');
  }

  /** What an event says; null for what is no news. */
  private lineOf(event: LocalEvent): string | null {
    const { c } = this;
    switch (event.kind) {
      case 'step':
        return this.stepLine(event);
      case 'line':
        return c.dim(`      ${event.text}`);
      case 'month':
        return this.monthLine(event.month);
      case 'alarm': {
        // The first time is news; how often it rang is in the summary.
        if (!event.firing || event.severity === 'info' || !this.isNews(`${event.model} ${event.id}`)) return null;
        const severity = event.severity === 'page' ? c.red('page  ') : c.yellow('ticket');
        return `  ${severity} ${day(event.at)} ${event.text}`;
      }
      case 'decision':
        if (!this.isNews(`${event.model} ${event.action} ${event.code}`)) return null;
        return `  ${c.cyan(event.action.padEnd(6))} ${day(event.at)} ${event.code}: ${event.text}`;
      case 'replay':
      case 'notification':
        return null;
    }
  }

  private stepLine(event: Extract<LocalEvent, { kind: 'step' }>): string | null {
    const run = `${event.model} ${event.run}`;
    if (event.what === 'begins') {
      this.stepStarted.set(run, performance.now());
      return null;
    }
    const { c } = this;
    // A look at a release is taken every minute of its hold: told once.
    const step = [event.model, event.run, event.step, event.what].join(' ');
    if (step === this.lastStep) return null;
    this.lastStep = step;
    const place = `${event.workflow.padEnd(8)} ${event.step.padEnd(18)}`;
    return event.what === 'ends'
      ? `  ${c.green('✓')} ${place} ${event.describe} ${c.dim(this.seconds(this.stepStarted.get(run) ?? performance.now()))}`
      : `  ${c.red('✗')} ${place} ${event.text ?? ''}`;
  }

  private monthLine(month: MonthVerdict): string {
    const metrics = Object.entries(month.metrics).map(([name, value]) => {
      const first = month.firstVersion?.[name];
      return `${name} ${figure(value)}${first === undefined ? '' : ` (first version ${figure(first)})`}`;
    });
    return `  ${this.c.bold(month.month)} ${mark(this.c, month.verdict)} ${String(month.predictions).padStart(6)} predictions  ${metrics.join('  ')}`;
  }

  private isNews(what: string): boolean {
    if (this.told.has(what)) return false;
    this.told.add(what);
    return true;
  }

  private heading(text: string): void {
    this.print(`\n${this.c.bold(text)} ${this.c.dim(this.seconds(this.started))}`);
  }

  private seconds(since: number): string {
    return `${((performance.now() - since) / 1000).toFixed(1)} s`;
  }
}

/** What an earlier process has left, in words. */
export function foundLines({ progress, unfinishedFiles, ledger }: Found): string[] {
  if (progress === null) return ['nothing here yet: a new platform'];
  const records = ledger.ok
    ? `${ledger.records} records in the audit trail, the chain verifies`
    : 'the audit trail is broken';
  const stage = {
    training:
      'an earlier run ended before its first version served: one that was stopped goes on after its last finished step, one that failed starts anew',
    replay: `an earlier run stopped on ${day(progress.cursor)}: it goes on there`,
    done: 'an earlier run is complete: its finished steps are used again',
  }[progress.phase];
  const swept = unfinishedFiles === 0 ? [] : [`${unfinishedFiles} files that were never finished were removed`];
  return [stage, ...swept, records];
}

const WIDTH = 17;

function mark(c: Colours, verdict: MonthVerdict['verdict']): string {
  const colour = { ok: c.green, drifted: c.yellow, decayed: c.red, insufficientData: c.dim }[verdict];
  return colour(verdict.padEnd(WIDTH));
}

function modelLines(c: Colours, name: string, model: ModelSummary): string[] {
  const failed = model.runs.filter(({ outcome }) => outcome === 'failed');
  const lines = ['', `  ${c.bold(name)}`];
  if (model.data !== null)
    lines.push(
      `  data      ${model.data.verdict}: ${model.data.rows} rows had arrived${model.data.reasons.length > 0 ? `; ${model.data.reasons.join('; ')}` : ''}`,
    );
  if (model.gate !== null) lines.push(`  gate      ${model.gate.explanation}`);
  const { champion } = model;
  if (champion !== null) {
    const atRelease = Object.entries(champion.atRelease).map(([metric, { value }]) => `${metric} ${figure(value)}`);
    lines.push(
      `  version   ${champion.version} of run ${champion.run}, ${champion.artifactDigest.slice(0, 19)}…, data ${champion.data.digest.slice(0, 19)}…, commit ${champion.commit?.slice(0, 10) ?? 'unknown'}`,
      `  release   on ${champion.data.testRows} frozen rows: ${atRelease.join(', ')}`,
    );
  }
  if (model.waiting !== null) {
    lines.push(
      `  ${c.yellow('waiting')}   version ${model.waiting} waits for approval: run again with --approve ${name}:${model.waiting} --by WHO, or --reject`,
    );
  }
  for (const run of failed)
    lines.push(`  ${c.red('failed')}    ${run.workflow} ${run.name}: ${run.reason ?? 'no reason'}`);
  if (model.months.length > 0) lines.push('', monthTable(c, model), '');
  lines.push(...verdictLines(c, model));
  lines.push(`  artefacts ${model.folder}`);
  return lines;
}

function monthTable(c: Colours, { months, champion }: ModelSummary): string {
  const metrics = [...new Set(months.flatMap((month) => Object.keys(month.metrics)))];
  // With several versions: what they are worth beside the first one, had it stayed. With one: how it has held.
  const retrained = months.some(({ firstVersion }) => firstVersion !== null);
  const head = [
    'month',
    'verdict',
    'predictions',
    ...(retrained ? ['versions'] : []),
    ...metrics.flatMap((name) => [name, retrained ? 'first version' : 'vs release']),
    'quality windows',
    'drift windows',
    'drifted columns',
  ];
  const rows = months.map((month) => [
    month.month,
    mark(c, month.verdict),
    String(month.predictions),
    ...(retrained ? [month.versions.join(', ')] : []),
    ...metrics.flatMap((name) => {
      const value = month.metrics[name];
      if (value === undefined) return ['–', '–'];
      if (retrained) return [figure(value), figure(month.firstVersion?.[name] ?? value)];
      const before = champion?.atRelease[name]?.value;
      return [figure(value), before === undefined ? '–' : `${(value / before).toFixed(1)} ×`];
    }),
    counts(month.quality),
    counts(month.drift),
    month.driftedColumns.map(({ column, percentOfWindows }) => `${column} ${percentOfWindows.toFixed(0)} %`).join(', '),
  ]);
  return table(c, head, rows);
}

const counts = (by: Readonly<Record<string, number>>): string => {
  const bad = by['critical'] ?? 0;
  const all = Object.values(by).reduce((sum, one) => sum + one, 0);
  return all === 0 ? '–' : `${bad} of ${all} critical`;
};

function verdictLines(c: Colours, model: ModelSummary): string[] {
  const lines: string[] = [];
  if (model.decayedFrom !== null) {
    const decayed = model.months.filter(({ verdict }) => verdict === 'decayed');
    const causes = [...new Set(decayed.map(({ cause }) => cause).filter((cause) => cause !== null))];
    lines.push(
      `  ${c.red('decayed')}   from ${model.decayedFrom} on (${decayed.length} months); cause: ${causes.join(', ')}`,
    );
  } else if (model.months.length > 0) lines.push(`  ${c.green('held')}      no month in which quality was critical`);
  for (const alarm of model.alarms.filter(({ severity }) => severity !== 'info')) {
    lines.push(
      `  ${alarm.severity === 'page' ? c.red('page') : c.yellow('ticket')}${' '.repeat(10 - alarm.severity.length)}${alarm.firstAt.slice(0, 10)} ${alarm.id}: ${alarm.summary}${alarm.times > 1 ? ` (${alarm.times} times)` : ''}`,
    );
  }
  if (model.firstRetraining !== null) {
    const decisions = Object.entries(model.decisions).map(([what, times]) => `${what} ${times} ×`);
    const held = model.runs.some(({ outcome }) => outcome === 'held');
    lines.push(
      `  retrain   first decided on ${model.firstRetraining.at.slice(0, 10)} (${model.firstRetraining.reason})${held ? '; written down, not run: this replay watches the first model' : ''}`,
      `            ${decisions.join(', ')}`,
    );
  }
  return lines;
}
