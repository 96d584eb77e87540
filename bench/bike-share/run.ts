/**
 * The main example over the whole of 2011: the models that the platform releases beside the first one, month by month.
 * Fails when one of the claims does not hold that docs/benchmarks.md makes.
 *
 * usage: run.ts [--write]   (--write stores the table in RESULTS.md and the chart in docs/)
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { durationSeconds } from '../../src/kernel/duration';
import { type LocalEvent, LocalPlatform, type LocalSummary } from '../../src/local';
import { renderSvg } from '../../src/local/backtest/report/svg';

const EXAMPLE = resolve(__dirname, '../../examples/bike-share');
const DOCS = resolve(__dirname, '../../docs');

type Decision = Extract<LocalEvent, { kind: 'decision' }>;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const dir = mkdtempSync(join(tmpdir(), 'mlp-bike-share-'));
  const decisions: Decision[] = [];
  const steps: Extract<LocalEvent, { kind: 'step' }>[] = [];
  try {
    const platform = await LocalPlatform.open({
      file: join(EXAMPLE, 'platform.yaml'),
      dir,
      onEvent: (event) => {
        if (event.kind === 'decision') decisions.push(event);
        if (event.kind === 'step' && event.what === 'ends') steps.push(event);
        if (event.kind === 'month') console.log(event.month.month, JSON.stringify(event.month.metrics));
      },
    });
    const summary = await platform.run();
    const { cooldown } = platform.definition.models['demand']!.retraining!;
    await platform.close();
    const text = report(summary, decisions, steps);
    console.log(text);
    check(summary, decisions, steps, durationSeconds(cooldown));
    if (!values.write) return;
    writeFileSync(join(__dirname, 'RESULTS.md'), text);
    writeFileSync(join(DOCS, 'bike-share-2011.svg'), chart(summary));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const monthsOf = (summary: LocalSummary) => summary.models['demand']!.months;

function report(summary: LocalSummary, decisions: readonly Decision[], steps: readonly { step: string }[]): string {
  const { runs, alarms } = summary.models['demand']!;
  const of = (workflow: string) => runs.filter((run) => run.workflow === workflow);
  const ended = (step: string): number => steps.filter((one) => one.step === step).length;
  const rows = monthsOf(summary).map(({ month, metrics, firstVersion, versions, verdict }) => {
    const [ours, first] = [metrics['mae']!, firstVersion?.['mae'] ?? metrics['mae']!];
    return `| ${month} | ${ours.toFixed(1)} | ${first.toFixed(1)} | ${(ours / first).toFixed(2)} | ${versions.join(', ')} | ${verdict} |`;
  });
  const pages = alarms.filter(({ severity }) => severity === 'page').map(({ id, times }) => `${id} ${times} ×`);
  return [
    '| month | MAE of what served | MAE of the first version | ratio | versions that served | verdict |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `Retrainings started: ${decisions.filter(({ action }) => action === 'retrain').length}. Pipelines: ${of('pipeline').length}, of which ${of('pipeline').filter(({ outcome }) => outcome === 'failed').length} ended without a version (the gate said no or was not sure).`,
    `Releases: ${of('release').length}; promoted: ${ended('promote')}; taken back: ${ended('rollBack')}. Pages: ${pages.join(', ') || 'none'}. Audit trail: ${summary.ledger.records} records, ${summary.ledger.ok ? 'verified' : 'BROKEN'}.`,
    '',
  ].join('\n');
}

function check(
  summary: LocalSummary,
  decisions: readonly Decision[],
  steps: readonly { workflow: string; run: string; step: string }[],
  cooldownSeconds: number,
): void {
  const wrong: string[] = [];
  for (const { month, metrics, firstVersion } of monthsOf(summary)) {
    if (!(metrics['mae']! < (firstVersion?.['mae'] ?? 0))) wrong.push(`${month}: not better than the first version`);
  }
  const { decayedFrom } = summary.models['demand']!;
  if (decayedFrom === null || decayedFrom > '2011-05') wrong.push(`decay was found in ${decayedFrom ?? 'no month'}`);
  const starts = decisions.filter(({ action }) => action === 'retrain').map(({ at }) => at);
  starts.forEach((at, place) => {
    if (place > 0 && at - starts[place - 1]! < cooldownSeconds)
      wrong.push(`two retrainings within the cooldown at ${at}`);
  });
  // Whoever was promoted has passed its gate and all stages of its release; the first version has nobody to be compared with.
  for (const { run } of steps.filter(({ step }) => step === 'promote')) {
    const taken = new Set(steps.filter((one) => one.run === run).map(({ step }) => step));
    for (const step of ['verify', ...(taken.has('deployFirst') ? [] : ['shadowLook', 'look1', 'look2', 'look3'])]) {
      if (!taken.has(step)) wrong.push(`${run}: promoted without ${step}`);
    }
  }
  if (!summary.ledger.ok) wrong.push('the audit trail does not verify');
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

const chart = (summary: LocalSummary): string =>
  renderSvg(
    {
      title: { text: 'bike-share 2011: mean absolute error by month', left: 12, top: 8 },
      legend: { top: 36, left: 12, itemGap: 48 },
      grid: { left: 56, right: 24, top: 100, bottom: 40 },
      xAxis: { type: 'category', data: monthsOf(summary).map(({ month }) => month) },
      yAxis: { type: 'value', name: 'bikes', min: 0 },
      series: [
        {
          name: 'the first version, had it stayed',
          type: 'line',
          lineStyle: { type: 'dashed', width: 2 },
          data: monthsOf(summary).map(({ metrics, firstVersion }) => round(firstVersion?.['mae'] ?? metrics['mae']!)),
        },
        {
          name: 'what the platform served',
          type: 'line',
          lineStyle: { width: 3 },
          data: monthsOf(summary).map(({ metrics }) => round(metrics['mae']!)),
        },
      ],
    },
    760,
    360,
  );

const round = (value: number): number => Number(value.toFixed(1));

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
