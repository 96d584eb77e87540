import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSchema } from '../../../../src/definition/data';
import { DuckDbDataSource } from '../../../../src/runtime/adapters/local/duckdb-data-source';
import { DuckDbSqlEngine } from '../../../../src/runtime/adapters/local/duckdb-sql-engine';
import { FileArtifactStore } from '../../../../src/runtime/adapters/local/file-artifact-store';
import { VirtualClock } from '../../../../src/runtime/adapters/local/virtual-clock';
import { duckdb } from '../../../../src/runtime/sql/dialects/duckdb';

const data = dataSchema.parse({
  source: { local: 'x.csv' },
  format: 'csv',
  timestamp: 'at',
  label: { column: 'y', delay: '1h' },
  columns: { at: { type: 'timestamp' }, y: { type: 'number' } },
});

describe('the data of a model on one machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlp-data-'));
  const artifacts = new FileArtifactStore(join(folder, 'artifacts'));
  let engine: DuckDbSqlEngine;
  let source: DuckDbDataSource;
  const clock = new VirtualClock(Date.UTC(2024, 0, 1, 2) / 1000);
  const countOf = async (table: readonly string[]): Promise<number> =>
    Number((await engine.query(`SELECT COUNT(*) AS n FROM ${duckdb.table(table)}`))[0]!['n']);

  beforeAll(async () => {
    const file = join(folder, 'x.csv');
    writeFileSync(file, 'at,y\n2024-01-01 00:00:00,1\n2024-01-01 01:00:00,2\n2024-01-01 01:00:01,3\nnot a time,4\n');
    engine = await DuckDbSqlEngine.open({
      database: ':memory:',
      files: [{ view: 'events', paths: [file], format: 'csv' }],
      folders: [folder],
      memoryLimitMiB: 256,
      spillFolder: null,
      threads: 1,
    });
    const time = 'TRY_CAST("at" AS TIMESTAMP)';
    await engine.query(
      `CREATE TABLE timed AS SELECT *, ${time} AS mlp_arrives_at, ${time} + INTERVAL 1 HOUR AS mlp_label_at, CAST(NULL AS BIGINT) AS mlp_early_label FROM events`,
    );
    source = new DuckDbDataSource({
      engine,
      artifacts,
      clock,
      model: 'm',
      data,
      events: ['timed'],
      capture: ['capture'],
      labelDelaySeconds: 3600,
    });
  });
  afterAll(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows an event once its label is due, and always what has no time, for the checks to see', async () => {
    // At two, labels of events up to one are due: the third comes a second later.
    expect(await countOf(await source.table())).toBe(3);
    clock.advanceTo(clock.now() + 1);
    expect(await countOf(await source.table())).toBe(4);
  });

  it('shows no column of the world, a late label when it comes, and an early one as it stood', async () => {
    const rows = async () =>
      engine.query(`SELECT * FROM ${duckdb.table(await source.table())} WHERE "at" LIKE '2024-02%' ORDER BY "at"`);
    await engine.query(
      "INSERT INTO timed VALUES ('2024-02-01 00:00:00', 7, '2024-02-01', '2024-02-03', NULL), ('2024-02-01 01:00:00', 8, '2024-02-01 01:00:00', '2024-02-02', 0)",
    );
    clock.advanceTo(Date.UTC(2024, 1, 1, 3) / 1000);
    expect(await rows()).toEqual([{ at: '2024-02-01 01:00:00', y: 0n }]);
    clock.advanceTo(Date.UTC(2024, 1, 3) / 1000);
    expect((await rows()).map(({ y }) => y)).toEqual([7n, 8n]);
    await engine.query('DELETE FROM timed WHERE y IN (7, 8)');
  });

  it.each(['csv', 'jsonl', 'parquet'])(
    'freezes rows as %s with count and digest, and reads them back',
    async (extension) => {
      const key = `runs/r/train.${extension}`;
      const frozen = await source.freeze('SELECT y FROM events ORDER BY y', key);
      expect(frozen).toMatchObject({ rows: 4, uri: artifacts.path(key) });
      const digest = createHash('sha256')
        .update(readFileSync(artifacts.path(key)))
        .digest('hex');
      expect(frozen.digest).toBe(`sha256:${digest}`);
      const read = await engine.query(`SELECT y FROM ${duckdb.table(await source.frozen(key))} ORDER BY y`);
      expect(read.map(({ y }) => Number(y))).toEqual([1, 2, 3, 4]);
      // The same rows again give the same bytes, so that a step that is tried again changes nothing.
      if (extension !== 'parquet')
        expect((await source.freeze('SELECT y FROM events ORDER BY y', key)).digest).toBe(frozen.digest);
    },
  );

  it('leaves nothing behind when a query fails, and refuses a format that nobody knows', async () => {
    await expect(source.freeze('SELECT nothing FROM events', 'runs/bad/train.csv')).rejects.toThrow('sqlFailed');
    expect(existsSync(artifacts.path('runs/bad/train.csv'))).toBe(false);
    expect(readdirSync(join(folder, 'artifacts/runs/bad'))).toEqual([]);
    await expect(source.freeze('SELECT y FROM events', 'runs/bad/train.xlsx')).rejects.toThrow('unknownDataFormat');
  });
});

describe('keys of artifacts', () => {
  it.each(['../secret', 'a/../../b', '/etc/passwd', '', '.unfinished-1'])('%s never leaves the folder', async (key) => {
    const store = new FileArtifactStore(mkdtempSync(join(tmpdir(), 'mlp-keys-')));
    try {
      await store.put(key, new Uint8Array());
      expect(store.path(key).startsWith(`${store.root}/`)).toBe(true);
    } catch (error) {
      expect((error as Error).message).toContain('badArtifactKey');
    }
  });
});
