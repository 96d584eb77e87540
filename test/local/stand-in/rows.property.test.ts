import fc from 'fast-check';
import { makeEvents } from '../../../src/local/stand-in/events';
import { planRows } from '../../../src/local/stand-in/rows';
import { decideDataChecks } from '../../../src/runtime/core/data-checks';
import { factsOfRows } from '../../../src/runtime/core/data-checks/facts-of-rows';
import { churn, DAY, START, scenario } from './support/definitions';

jest.setTimeout(60_000);

const missing = fc.constantFrom(0, 3, 20);
const bounds = fc
  .record({
    min: fc.option(fc.integer({ min: -5000, max: 5000 })),
    length: fc.option(fc.integer({ min: 1, max: 900 })),
  })
  .map(({ min, length }) => ({
    ...(min !== null && { min }),
    ...(min !== null && length !== null && { max: min + length }),
    ...(min === null && length !== null && { max: length }),
  }));
const patterns = fc.constantFrom(
  '^[A-Z]{2}[0-9]{5,7}$',
  '^(ab|cde)+-x?[^a-y]{6,}$',
  '^[^ ]{6,9}@[a-z]+\\.(com|org)$',
  '[a-f0-9]{8}',
  '^\\d{3}-\\d{4,6}$',
  '^(?:\\w{6}|\\s\\S*)$',
);
const column = fc.oneof(
  fc
    .record({ type: fc.constantFrom('number', 'integer'), bounds, maxMissingPercent: missing })
    .map(({ bounds: range, ...rest }) => ({ ...rest, ...range })),
  fc.record({ type: fc.constant('number'), unique: fc.constant(true) }),
  fc.record({ type: fc.constant('integer'), min: fc.constantFrom(-7, 0, 12), unique: fc.constant(true) }),
  fc.record({
    type: fc.constant('category'),
    values: fc.uniqueArray(
      fc.oneof(
        fc.string({ minLength: 1, maxLength: 5 }).map((one) => `v${one}`),
        fc.integer(),
      ),
      {
        minLength: 1,
        maxLength: 6,
        selector: String,
      },
    ),
    maxMissingPercent: missing,
  }),
  fc.record({ type: fc.constantFrom('category', 'boolean', 'timestamp'), maxMissingPercent: missing }),
  fc.record({ type: fc.constant('string'), pattern: patterns, unique: fc.boolean(), feature: fc.boolean() }),
  fc.record({ type: fc.constant('string'), unique: fc.boolean(), maxMissingPercent: missing }),
  fc.record({ type: fc.constantFrom('category', 'timestamp'), unique: fc.constant(true) }),
);
const label = fc.oneof(
  fc
    .record({
      task: fc.constant('regression'),
      column: fc.record({ type: fc.constantFrom('number', 'integer'), bounds }),
    })
    .map((one) => ({ ...one, column: { type: one.column.type, ...one.column.bounds } })),
  fc.constantFrom(
    { task: 'binaryClassification', column: { type: 'boolean' } },
    { task: 'binaryClassification', column: { type: 'integer', min: 0, max: 1 } },
    { task: 'binaryClassification', column: { type: 'category', values: ['bad', 'good'] }, positive: 'bad' },
    { task: 'binaryClassification', column: { type: 'string' }, positive: 'yes' },
    { task: 'multiclassClassification', column: { type: 'category', values: ['x', 'y', 'z', 'w'] } },
    { task: 'multiclassClassification', column: { type: 'integer', min: 1, max: 3 } },
    { task: 'multiclassClassification', column: { type: 'category' } },
  ),
);
const keys = fc.constantFrom(
  { type: 'string' },
  { type: 'integer' },
  { type: 'string', pattern: '^k[0-9a-f]{9}$' },
  null,
);

const contract = fc
  .record({ columns: fc.array(column, { minLength: 0, maxLength: 6 }), label, key: keys, seed: fc.nat(1000) })
  .map(({ columns, label: truth, key, seed }) => {
    const named = columns.map((one, place) => [`c${place}`, one] as const);
    const all = Object.fromEntries([
      ...(key === null ? [] : [['id', key] as const]),
      ['truth', truth.column],
      ...named,
      // At least one that a label can follow.
      ['x', { type: 'number', min: -1, max: 1 }],
      ['at', { type: 'timestamp' }],
    ]);
    return { all, truth, hasKey: key !== null, seed };
  });

describe('rows made up from a contract', () => {
  const made = ({ all, truth, hasKey, seed }: Contract) => {
    const definition = churn({
      task: truth.task,
      'data.columns': all,
      'data.timestamp': 'at',
      'data.key': hasKey ? 'id' : undefined,
      'data.label': { column: 'truth', ...('positive' in truth && { positive: truth.positive }) },
    });
    const plan = planRows(definition, seed);
    const events = [
      ...makeEvents(plan, scenario({ seed, history: '1d', duration: '1d', traffic: { eventsPerDay: 200 } }), START),
    ];
    return { definition, plan, events };
  };

  test('keep the contract, by the platform’s own data checks', () => {
    fc.assert(
      fc.property(contract, (input) => {
        const { definition, events } = made(input);
        const { task, data } = definition;
        expect(events).toHaveLength(400);
        const options = { nowMs: (START + DAY) * 1000, knownLabels: null, countLabels: task !== 'regression' };
        const rows = events.map(({ row }) => row);
        for (const part of [rows, rows.slice(0, 37)]) {
          const facts = factsOfRows(part, data, options);
          const context = {
            task,
            nowMs: options.nowMs,
            trailingRowCounts: [],
            previousLabels: null,
            split: null,
            identity: null,
            distribution: null,
          };
          const violated = decideDataChecks(facts, data, context).checks.filter(
            ({ verdict }) => verdict === 'violated',
          );
          expect(violated).toEqual([]);
        }
        expect(events.every(({ row, key }) => data.key === undefined || String(row[data.key]) === key)).toBe(true);
        expect(Object.keys(rows[0]!)).toEqual(Object.keys(data.columns));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test('are the same for the same seed, in whatever order they are made, and others for another', () => {
    fc.assert(
      fc.property(contract, (input) => {
        const [first, second] = [made(input), made(input)];
        expect(second.events).toEqual(first.events);
        const { row } = first.events[123]!;
        expect(first.plan.rowAt(123, first.events[123]!.happenedAt).row).toEqual(row);
        const other = made({ ...input, seed: input.seed + 1 });
        expect(other.events.map((event) => event.row['x'])).not.toEqual(first.events.map((event) => event.row['x']));
      }),
      { numRuns: 10, seed: 2 },
    );
  });
});

type Contract = typeof contract extends fc.Arbitrary<infer T> ? T : never;
