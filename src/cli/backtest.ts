import { type Command, InvalidArgumentError } from 'commander';
import { SEVERITIES, type Severity } from '../kernel/severity';
import type { BacktestProgress, ColumnRole, Spread } from '../local/backtest';
import { EXIT, type Exit, type Io, json } from './io';

interface Options {
  readonly history?: string[];
  readonly predictions?: string[];
  readonly labels?: string[];
  readonly metrics?: string[];
  readonly reference?: string[];
  readonly incidents?: string[];
  readonly model?: string;
  readonly column?: Partial<Record<ColumnRole, string>>;
  readonly from?: string;
  readonly to?: string;
  readonly spread?: Spread;
  readonly seed?: number;
  readonly trainingTime?: string;
  readonly severity?: Severity[];
  readonly tolerance?: string;
  readonly compare?: string;
  readonly sweep?: string;
  readonly plot?: string;
  readonly minPrecision?: number;
  readonly minRecall?: number;
  readonly maxPages?: number;
  readonly maxRetrains?: number;
  readonly json?: boolean;
}

const ROLES =
  'key, time, prediction, version, latency, failed, status, label, labelTime, metric, value, statistic, dimensions';

const HELP = `
Files are CSV, Parquet or JSON lines, also gzipped; several of one kind are read one after the other.
  predictions  the definition's key, time and features, and the model's answer (prediction, predicted_probability, …);
               perhaps the label, version, latency_ms, and failed or status
  labels       the key and the label; perhaps label_time
  metrics      time, metric (Latency p99, Errors, Requests, … of the platform's vocabulary), value
  incidents    from, to; perhaps kind (of alarm), model, name
Write MODEL=FILE where the definition has several models.

Exits 0 when the backtest was made; 1 when --min-precision, --min-recall, --max-pages or --max-retrains is missed (a share
of nothing misses nothing); 2 for wrong usage, an invalid definition, or history that cannot be read. --compare and --sweep
show and do not judge: they exit 0 or 2.

  mlp backtest platform.yaml --history predictions.parquet labels.parquet --reference training.parquet
  mlp backtest platform.yaml --history log.csv --from 2024-03-01 --incidents incidents.csv --min-recall 0.8
  mlp backtest platform.yaml --history log.csv --sweep models.demand.monitoring.drift.critical=0.05..0.5:10 --plot sweep.svg`;

/** `mlp backtest FILE --history FILE…`: what this definition would have done on recorded history. */
export function backtestCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('backtest')
    .summary('what a definition would have done on recorded history')
    .description(
      'Runs the definition’s monitors, alarms, retraining decisions and releases over recorded predictions, labels and\n' +
        'metrics: what would have alarmed, been trained again, been rolled back; with precision and recall where incidents\n' +
        'are marked. The same decisions as on every target; reads nothing but its arguments.',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .option(
      '--history <files...>',
      'recorded predictions, labels and metrics; which is which is found by their columns',
    )
    .option('--predictions <files...>', 'as --history, and not guessed')
    .option('--labels <files...>', 'as --history, and not guessed')
    .option('--metrics <files...>', 'as --history, and not guessed')
    .option('--reference <files...>', 'what the champion was trained on; the rows before --from otherwise')
    .option('--model <name>', 'the model of files that name none')
    .option('--column <role=name...>', `names of columns that are not the usual ones; roles: ${ROLES}`, columns)
    .option('--from <instant>', 'when the definition takes over; otherwise as soon as data.minRows labels are there')
    .option('--to <instant>', 'leave out events from here on')
    .option('--spread <period>', 'deal rows whose time is only a year, month or day evenly over it', oneSpread)
    .option('--seed <number>', 'of the order in which they are dealt', wholeNumber)
    .option('--training-time <duration>', 'how long a training run is taken to last (default: 1h)')
    .option('--incidents <files...>', 'marked incidents')
    .option('--severity <list>', 'alarms that count (default: page,ticket)', severities)
    .option('--tolerance <duration>', 'how late an alarm belongs to an incident (default: the alarm’s own window)')
    .option('--min-precision <share>', 'exit 1 when less of the alarms belong to an incident', finite)
    .option('--min-recall <share>', 'exit 1 when less of the incidents are found', finite)
    .option('--max-pages <count>', 'exit 1 when people would have been paged more often', finite)
    .option('--max-retrains <count>', 'exit 1 when more training runs would have been started', finite)
    .option('--compare <file>', 'another definition, side by side')
    .option('--sweep <path=values>', 'one threshold: PATH=FROM..TO:POINTS or PATH=VALUE,VALUE,…')
    .option('--plot <file.svg>', 'draw the timeline, or the sweep')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, options: Options) => {
      // Loaded here: DuckDB is needed by few commands.
      const { runBacktestCommand } = require('../local/backtest') as typeof import('../local/backtest');
      const { column, severity, json: asJson, minPrecision, minRecall, maxPages, maxRetrains, ...rest } = options;
      const progress = new Progress();
      const outcome = await runBacktestCommand({
        ...rest,
        file,
        ...(column !== undefined && { columns: column }),
        ...(severity !== undefined && { severities: severity }),
        gates: {
          ...(minPrecision !== undefined && { minPrecision }),
          ...(minRecall !== undefined && { minRecall }),
          ...(maxPages !== undefined && { maxPages }),
          ...(maxRetrains !== undefined && { maxRetrains }),
        },
        terminal: io.terminal && asJson !== true,
        onProgress: (one) => progress.at(one),
        onPoint: (_, done, of) => progress.point(done, of),
      }).finally(() => progress.clear());
      io.out(asJson ? json(outcome.json) : outcome.text);
      exit(outcome.holds ? EXIT.fine : EXIT.doesNotHold);
    });
}

function columns(text: string, before: Partial<Record<ColumnRole, string>> = {}): Partial<Record<ColumnRole, string>> {
  const place = text.indexOf('=');
  const role = text.slice(0, Math.max(0, place));
  if (!ROLES.split(', ').includes(role) || place === text.length - 1)
    throw new InvalidArgumentError(`expected ROLE=NAME with one of the roles ${ROLES}`);
  return { ...before, [role]: text.slice(place + 1) };
}

function oneSpread(text: string): Spread {
  const spread = (['year', 'month', 'day'] as const).find((one) => one === text);
  if (spread === undefined) throw new InvalidArgumentError('expected year, month or day');
  return spread;
}

function severities(text: string): Severity[] {
  return text.split(',').map((part) => {
    const severity = SEVERITIES.find((one) => one === part.trim());
    if (severity === undefined)
      throw new InvalidArgumentError(`expected some of ${SEVERITIES.join(', ')}, with commas`);
    return severity;
  });
}

function finite(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number');
  return value;
}

function wholeNumber(text: string): number {
  const value = finite(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number');
  return value;
}

const EVERY_MS = 200;

/** How far it is, on one line of standard error that changes; nothing away from a terminal. */
class Progress {
  private readonly shows = process.stderr.isTTY === true;
  private last = Number.NEGATIVE_INFINITY;
  private points = '';

  at({ what, model, at, from, to }: BacktestProgress): void {
    const now = performance.now();
    if (!this.shows || now - this.last < EVERY_MS) return;
    this.last = now;
    const far = what === 'reads' ? 'reads' : `${Math.round((100 * (at - from)) / Math.max(1, to - from))} %`;
    process.stderr.write(`\r${this.points}${model}: ${far}\x1b[K`);
  }

  point(done: number, of: number): void {
    this.points = `${done} of ${of} values, `;
  }

  clear(): void {
    if (this.shows) process.stderr.write('\r\x1b[K');
  }
}
