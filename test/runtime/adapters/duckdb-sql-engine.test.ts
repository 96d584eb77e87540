import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DataFileFormat,
  type DuckDbOptions,
  DuckDbSqlEngine,
} from '../../../src/runtime/adapters/local/duckdb-sql-engine';

let folder: string;
const engines: DuckDbSqlEngine[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "it's-duckdb-[x]-"));
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  rmSync(folder, { recursive: true });
});

async function open(changes: Partial<DuckDbOptions> = {}): Promise<DuckDbSqlEngine> {
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [],
    folders: [],
    memoryLimitMiB: 128,
    spillFolder: null,
    threads: 1,
    ...changes,
  });
  engines.push(engine);
  return engine;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const attached = (format: DataFileFormat, ...[first, ...rest]: readonly string[]) =>
  open({ files: [{ view: 'data', paths: [first!, ...rest], format }] });

describe('DuckDB reads', () => {
  it('a CSV file, whose types are found from all rows', async () => {
    const early = Array.from({ length: 30_000 }, (_, i) => `${i},2026-11-01T00:00:00Z,a`).join('\n');
    const engine = await attached('csv', file('a.csv', `n,at,"we ird"\n${early}\nlate,2026-11-01T00:00:01Z,b\n`));
    const types = await engine.query('SELECT column_name, column_type FROM (DESCRIBE data)');
    expect(types).toEqual([
      { column_name: 'n', column_type: 'VARCHAR' },
      { column_name: 'at', column_type: 'TIMESTAMP WITH TIME ZONE' },
      { column_name: 'we ird', column_type: 'VARCHAR' },
    ]);
    expect(await engine.query('SELECT count(*) AS n, epoch_ms(max("at")) AS last FROM data')).toEqual([
      { n: 30_001n, last: BigInt(Date.UTC(2026, 10, 1, 0, 0, 1)) },
    ]);
  });

  it('JSON lines, and a missing key as NULL', async () => {
    const engine = await attached('jsonl', file('a.jsonl', '{"x": 1.5, "y": "a"}\n{"x": 2}\n'));
    expect(await engine.query('SELECT * FROM data ORDER BY x')).toEqual([
      { x: 1.5, y: 'a' },
      { x: 2, y: null },
    ]);
  });

  it('Parquet files together by column name, from a folder whose name has wild cards in it', async () => {
    const writer = await open({ folders: [folder] });
    const paths = [join(folder, 'a.parquet'), join(folder, 'b.parquet')];
    const quoted = paths.map((path) => `'${path.replaceAll("'", "''")}'`);
    await writer.query(`COPY (SELECT 1 AS x, 'a' AS y) TO ${quoted[0]} (FORMAT parquet)`);
    await writer.query(`COPY (SELECT 'b' AS y, 2 AS x) TO ${quoted[1]} (FORMAT parquet)`);
    const engine = await attached('parquet', ...paths);
    expect(await engine.query('SELECT x, y FROM data ORDER BY x')).toEqual([
      { x: 1, y: 'a' },
      { x: 2, y: 'b' },
    ]);
  });

  it('a table of no rows that has its columns', async () => {
    const engine = await attached('csv', file('a.csv', 'x,y\n'));
    expect(await engine.query('SELECT count(x) AS n FROM data')).toEqual([{ n: 0n }]);
  });
});

