import { join } from 'node:path';
import { loadPlatform } from '../../../src/definition/load';
import { parsePlatform, parsePlatformOrThrow } from '../../../src/definition/parse';
import { mergePatch, patchModel, rehearsedDefinition, rehearsedModel } from '../../../src/local/scenario/merge';
import { foundation, scale } from '../../support/definitions';

describe('merge patch', () => {
  // RFC 7396, appendix A.
  test.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j and %j give %j', (target, patch, merged) => {
    expect(mergePatch(target, patch)).toEqual(merged);
  });

  test('changes nothing that it was given, and no prototype', () => {
    const target = { a: { b: 1 } };
    const merged = mergePatch(target, JSON.parse('{"a":{"b":2},"__proto__":{"polluted":true}}'));
    expect(target).toEqual({ a: { b: 1 } });
    expect([({} as { polluted?: boolean }).polluted, Object.getPrototypeOf(merged)]).toEqual([
      undefined,
      Object.prototype,
    ]);
  });
});

const EXAMPLES: [string, () => Promise<unknown>][] = [
  ['everything in use', async () => scale()],
  ['the smallest platform', async () => foundation()],
  ['bike-share', () => loadPlatform(join(__dirname, '..', '..', '..', 'examples', 'bike-share', 'platform.yaml'))],
];

test.each(EXAMPLES)('what was parsed is parsed to itself again: %s', async (_name, read) => {
  const parsed = parsePlatformOrThrow(await read());
  // A copy, because the value itself is known and not parsed again.
  expect(parsePlatform(structuredClone(parsed))).toEqual({ ok: true, value: parsed });
});

test.each(EXAMPLES)('a patch changes what it says and nothing else, raw or parsed: %s', async (_name, read) => {
  const raw = await read();
  const parsed = parsePlatformOrThrow(raw);
  const model = Object.keys(parsed.models)[0]!;
  const patch = { serving: { instances: { min: 1, max: 9 } }, description: 'rehearsed' };
  const [fromRaw, fromParsed] = [patchModel(raw, model, patch), patchModel(parsed, model, patch)];
  expect(fromParsed).toEqual(fromRaw);
  const before = parsed.models[model]!;
  expect(fromParsed.ok && fromParsed.value).toEqual({
    ...parsed,
    models: {
      ...parsed.models,
      [model]: { ...before, description: 'rehearsed', serving: { ...before.serving, instances: { min: 1, max: 9 } } },
    },
  });
});

describe('what follows from other fields', () => {
  const platform = parsePlatformOrThrow(scale());
  const patched = (patch: Parameters<typeof patchModel>[2], definition: unknown = platform) => {
    const result = patchModel(definition, 'demand', patch);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return result.value.models['demand']!;
  };

  test('limits of a drift method follow the method, unless they were written', () => {
    const written = { warning: 0.1, critical: 0.25 };
    const defaults = parsePlatformOrThrow(scale({ 'models.demand.monitoring.drift': { window: '7d' } }));
    const other = patched({ monitoring: { drift: { method: 'jensenShannon' } } }, defaults).monitoring.drift;
    const fresh = parsePlatformOrThrow(
      scale({ 'models.demand.monitoring.drift': { window: '7d', method: 'jensenShannon' } }),
    );
    expect(other).toEqual(fresh.models['demand']!.monitoring.drift);
    expect(other).not.toMatchObject(written);
    const own = parsePlatformOrThrow(scale({ 'models.demand.monitoring.drift': { critical: 0.4 } }));
    expect(patched({ monitoring: { drift: { method: 'jensenShannon' } } }, own).monitoring.drift!.critical).toBe(0.4);
  });

  test('the primary metric follows the metrics', () => {
    const first = parsePlatformOrThrow(
      scale({ 'models.demand.evaluation.primary': undefined, 'models.demand.evaluation.slices': [] }),
    );
    expect(patched({ evaluation: { metrics: { mae: null } } }, first).evaluation!.primary).toBe('r2');
  });

  test('whether a column is watched follows its type', () => {
    const columns = { hum: { type: 'string', min: null, max: null } };
    expect(patched({ data: { columns } }).data.columns['hum']).toMatchObject({ type: 'string', drift: false });
    // Written, so that it stays.
    expect(
      patched({ data: { columns: { hr: { type: 'category', min: null, max: null } } } }).data.columns['hr'],
    ).toMatchObject({
      drift: false,
    });
  });
});

test('an empty patch gives the value itself', () => {
  const platform = parsePlatformOrThrow(scale());
  expect(rehearsedDefinition(platform, { name: 'x-y', model: undefined, with: {} })).toBe(platform);
});

test('problems are named under with, those elsewhere where they are', () => {
  const result = patchModel(scale(), 'demand', { release: { steps: [{ percent: 100, hold: '15m' }] }, task: null });
  expect(!result.ok && result.problems.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['with.release.steps.0.percent', 'with.task']),
  );
  expect(() => rehearsedDefinition(scale(), { name: 'some-fault', model: 'demand', with: { task: 3 } })).toThrow(
    /not valid with what scenario some-fault changes\n {2}with\.task: got 3/,
  );
  expect(() => rehearsedDefinition(scale(), { name: 'some-fault', model: 'nobody', with: {} })).toThrow(/demand/);
  const invalid = patchModel(scale({ owner: undefined }), 'demand', {});
  expect(!invalid.ok && invalid.problems.map(({ path }) => path)).toEqual(['owner']);
});

test('the first model is meant where none is named', () => {
  expect(rehearsedModel(parsePlatformOrThrow(scale()), { model: undefined })).toBe('demand');
});
