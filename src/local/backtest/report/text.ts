import { createColors } from 'picocolors';
import type { IncidentScore } from '../incidents/score';
import type { BacktestResult, ModelBacktest } from '../result';
import { figure, table, when, wholeNumber } from './table';
import { ratioText, timeToDetect } from './words';

type Colours = ReturnType<typeof createColors>;

const MOST_EPISODES = 30;
const FEW_MONTHS = 60;

/** A backtest for people. */
export function backtestText({ platform, models, score, totals }: BacktestResult, terminal: boolean): string {
  const c = createColors(terminal);
  return [
    c.bold(`${platform}: what this definition would have done`),
    ...Object.entries(models).flatMap(([name, model]) => ['', ...modelLines(c, name, model)]),
    ...(score === null ? [] : ['', ...scoreLines(c, score)]),
    '',
    `  ${wholeNumber(totals.pages)} ${totals.pages === 1 ? 'page' : 'pages'}, ${wholeNumber(totals.tickets)} ${totals.tickets === 1 ? 'ticket' : 'tickets'}, ${wholeNumber(totals.retrains)} ${totals.retrains === 1 ? 'retraining' : 'retrainings'}`,
  ].join('\n');
}

function modelLines(c: Colours, name: string, model: ModelBacktest): string[] {
  const { rows, atRelease, notes } = model;
  const figures = Object.entries(atRelease).map(([metric, value]) => `${metric} ${figure(value)}`);
  const lines = [
    `  ${c.bold(name)} ${when(model.from)} to ${when(model.to)}: ${wholeNumber(rows.predictions)} predictions, ${wholeNumber(rows.labels)} labels`,
  ];
  if (rows.reference > 0)
    lines.push(
      `  reference ${wholeNumber(rows.reference)} rows${figures.length === 0 ? '' : `, on which ${figures.join(', ')}`}`,
    );
  if (model.champions.length > 1)
    lines.push(`  champions ${model.champions.map(({ version, from }) => `${version} from ${when(from)}`).join(', ')}`);
  if (model.months.length > 0) lines.push('', monthTable(c, model), '');
  lines.push(...alarmLines(c, model), ...releaseLines(c, model), ...decisionLines(model));
  lines.push(...notes.map((note) => `  ${c.dim(`note      ${note}`)}`));
  return lines;
}

function monthTable(c: Colours, { months }: ModelBacktest): string {
  const metrics = [...new Set(months.flatMap(({ metrics: of }) => Object.keys(of)))];
  const head = ['month', 'labelled', ...metrics, 'quality windows', 'drift windows'].map((text) => c.bold(text));
  const shown = months.slice(0, FEW_MONTHS);
  const rows = shown.map((month) => [
    month.month,
    wholeNumber(month.labelled),
    ...metrics.map((metric) => (month.metrics[metric] === undefined ? '–' : figure(month.metrics[metric]))),
    counts(c, month.quality),
    counts(c, month.drift),
  ]);
  const rest = months.length - shown.length;
  return `${table(head, rows)}${rest > 0 ? `\n  … and ${rest} more months (--json has all of them)` : ''}`;
}

function counts(c: Colours, verdicts: Readonly<Record<string, number>>): string {
  const all = Object.values(verdicts).reduce((sum, one) => sum + one, 0);
  if (all === 0) return '–';
  const bad = verdicts['critical'] ?? 0;
  const text = `${bad} of ${all} critical`;
  return bad > 0 ? c.red(text) : text;
}

function alarmLines(c: Colours, { alarms }: ModelBacktest): string[] {
  const told = alarms.filter(({ severity }) => severity !== 'info');
  if (told.length === 0) return [`  ${c.green('quiet')}     no page and no ticket`];
  const lines = told.slice(0, MOST_EPISODES).map(({ severity, from, to, id, value, threshold, rings, summary }) => {
    const paint = severity === 'page' ? c.red : c.yellow;
    const until = to === null ? 'to the end' : `to ${when(to)}`;
    // A breach is 1 or 0: its value says nothing.
    const facts = [
      ...(value === 1 && threshold === 1 ? [] : [figure(value)]),
      ...(rings > 1 ? [`told ${rings} times`] : []),
    ];
    const said = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
    return `  ${paint(severity.padEnd(9))} ${when(from)} ${until}: ${c.bold(id)}${said}: ${summary}`;
  });
  const rest = told.length - MOST_EPISODES;
  return rest > 0 ? [...lines, `            … and ${rest} more (--json has all of them)`] : lines;
}

function releaseLines(c: Colours, { releases }: ModelBacktest): string[] {
  return releases.flatMap(({ version, champion, from, history, policy }) => {
    const did = {
      promoted: `promoted ${when(history.at ?? from)}`,
      takenBack: `taken back ${when(history.at ?? from)}`,
      sideBySide: 'side by side to the end',
    }[history.outcome];
    const would = {
      promoted: c.green(`promoted ${when(policy.at ?? from)}`),
      rolledBack: c.red(`rolled back ${when(policy.at ?? from)} at ${policy.percent} %`),
      undecided: c.yellow(`not decided at ${policy.percent} %`),
    }[policy.outcome];
    const paused = policy.pausedAt === null ? '' : `, a person asked ${when(policy.pausedAt)}`;
    return [
      `  release   ${version} beside ${champion} from ${when(from)}: this policy ${would}${paused}; history ${did}`,
      `            ${policy.code}: ${policy.text}`,
    ];
  });
}

function decisionLines({ decisions, decisionCounts, retrains }: ModelBacktest): string[] {
  if (decisions.length === 0) return ['  retrain   nothing asked for it'];
  const causes = Object.entries(retrains).map(([cause, times]) => `${cause} ${times}`);
  const first = decisions.find(({ action }) => action === 'retrain');
  return [
    `  retrain   ${Object.entries(decisionCounts)
      .map(([what, times]) => `${what} ${times} ×`)
      .join(', ')}`,
    ...(first === undefined ? [] : [`            by ${causes.join(', ')}; first ${when(first.at)}: ${first.text}`]),
  ];
}

function scoreLines(c: Colours, score: IncidentScore): string[] {
  const lines = [
    c.bold(`  ${score.incidents.length} marked incidents, alarms of severity ${score.severities.join(' and ')}`),
    `  precision ${ratioText(score.precision)} of alarms belong to an incident`,
    `  recall    ${ratioText(score.recall)} of incidents were found; alarms began ${timeToDetect(score)} after them on average`,
    ...(score.alarmedOutside.share === null
      ? []
      : [
          `  else      an alarm was on for ${figure(100 * score.alarmedOutside.share)} % of the time without an incident`,
        ]),
  ];
  for (const { name, from, to, kind, alarms, standing } of score.incidents) {
    const what = `${when(from)} to ${to === null ? 'the end' : when(to)}${kind === null ? '' : ` ${kind}`}${name === null ? '' : ` ${name}`}`;
    const verdict = alarms.length === 0 ? c.red('missed   ') : standing ? c.yellow('standing ') : c.green('found    ');
    lines.push(`  ${verdict} ${what}${alarms.length === 0 ? '' : `: ${alarms.join(', ')}`}`);
  }
  const apart = score.falseAlarms.slice(0, MOST_EPISODES).map(({ model, id, from }) => `${model} ${id} ${when(from)}`);
  if (apart.length > 0) lines.push(`  ${c.yellow('no incident')} ${apart.join(', ')}`);
  return lines;
}
