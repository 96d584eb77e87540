import { decideDataChecks } from '../../../../src/runtime/core/data-checks/decide';
import { collectSplitFacts } from '../../../../src/runtime/sql/data-checks/split-statements';
import { duckdb } from '../../../../src/runtime/sql/dialects/duckdb';
import { CONTEXT, dataOf, Engine } from './duckdb';

const engine = new Engine();
beforeAll(() => engine.open());
afterAll(() => engine.close());

const HEADER = 'id,at,age,churned\n';
const TRAIN = `${HEADER}a,2026-11-01,1,yes\nb,2026-11-02,2,no\nc,2026-11-03,3,no\n`;

async function splitOf(test: string, byTime = true, data = dataOf()) {
  const tables = { train: await engine.csv(TRAIN, data), test: await engine.csv(test, data), byTime };
  return collectSplitFacts(engine.run, duckdb, tables);
}

describe('collectSplitFacts', () => {
  it('finds nothing in a clean split; the same instant on both sides is fine', async () => {
    expect(await splitOf(`${HEADER}d,2026-11-03,4,no\ne,2026-11-04,5,yes\n`)).toEqual({
      trainRows: 3,
      testRows: 2,
      sharedKeys: { violations: 0, keys: [] },
      testRowsBeforeTrainEnd: 0,
    });
  });

  it('finds keys of train in test, and test rows older than train, and the decision says so', async () => {
    const split = await splitOf(`${HEADER}b,2026-11-05,9,no\nd,2026-11-02,4,no\n`);
    expect(split).toMatchObject({ sharedKeys: { violations: 1, keys: ['b'] }, testRowsBeforeTrainEnd: 1 });
    const facts = await engine.facts(await engine.csv(TRAIN, dataOf()));
    const decision = decideDataChecks(facts, dataOf(), { ...CONTEXT, split });
    expect(decision.verdict).toBe('fail');
    expect(decision.checks.find(({ rule }) => rule === 'leakage')).toMatchObject({
      verdict: 'violated',
      keys: ['b'],
      rows: 2,
    });
  });

  it('looks for no order in a random split', async () => {
    const split = await splitOf(`${HEADER}d,2026-11-01,4,no\n`, false);
    expect(split.testRowsBeforeTrainEnd).toBeNull();
  });

  it('compares whole rows where there is no key', async () => {
    const { key: _key, ...keyless } = dataOf();
    const split = await splitOf(`${HEADER}b,2026-11-02,2,no\nb,2026-11-02,,2no\n`, true, keyless);
    expect(split.sharedKeys).toEqual({ violations: 1, keys: [] });
  });
});
