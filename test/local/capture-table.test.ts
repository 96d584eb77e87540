import type { Data } from '../../src/definition/data';
import { CaptureTable } from '../../src/local/engine/capture-table';
import { DuckDbSqlEngine } from '../../src/runtime/adapters/local/duckdb-sql-engine';

const DATA = {
  key: 'id',
  timestamp: 'at',
  label: { column: 'y' },
  columns: { x: { feature: true }, n: { feature: true }, ok: { feature: true }, name: { feature: true } },
} as unknown as Data;

const row = (key: string, instance: Readonly<Record<string, string | number | boolean | null>>) => ({
  event: { key, instance },
  at: 60,
  version: 1,
  prediction: 2.5,
});

async function tableOf(holds: boolean) {
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [],
    folders: [],
    memoryLimitMiB: 128,
    spillFolder: null,
    threads: 1,
  });
  await engine.query(
    'CREATE TABLE events (id VARCHAR, "at" TIMESTAMP, x DOUBLE, n BIGINT, ok BOOLEAN, name VARCHAR, y DOUBLE)',
  );
  const capture = new CaptureTable(engine, 'm', DATA, holds);
  await capture.create(['events'], 'DOUBLE');
  return { engine, capture };
}

const SELECT = 'SELECT mlp_key, x, n, ok, name FROM capture_m ORDER BY mlp_key';

describe('captured requests', () => {
  it('keep what fits its column, whatever a client has sent, and lose no row', async () => {
    const { engine, capture } = await tableOf(false);
    await capture.add([
      row('a', { x: 1.5, n: 3, ok: true, name: 'one' }),
      row('b', { x: 'warm', n: 8.5, ok: 'yes', name: 7 }),
      row('c', { x: null, n: 'x' }),
    ]);
    const rows = await engine.query(SELECT);
    expect(rows.map((one) => ({ ...one, n: one['n'] === null ? null : Number(one['n']) }))).toEqual([
      { mlp_key: 'a', x: 1.5, n: 3, ok: true, name: 'one' },
      { mlp_key: 'b', x: null, n: null, ok: null, name: '7' },
      { mlp_key: 'c', x: null, n: null, ok: null, name: null },
    ]);
    await engine.close();
  });

  it('are there for whoever reads, also when they are held until then', async () => {
    const { engine, capture } = await tableOf(true);
    await capture.add([row('a', { x: 1 })]);
    expect(await engine.query(SELECT)).toEqual([]);
    expect(await capture.reader().query(SELECT)).toHaveLength(1);
    await capture.add([row('b', { x: 2 })]);
    expect(await capture.reader().query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await engine.query(SELECT)).toHaveLength(1);
    expect(await capture.reader().query(SELECT)).toHaveLength(2);
    await engine.close();
  });
});