describe('DuckDB names what is wrong with a file', () => {
  it('that is not there, is a folder or is empty', async () => {
    const missing = join(folder, 'none.csv');
    await expect(attached('csv', missing)).rejects.toMatchObject({
      problems: [{ code: 'dataFileMissing', path: missing, got: 'no such file' }],
    });
    await expect(attached('csv', folder)).rejects.toMatchObject({
      problems: [{ code: 'dataFileUnreadable', path: folder, got: 'a folder' }],
    });
    const empty = file('empty.parquet', '');
    await expect(attached('parquet', empty)).rejects.toMatchObject({
      problems: [{ code: 'dataFileEmpty', path: empty }],
    });
  });

  it.each([
    ['parquet', 'not parquet at all', /magic bytes/],
    ['jsonl', '{"x": 1}\n{"x": \n', /JSON/],
  ] as const)('that is no %s', async (format, text, got) => {
    const path = file('broken', text);
    await expect(attached(format, path)).rejects.toMatchObject({
      problems: [
        { code: 'dataFileMalformed', path, got: expect.stringMatching(got), expected: `a file of format ${format}` },
      ],
    });
  });

  it('that breaks off after it was attached', async () => {
    const writer = await open({ folders: [folder] });
    const path = join(folder, 'a.parquet');
    await writer.query(
      `COPY (SELECT i AS x FROM range(100000) r(i)) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`,
    );
    const engine = await attached('parquet', path);
    writeFileSync(path, readFileSync(path).subarray(0, 1000));
    await expect(engine.query('SELECT sum(x) FROM data')).rejects.toMatchObject({
      problems: [{ code: 'dataFileMalformed', path }],
    });
  });

  it('or with a statement', async () => {
    const engine = await open();
    await expect(engine.query('SELECT nope FROM nowhere')).rejects.toMatchObject({
      problems: [{ code: 'sqlFailed', got: expect.stringContaining('nowhere') }],
    });
  });
});

describe('DuckDB keeps statements inside', () => {
  it('reads no file that was not attached, writes none, loads nothing and cannot be talked out of it', async () => {
    const secret = file('secret.txt', 'secret');
    const engine = await attached('csv', file('a.csv', 'x\n1\n'));
    const quoted = secret.replaceAll("'", "''");
    const out = join(folder, 'out.csv');
    for (const sql of [
      `SELECT * FROM read_text('${quoted}')`,
      `SELECT * FROM read_csv('${quoted}')`,
      `SELECT * FROM '${quoted}'`,
      `COPY (SELECT 1) TO '${out.replaceAll("'", "''")}'`,
      'SET enable_external_access = true',
      "SET allowed_directories = ['/']",
      'INSTALL httpfs',
    ]) {
      await expect(engine.query(sql)).rejects.toMatchObject({ title: expect.stringMatching(/sqlFailed/) });
    }
    expect(existsSync(out)).toBe(false);
    expect(await engine.query('SELECT x FROM data')).toEqual([{ x: 1n }]);
  });

  it('within its memory', async () => {
    const engine = await open({ memoryLimitMiB: 16 });
    await expect(engine.query('SELECT list(i) AS l FROM range(20000000) r(i)')).rejects.toThrow(/memory/i);
    expect(await engine.query('SELECT 1 AS still')).toEqual([{ still: 1 }]);
  });

  it('and spills where it may, else refuses', async () => {
    const sql = 'SELECT count(*) AS n FROM (SELECT i, hash(i) AS h FROM range(1000000) r(i) ORDER BY h LIMIT 900000)';
    const spilling = await open({ memoryLimitMiB: 12, spillFolder: join(folder, 'spill') });
    expect(await spilling.query(sql)).toEqual([{ n: 900_000n }]);
    await expect((await open({ memoryLimitMiB: 12 })).query(sql)).rejects.toThrow(/memory/i);
  });

  it('keeps time in UTC', async () => {
    const engine = await open();
    const [row] = await engine.query(
      "SELECT epoch_ms(CAST(TIMESTAMPTZ '2026-11-01 00:00:00' AS TIMESTAMP)) AS at, current_setting('TimeZone') AS zone",
    );
    expect(row).toEqual({ at: BigInt(Date.UTC(2026, 10, 1)), zone: 'UTC' });
  });
});

describe('a closed DuckDB', () => {
  it('answers nothing more, closes twice, and has kept its file', async () => {
    const database = join(folder, 'kept.db');
    const first = await open({ database });
    await first.query('CREATE TABLE t AS SELECT 42 AS x');
    await first.close();
    await first.close();
    await expect(first.query('SELECT 1')).rejects.toThrow(/closed/);
    const second = await open({ database });
    expect(await second.query('SELECT x FROM t')).toEqual([{ x: 42 }]);
  });
});
