import { makeEvents } from '../../../src/local/stand-in/events';
import { planRows } from '../../../src/local/stand-in/rows';
import { writeEvents } from '../../../src/local/stand-in/write-events';
import { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import { bikes, churn, DAY, START, scenario } from './support/definitions';

jest.setTimeout(60_000);

let engine: DuckDbSqlEngine;
beforeAll(async () => {
  const sandbox = { database: ':memory:', files: [], folders: [], memoryLimitMiB: 256, spillFolder: null, threads: 1 };
  engine = await DuckDbSqlEngine.open(sandbox);
});
afterAll(() => engine.close());

const count = async (where: string, table = 'events_demand'): Promise<number> =>
  Number((await engine.query(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`))[0]!['n']);

describe('events in a table', () => {
  test('have the types of the contract, and when their parts become known', async () => {
    const model = bikes();
    const events = [...makeEvents(planRows(model, 1), scenario({ traffic: { eventsPerDay: 100 } }), START)];
    const { written, leftOut } = await writeEvents(engine, 'events_demand', model, events);
    expect(written + leftOut).toBe(2000);
    const types = await engine.query('SELECT column_name AS name, column_type AS type FROM (DESCRIBE events_demand)');
    expect(Object.fromEntries(types.map(({ name, type }) => [name, type]))).toEqual({
      row_id: 'VARCHAR',
      hour_start: 'TIMESTAMP',
      bikers: 'BIGINT',
      temp: 'DOUBLE',
      hum: 'DOUBLE',
      windspeed: 'DOUBLE',
      weathersit: 'VARCHAR',
      hr: 'BIGINT',
      workingday: 'BOOLEAN',
      mlp_arrives_at: 'TIMESTAMP',
      mlp_label_at: 'TIMESTAMP',
      mlp_early_label: 'BIGINT',
    });
    expect(await count('mlp_arrives_at = hour_start AND mlp_label_at = hour_start + INTERVAL 1 HOUR')).toBe(written);
    const [first] = await engine.query('SELECT * FROM events_demand ORDER BY hour_start LIMIT 1');
    expect(first).toMatchObject({
      row_id: events[0]!.key,
      hour_start: new Date(events[0]!.happenedAt * 1000),
      temp: events[0]!.row['temp'],
      bikers: BigInt(String(events[0]!.row['bikers'])),
    });
  });

  test('break no expression as they were meant, whatever the world does to them', async () => {
    const model = bikes({ 'data.expressions': [{ name: 'cold', sql: 'temp < 0.7 OR bikers < 400 -- few' }] });
    const faults = [{ kind: 'conceptShift', at: '5d' }] as const;
    const events = makeEvents(
      planRows(model, 1),
      scenario({ traffic: { eventsPerDay: 100 }, faults: [...faults] }),
      START,
    );
    const { written, leftOut } = await writeEvents(engine, 'events_demand', model, events);
    expect(leftOut).toBeGreaterThan(0);
    expect(await count('TRUE')).toBe(written);
    expect(await count('NOT (temp < 0.7 OR bikers < 400)')).toBe(0);
  });

  test('are there as they were delivered when that breaks an expression', async () => {
    const model = bikes({ 'data.expressions': [{ name: 'order', sql: 'hum IS NULL OR temp > hum - 0.3' }] });
    const faults = [{ kind: 'columnRotation', at: '0s' }] as const;
    const events = [
      ...makeEvents(planRows(model, 1), scenario({ traffic: { eventsPerDay: 100 }, faults: [...faults] }), START),
    ];
    const { written } = await writeEvents(engine, 'events_demand', model, events);
    expect(await count('TRUE')).toBe(written);
    const broken = await count('NOT (temp > hum - 0.3)');
    const meant = events.filter(({ row }) => row['hum'] !== null && Number(row['temp']) <= Number(row['hum']) - 0.3);
    expect(broken).toBeGreaterThan(0);
    expect(broken).toBeLessThanOrEqual(meant.length);
    expect(await count(`NOT (temp > hum - 0.3) AND mlp_arrives_at < TIMESTAMP '2026-01-01'`)).toBe(0);
  });

  test('an expression that hardly ever holds is named', async () => {
    const model = bikes({ 'data.expressions': [{ name: 'never', sql: 'bikers = hr' }] });
    const events = () => makeEvents(planRows(model, 1), scenario({ traffic: { eventsPerDay: 30 } }), START);
    await expect(writeEvents(engine, 'events_demand', model, events())).rejects.toThrow(/expressions\.never/);
    const off = bikes({
      'data.expressions': [{ name: 'never', sql: 'bikers = hr' }],
      'data.checks': { expressions: 'off' },
    });
    expect(await writeEvents(engine, 'events_demand', off, events())).toEqual({ written: 600, leftOut: 0 });
  });

  test('keep early labels, copies, numbers and truth values as categories', async () => {
    const model = churn({
      'data.columns.level': { type: 'category', values: [1, 2, 3] },
      'data.columns.share': { type: 'category', values: [0.25, 0.5] },
      'data.columns.flag': { type: 'category', values: [true, false] },
      'data.columns.mixed': { type: 'category', values: [1, 'one', true] },
    });
    const faults = [
      { kind: 'earlyLabels', at: '0s' },
      { kind: 'duplicateEvents', at: '0s', for: '1d' },
    ] as const;
    const events = [
      ...makeEvents(planRows(model, 1), scenario({ traffic: { eventsPerDay: 50 }, faults: [...faults] }), START),
    ];
    await writeEvents(engine, 'events_churn', model, events);
    expect(await count(`mlp_early_label = 'no'`, 'events_churn')).toBe(550);
    expect(await count('mlp_early_label IS NULL', 'events_churn')).toBe(500);
    expect(await count('level IN (1, 2, 3) AND share IN (0.25, 0.5) AND flag IN (true, false)', 'events_churn')).toBe(
      1050,
    );
    expect(await count(`mixed IN ('1', 'one', 'true')`, 'events_churn')).toBe(1050);
    expect(await count(`mlp_arrives_at >= epoch_ms(${(START + DAY) * 1000})`, 'events_churn')).toBe(450);
  });
});
