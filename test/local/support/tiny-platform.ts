import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;
const FIRST = Date.UTC(2024, 0, 1);

/** Two months of hourly rows: y = 10 x, and 20 x from the tenth of February on. */
export function tinyRows(): string {
  const lines = Array.from({ length: 60 * 24 }, (_, hour) => {
    const at = new Date(FIRST + hour * HOUR_MS);
    const x = ((hour * 7919) % 101) / 10;
    const noise = (((hour * 31) % 7) - 3) / 10;
    const slope = at >= new Date(Date.UTC(2024, 1, 10)) ? 20 : 10;
    return `id-${hour},${at.toISOString().slice(0, 19).replace('T', ' ')},${x},${(slope * x + noise).toFixed(3)}`;
  });
  return `id,at,x,y\n${lines.join('\n')}\n`;
}

/** A line through the origin and the newest 96 rows; hyperparameter `fault` makes it fail in a way of its own. */
const TRAINER = `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
const env = process.env;
if (env.TINY_PIDS) appendFileSync(env.TINY_PIDS, process.pid + '\\n');
const { fault } = JSON.parse(readFileSync(env.MLP_HYPERPARAMETERS, 'utf8'));
const [header, ...lines] = readFileSync(env.MLP_TRAIN_DATA, 'utf8').trim().split('\\n').map((line) => line.split(','));
const [x, y] = ['x', 'y'].map((name) => lines.slice(-96).map((line) => Number(line[header.indexOf(name)])));
const slope = x.reduce((sum, one, i) => sum + one * y[i], 0) / x.reduce((sum, one) => sum + one * one, 0);
if (fault === 'slow') await new Promise((resume) => setTimeout(resume, 20000));
if (fault === 'exit') { console.error('cannot factorise the matrix'); process.exit(3); }
if (fault !== 'noModel') writeFileSync(env.MLP_MODEL_DIR + '/model.json', JSON.stringify({ slope }));
if (fault === 'nan') writeFileSync(env.MLP_METRICS_FILE, '{"loss": NaN}');
else if (fault === 'null') writeFileSync(env.MLP_METRICS_FILE, '{"loss": null}');
else if (fault !== 'noMetrics') writeFileSync(env.MLP_METRICS_FILE, JSON.stringify({ slope }));
`;

const SERVER = `
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
if (process.env.TINY_PIDS) appendFileSync(process.env.TINY_PIDS, process.pid + '\\n');
const { slope } = JSON.parse(readFileSync(process.env.MLP_MODEL_DIR + '/model.json', 'utf8'));
createServer((request, response) => {
  if (request.url === '/ping') return response.end('{}');
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { instances } = JSON.parse(Buffer.concat(chunks).toString());
    response.end(JSON.stringify({ predictions: instances.map(({ x }) => slope * x) }));
  });
}).listen(Number(process.env.PORT), process.env.HOST);
`;

export interface TinyOptions {
  readonly fault?: string;
  readonly rows?: string | Buffer;
  /** `scheduled`: also once a week, on Thursdays. */
  readonly retraining?: boolean | 'scheduled';
}

export function tinyDefinition({ fault = 'none', retraining = false }: TinyOptions = {}): Record<string, unknown> {
  return {
    name: 'tiny',
    owner: 'tests',
    stage: 'core',
    delivery: { source: { repository: 'a/b' }, build: { commands: ['true'] }, test: { commands: ['true'] } },
    incidents: { contacts: [{ kind: 'email', address: 'a@example.com', severities: ['page', 'ticket'] }] },
    models: {
      line: {
        task: 'regression',
        data: {
          source: { local: 'data.csv' },
          format: 'csv',
          key: 'id',
          timestamp: 'at',
          label: { column: 'y', delay: '1h' },
          columns: {
            id: { type: 'string', unique: true, feature: false },
            at: { type: 'timestamp', feature: false },
            x: { type: 'number', min: 0, max: 11 },
            y: { type: 'number', drift: false },
          },
          minRows: 500,
        },
        training: {
          image: { build: 'trainer' },
          compute: 'small',
          hyperparameters: { fault },
          split: { testPercent: 10 },
          local: { command: ['node', 'trainer/train.mjs'] },
        },
        evaluation: { metrics: { mae: { max: 5 } }, minRows: 50, serving: { smokeRows: 5 } },
        serving: {
          image: { build: 'server' },
          compute: 'small',
          instances: { min: 1, max: 1 },
          expectedRequestsPerMinute: 100,
        },
        release: {
          steps: [{ percent: 50, hold: '10m' }],
          finalHold: '5m',
          analysis: { minRequests: 200, maxLatencyIncreasePercent: 1000, maxPredictionDrift: 20 },
        },
        monitoring: {
          latency: { p99: '1s' },
          errors: { maxPercent: 1 },
          drift: { schedule: { every: '1d' }, window: '7d', minRows: 100 },
          quality: { schedule: { every: '1d' }, window: '7d', minLabels: 50, metrics: { mae: { max: 8 } } },
        },
        ...(retraining && {
          retraining: {
            on: ['quality'],
            minNewLabels: 24,
            cooldown: '7d',
            ...(retraining === 'scheduled' && { schedule: { every: '7d' } }),
          },
        }),
      },
    },
  };
}

/** A folder with a definition, data, a trainer and a server that start in a moment. */
export function tinyPlatform(options: TinyOptions = {}): {
  readonly file: string;
  readonly base: string;
  readonly dir: string;
} {
  const base = mkdtempSync(join(tmpdir(), 'mlp-tiny-'));
  mkdirSync(join(base, 'trainer'));
  mkdirSync(join(base, 'server'));
  writeFileSync(join(base, 'trainer', 'train.mjs'), TRAINER);
  writeFileSync(join(base, 'server', 'server.mjs'), SERVER);
  writeFileSync(join(base, 'data.csv'), options.rows ?? tinyRows());
  const file = join(base, 'platform.json');
  writeFileSync(file, JSON.stringify(tinyDefinition(options)));
  return { file, base, dir: join(base, '.mlp') };
}
