import { dataSchema } from '../../../src/definition/data';
import { MemoryArtifactStore } from '../../../src/runtime/adapters/memory/memory-artifact-store';
import { artifactKeys, readTestRows } from '../../../src/runtime/usecases';

const data = (format: 'csv' | 'jsonl') =>
  dataSchema.parse({
    source: { local: `rides.${format}` },
    format,
    key: 'id',
    timestamp: 'at',
    label: { column: 'bikers', delay: '1h' },
    columns: {
      id: { type: 'string' },
      at: { type: 'timestamp' },
      temp: { type: 'number' },
      hr: { type: 'integer' },
      workingday: { type: 'boolean' },
      open: { type: 'boolean' },
      season: { type: 'category' },
      bikers: { type: 'integer' },
    },
  });

async function rowsOf(format: 'csv' | 'jsonl', row: object) {
  const artifacts = new MemoryArtifactStore();
  await artifacts.put(artifactKeys.test('r1'), new TextEncoder().encode(`${JSON.stringify(row)}\n`));
  return readTestRows(artifacts, 'r1', data(format));
}

const TEXTS = {
  id: '007',
  at: '2011-03-01 00:00:00.000',
  temp: '0.24',
  hr: '7',
  workingday: '1',
  open: 'true',
  season: '1',
  bikers: '16',
};

describe('frozen test rows', () => {
  it('are held with the columns that are wanted, beside key and label', async () => {
    const artifacts = new MemoryArtifactStore();
    await artifacts.put(artifactKeys.test('r1'), new TextEncoder().encode(`${JSON.stringify(TEXTS)}\n`));
    const [row] = await readTestRows(artifacts, 'r1', data('csv'), ['hr', 'absent']);
    expect(row).toEqual({ key: '007', label: 16, columns: { hr: 7 } });
  });

  // Athena's CSV has texts alone; a label that is a text is a faulty label of a regression.
  it('of a CSV have the types of the definition, whatever the engine holds them in', async () => {
    const [row] = await rowsOf('csv', TEXTS);
    expect(row!.key).toBe('007');
    expect(row!.label).toBe(16);
    expect(row!.columns).toEqual({ ...TEXTS, temp: 0.24, hr: 7, workingday: 1, open: true, bikers: 16 });
  });

  it('of a CSV have no value in a blank field, and keep what cannot be read', async () => {
    const [row] = await rowsOf('csv', { ...TEXTS, temp: ' ', season: '', hr: 'seven' });
    expect(row!.columns).toMatchObject({ temp: null, season: null, hr: 'seven' });
  });

  // "INT64 data types are encoded as JSON strings to preserve 64-bit precision": so BigQuery's export.
  it('of other formats are as they are, but for whole numbers that were exported as texts', async () => {
    const [row] = await rowsOf('jsonl', TEXTS);
    expect(row!.columns).toEqual({ ...TEXTS, hr: 7, workingday: 1, bikers: 16 });
    expect(row!.label).toBe(16);
  });
});
