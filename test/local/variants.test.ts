import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalPlatform, type LocalSummary } from '../../src/local';
import { tinyDefinition, tinyPlatform, tinyRows } from './support/tiny-platform';

jest.setTimeout(60_000);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Model = Record<string, Record<string, unknown>>;

/** The tiny platform with its model changed. */
async function run(
  change: (model: Model, base: string) => void,
  options: { readonly rows?: string; readonly end?: string } = {},
): Promise<{ summary: LocalSummary; dir: string }> {
  const { base, dir } = tinyPlatform(options.rows === undefined ? {} : { rows: options.rows });
  folders.push(base);
  const definition = structuredClone(tinyDefinition()) as { models: { line: Model } };
  change(definition.models.line, base);
  const platform = await LocalPlatform.open({ definition, baseDir: base, dir, end: options.end ?? '2024-02-20' });
  try {
    return { summary: await platform.run(), dir };
  } finally {
    await platform.close();
  }
}

describe('other definitions of the same model', () => {
  it('rows that break the contract are put apart, and the rest is split by chance', async () => {
    const rows = tinyRows().replace(/^id-5,(.*),(.*),(.*)$/m, 'id-5,$1,99,$3');
    const { summary, dir } = await run(
      (model) => {
        model['data']!['onViolation'] = 'quarantine';
        model['training']!['split'] = { testPercent: 25, by: 'random' };
      },
      { rows, end: '2024-02-03' },
    );
    const { data, champion } = summary.models['line']!;
    expect(data).toMatchObject({ verdict: 'quarantine', rows: 744 });
    const apart = readFileSync(join(dir, 'artifacts/line/runs/initial/quarantined.jsonl'), 'utf8').trim().split('\n');
    expect(apart.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ id: 'id-5', violated_rules: 'range:x' }),
    ]);
    expect(champion!.data.trainRows + champion!.data.testRows).toBe(743);
    expect(champion!.data.testRows / 743).toBeCloseTo(0.25, 2);
    // By chance: both parts span the month.
    expect(champion!.data.trainToMs! - champion!.data.trainFromMs!).toBeGreaterThan(29 * 86_400_000);
    const train = readFileSync(join(dir, 'artifacts/line/runs/initial/train.csv'), 'utf8');
    expect(train).not.toContain('id-5,');
  });

  it('inputs can be compared with the window before', async () => {
    const { summary } = await run((model) => {
      (model['monitoring']!['drift'] as Record<string, unknown>)['reference'] = 'previousWindow';
    });
    const [february] = summary.models['line']!.months;
    // There is nothing to compare with before the window before has rows, and enough of them.
    expect(february!.drift['insufficientData']).toBeGreaterThan(3);
    expect(february!.drift['ok'] ?? 0).toBeGreaterThan(2);
    expect(february!.drift).not.toHaveProperty('critical');
  });

  it('a classifier with probabilities is gated, monitored and found decayed', async () => {
    // The class is x above 5; from the tenth of February on it is the other way round.
    const lines = tinyRows().trimEnd().split('\n');
    const rows = lines.map((line, place) => {
      if (place === 0) return line;
      const [id, at, x] = line.split(',');
      const high = Number(x) > 5;
      return `${id},${at},${x},${high !== at! >= '2024-02-10' ? 'yes' : 'no'}`;
    });
    const { summary } = await run(
      (model, base) => {
        Object.assign(model, { task: 'binaryClassification' });
        Object.assign(model['data']!['label'] as object, { positive: 'yes' });
        (model['data']!['columns'] as Record<string, unknown>)['y'] = {
          type: 'category',
          values: ['yes', 'no'],
          drift: false,
        };
        model['evaluation']!['metrics'] = { auc: { min: 0.9 }, accuracy: { min: 0.9 } };
        (model['monitoring']!['quality'] as Record<string, unknown>)['metrics'] = { auc: { min: 0.7 } };
        writeFileSync(
          join(base, 'trainer/train.mjs'),
          `import { writeFileSync } from 'node:fs';
           writeFileSync(process.env.MLP_MODEL_DIR + '/model.json', '{"at":5}');
           writeFileSync(process.env.MLP_METRICS_FILE, '{"threshold":5}');`,
        );
        writeFileSync(
          join(base, 'server/server.mjs'),
          `import { createServer } from 'node:http';
           createServer((request, response) => {
             if (request.url === '/ping') return response.end();
             const chunks = [];
             request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
               const { instances } = JSON.parse(Buffer.concat(chunks).toString());
               const one = ({ x }) => ({ prediction: x > 5 ? 'yes' : 'no', probability: Math.min(0.99, Math.max(0.01, x / 10)) });
               response.end(JSON.stringify({ predictions: instances.map(one) }));
             });
           }).listen(Number(process.env.PORT), process.env.HOST);`,
        );
      },
      { rows: `${rows.join('\n')}\n` },
    );
    const { champion, months, gate, runs } = summary.models['line']!;
    expect(runs.map(({ reason }) => reason)).toEqual([null, null]);
    expect(gate!.verdict).toBe('pass');
    expect(champion!.atRelease['auc']!.value).toBeGreaterThan(0.99);
    expect(months[0]).toMatchObject({ verdict: 'decayed', cause: 'conceptDrift' });
    expect(months[0]!.metrics['auc']).toBeLessThan(0.8);
  });

  it('a version that needs a person is registered and not released', async () => {
    const { summary, dir } = await run((model) => {
      model['evaluation']!['approval'] = 'manual';
    });
    expect(summary.outcome).toBe('failed');
    const [pipeline] = summary.models['line']!.runs;
    expect(pipeline).toMatchObject({ outcome: 'succeeded', lastStep: 'register' });
    expect(JSON.parse(readFileSync(join(dir, 'artifacts/line/versions/1.json'), 'utf8'))).toMatchObject({ version: 1 });
  });
});
