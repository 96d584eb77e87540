import fc from 'fast-check';
import type { Data } from '../../../../src/definition/data';
import { decideDataChecks } from '../../../../src/runtime/core/data-checks/decide';
import { quarantinePlan, settleQuarantine } from '../../../../src/runtime/core/data-checks/quarantine';
import type { SqlRow } from '../../../../src/runtime/sql/data-checks/collect';
import { quarantineStatements } from '../../../../src/runtime/sql/data-checks/quarantine';
import type { CheckedTable } from '../../../../src/runtime/sql/data-checks/typed-rows';
import { duckdb } from '../../../../src/runtime/sql/dialects/duckdb';
import { CONTEXT, dataOf, Engine } from './duckdb';

const engine = new Engine();
beforeAll(() => engine.open());
afterAll(() => engine.close());

interface Parts {
  readonly verdict: string;
  readonly accepted: SqlRow[];
  readonly quarantined: SqlRow[];
  readonly all: SqlRow[];
  readonly settle: () => string;
}

/** Everything a validation does: count, decide, put apart. */
async function partsOf(table: CheckedTable): Promise<Parts> {
  const facts = await engine.facts(table);
  const decision = decideDataChecks(facts, table.data, CONTEXT);
  const statements = quarantineStatements(duckdb, table, quarantinePlan(decision, facts));
  const accepted = await engine.run(statements.accepted);
  const quarantined = await engine.run(statements.quarantined);
  return {
    verdict: decision.verdict,
    accepted,
    quarantined,
    all: await engine.run(`SELECT * FROM ${'fromItem' in table.source ? table.source.fromItem : ''}`),
    settle: () =>
      settleQuarantine(facts, table.data, { acceptedRows: accepted.length, quarantinedRows: quarantined.length }),
  };
}

const texts = (rows: readonly SqlRow[]): string[] =>
  rows.map(({ violated_rules: _rules, ...row }) => JSON.stringify(row)).sort();

const data = dataOf(
  { onViolation: 'quarantine', expressions: [{ name: 'no-old-yes', sql: "NOT (age > 60 AND churned = 'yes')" }] },
  { age: { type: 'integer', min: 0, max: 99, maxMissingPercent: 50 } },
);

describe('quarantine', () => {
  it('puts bad rows apart with the rules they break, and keeps the others as they were', async () => {
    const text =
      'id,at,age,churned\na,2026-11-01,31,yes\nb,2026-11-01,old,no\nc,2026-11-01,,no\nd,2026-11-01,100,maybe\ne,2026-11-01,70,yes\n' +
      'f,2026-11-01,5,no\nf,2026-11-02,6,no\ng,2026-11-01,1,no\n';
    const parts = await partsOf(await engine.csv(text, data));
    expect(parts.verdict).toBe('quarantine');
    expect(parts.accepted.map(({ id }) => id).sort()).toEqual(['a', 'c', 'g']);
    expect(parts.accepted).toContainEqual({ id: 'a', at: '2026-11-01', age: '31', churned: 'yes' });
    expect(
      Object.fromEntries(parts.quarantined.map((row) => [`${row['id']} ${row['age']}`, row['violated_rules']])),
    ).toEqual({
      'b old': 'typeChange:age',
      'd 100': 'range:age,unseenCategory:churned,newLabel:churned',
      'e 70': 'expressions:no-old-yes',
      'f 5': 'uniqueness:id',
      'f 6': 'uniqueness:id',
    });
    expect(parts.settle()).toBe('quarantine');
  });

  it('keeps one copy of rows that are equal', async () => {
    const once = dataOf({ onViolation: 'quarantine', checks: { uniqueness: 'warn' } });
    const row = 'a,2026-11-01,1,yes\n';
    const parts = await partsOf(await engine.csv(`id,at,age,churned\n${row}${row}${row}b,2026-11-01,1,no\n`, once));
    expect(parts.accepted.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect(parts.quarantined.map((one) => one['violated_rules'])).toEqual(['duplicateRows', 'duplicateRows']);
  });

  it('leaves rows alone that break a rule within its tolerance, or one that only warns', async () => {
    const mild = dataOf(
      { onViolation: 'quarantine', checks: { typeChange: 'warn' } },
      { age: { type: 'integer', maxMissingPercent: 50 } },
    );
    const parts = await partsOf(await engine.csv('id,at,age,churned\na,2026-11-01,,yes\nb,2026-11-01,x,no\n', mild));
    expect(parts.verdict).toBe('warn');
    expect(parts.quarantined).toEqual([]);
    expect(parts.accepted).toHaveLength(2);
  });

  it('puts the whole table apart when a rule about the table is broken', async () => {
    const parts = await partsOf(
      await engine.csv('id,at,age,churned,surprise\na,2026-11-01,1,yes,x\nb,2026-11-01,1,no,y\n', data),
    );
    expect(parts.accepted).toEqual([]);
    expect(parts.quarantined.map((row) => row['violated_rules'])).toEqual(['extraColumn', 'extraColumn']);
    expect(parts.settle()).toBe('fail');
  });

  it('fails when too little is left', async () => {
    const demanding: Data = { ...data, minRows: 2 };
    const parts = await partsOf(
      await engine.csv('id,at,age,churned\na,2026-11-01,1,yes\nb,2026-11-01,x,no\n', demanding),
    );
    expect(parts.settle()).toBe('fail');
  });

  it('does not lend its column to data that has one of that name', async () => {
    const named = dataOf({ onViolation: 'quarantine' }, { violated_rules: { type: 'string' } });
    const parts = await partsOf(
      await engine.csv('id,at,age,churned,violated_rules\na,2026-11-01,x,yes,mine\nb,2026-11-01,1,no,z\n', named),
    );
    expect(parts.quarantined[0]).toMatchObject({ violated_rules: 'mine', violated_rules_: 'typeChange:age' });
  });

  it('parts any table exactly: each row is on one side, as it was, and the counts add up', async () => {
    // mostly good cells, so that rows are left and single flags decide
    const cell = ([good, ...others]: readonly string[]) =>
      fc.oneof({ weight: 5, arbitrary: fc.constant(good!) }, { weight: 2, arbitrary: fc.constantFrom(...others) });
    const row = fc.tuple(
      fc.oneof({ weight: 8, arbitrary: fc.nat().map(String) }, { weight: 2, arbitrary: fc.constantFrom('a', 'b', '') }),
      cell(['2026-11-01', '2026-11-02T10:00:00Z', '2999-01-01', 'never', '']),
      cell(['1', '50', '-1', '1e3', 'nan', 'inf', 'x', '', ' ', '70']),
      cell(['yes', 'no', 'maybe', '']),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12, size: 'max' }), async (rows) => {
        const text = `id,at,age,churned\n${rows.map((cells) => `${cells.join(',')}\n`).join('')}`;
        const parts = await partsOf(await engine.csv(text, data));
        expect(texts([...parts.accepted, ...parts.quarantined])).toEqual(texts(parts.all));
        expect(parts.quarantined.every((one) => one['violated_rules'] !== '')).toBe(true);
        expect(['quarantine', 'fail']).toContain(parts.settle());
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('says so when the two parts are not the whole', async () => {
    const facts = await engine.facts(await engine.csv('id,at,age,churned\na,2026-11-01,1,yes\n', data));
    expect(() => settleQuarantine(facts, data, { acceptedRows: 1, quarantinedRows: 1 })).toThrow('quarantineLostRows');
  });
});
