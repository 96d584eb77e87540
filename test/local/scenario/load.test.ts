import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { parsePlatformOrThrow } from '../../../src/definition/parse';
import type { Problem } from '../../../src/kernel/problem';
import { DefinitionError } from '../../../src/kernel/problem';
import { checkScenario } from '../../../src/local/scenario/definition-rules';
import { loadScenario } from '../../../src/local/scenario/load';
import { parseScenario } from '../../../src/local/scenario/parse';
import { findScenario, shippedScenarios } from '../../../src/local/scenario/shipped';
import { foundation, scale } from '../../support/definitions';
import { scenario, scenarioInput } from './support/record';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mlp-scenario-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
async function problemsOfFile(extension: string, text: string, definition?: unknown): Promise<readonly Problem[]> {
  const file = join(dir, `scenario-${files++}${extension}`);
  writeFileSync(file, text);
  try {
    await loadScenario(file, definition === undefined ? undefined : parsePlatformOrThrow(definition));
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.problems;
  }
}
const problems = (changes: object, definition?: unknown): readonly Problem[] => {
  const result = parseScenario(
    { ...scenarioInput(), ...changes },
    definition === undefined ? undefined : parsePlatformOrThrow(definition),
  );
  return result.ok ? [] : result.problems;
};

describe('files', () => {
  const input = scenarioInput();
  test.each<[string, string, string]>([
    ['YAML', '.yaml', stringify(input)],
    ['JSON', '.json', JSON.stringify(input)],
    ['a module', '.ts', `const scenario: unknown = ${JSON.stringify(input)};\nexport default scenario;\n`],
    ['a byte order mark', '.yml', `\uFEFF${stringify(input)}`],
  ])('reads %s', async (_what, extension, text) => {
    const file = join(dir, `good-${files++}${extension}`);
    writeFileSync(file, text);
    expect(await loadScenario(file)).toEqual(scenario());
  });

  test.each<[string, string, string, Partial<Problem>]>([
    ['an empty file', '.yaml', '', { code: 'emptyFile', got: 'an empty document', expected: 'a scenario' }],
    ['an unknown format', '.toml', 'x', { code: 'unknownFormat', got: 'a .toml file' }],
    ['a list', '.yaml', '- 1', { code: 'wrongType', path: '', got: '[1]', expected: 'a map of keys' }],
    ['an open bracket', '.yaml', 'name: a\nfaults: [x\n', { code: 'malformed', expected: 'well-formed YAML' }],
    ['JSON with a comment', '.json', '// hello\n{}', { code: 'malformed', expected: 'well-formed JSON', line: 1 }],
    ['a key that stands twice', '.yaml', 'name: aa\nname: bb\n', { code: 'malformed', line: 2 }],
    ['a module that throws', '.ts', 'throw new Error("no luck");', { code: 'moduleFailed', got: '"Error: no luck"' }],
  ])('%s', async (_what, extension, text, problem) => {
    expect((await problemsOfFile(extension, text))[0]).toMatchObject(problem);
  });

  test('no such file, and a folder', async () => {
    await expect(loadScenario(join(dir, 'nowhere.yaml'))).rejects.toMatchObject({
      problems: [{ code: 'unreadableFile', got: 'no such file', expected: 'a scenario file that can be read' }],
    });
    mkdirSync(join(dir, 'folder.yaml'));
    await expect(loadScenario(join(dir, 'folder.yaml'))).rejects.toMatchObject({ problems: [{ got: 'a directory' }] });
  });

  test('all problems at once, in order, with their lines', async () => {
    const found = await problemsOfFile(
      '.yaml',
      [
        'name: Column Rotation',
        'title: columns are exchanged',
        'duratoin: 14d',
        'duration: 14d',
        'faults:',
        '  - { kind: columnRotatoin, at: 2d }',
        '  - { kind: staleFeed, percent: 5 }',
        '  - { kind: noTraffic, at: 20d }',
        'expect:',
        '  - { kind: pages }',
        '  - { kind: alarm, alarm: dataDirft }',
        '  - { kind: retrains, min: 3, max: 1 }',
      ].join('\n'),
    );
    expect(found.map(({ path, code, fix, line }) => [path, code, fix, line])).toEqual([
      ['duratoin', 'unknownKey', 'did you mean duration?', 3],
      ['expect.0', 'asksNothing', 'add min, max or both; max: 0 means none', 10],
      ['expect.1.alarm', 'notAllowed', 'did you mean dataDrift?', 11],
      ['expect.2.min', 'emptyRange', 'exchange min and max, or change one', 12],
      ['faults.0.kind', 'notAllowed', 'did you mean columnRotation?', 6],
      ['faults.1.percent', 'unknownKey', 'remove it', 7],
      ['faults.2.at', 'afterTheEnd', 'let it begin earlier, or let the scenario last longer', 8],
      ['name', expect.any(String), 'change the value', 1],
    ]);
  });

  test('what the definition lacks is told beside, with its line', async () => {
    const text = stringify(scenarioInput({ faults: [{ kind: 'covariateShift', column: 'tempp' }] }));
    expect(await problemsOfFile('.yaml', text, scale())).toEqual([
      expect.objectContaining({
        code: 'noSuchColumn',
        path: 'faults.0.column',
        got: '"tempp"',
        expected: 'one of the model’s numeric features: temp, hum, windspeed, hr',
        fix: 'did you mean temp?',
        line: 6,
      }),
    ]);
  });
});

describe('fields', () => {
  test.each<[string, object, Partial<Problem>]>([
    ['a fault without a kind', { faults: [{ at: '1d' }] }, { path: 'faults.0.kind', code: 'missing', got: 'nothing' }],
    [
      'a key of another fault',
      { faults: [{ kind: 'staleFeed', times: 3 }] },
      { path: 'faults.0.times', code: 'unknownKey', expected: 'one of kind, at, for', fix: 'remove it' },
    ],
    [
      'a mistyped key of a fault',
      { faults: [{ kind: 'missingColumn', colum: 'temp' }] },
      { path: 'faults.0.colum', fix: 'did you mean column?' },
    ],
    ['a percent above 100', { faults: [{ kind: 'serviceErrors', percent: 101 }] }, { path: 'faults.0.percent' }],
    ['no expectation', { expect: [] }, { path: 'expect', expected: 'at least one expectation' }],
    ['a duration without a unit', { duration: '14' }, { path: 'duration', fix: 'add the unit, such as "14s"' }],
    ['an unknown mechanism', { tests: 'dataDriftAlrm' }, { path: 'tests', fix: 'did you mean dataDriftAlarm?' }],
    [
      'within of neither form',
      { expect: [{ kind: 'alarm', alarm: 'dataDrift', within: 'soon' }] },
      { path: 'expect.0.within', got: '"soon"', expected: expect.stringMatching(/^a duration/) },
    ],
    [
      'within by a mistyped monitor',
      { expect: [{ kind: 'alarm', alarm: 'dataDrift', within: { driftWindow: 2 } }] },
      { path: 'expect.0.within.driftWindow', fix: 'did you mean driftWindows?' },
    ],
    ['no duration', { duration: undefined }, { path: 'duration', code: 'missing', fix: 'add duration' }],
  ])('%s', (_what, changes, problem) => {
    expect(problems(changes)).toContainEqual(expect.objectContaining(problem));
  });
});

describe('rules across fields', () => {
  test.each<[string, object, [path: string, code: string][]]>([
    ['a fault that begins at the last second', { duration: '2d', faults: [{ kind: 'staleFeed', at: '172799s' }] }, []],
    [
      'a fault that begins at the end',
      { duration: '2d', faults: [{ kind: 'staleFeed', at: '2d' }] },
      [['faults.0.at', 'afterTheEnd']],
    ],
    ['a fault that lasts beyond the end', { faults: [{ kind: 'staleFeed', at: '13d', for: '9d' }] }, []],
    ['an action at the end', { actions: [{ at: '14d', do: 'train' }] }, [['actions.0.at', 'afterTheEnd']]],
    [
      'the same fault twice',
      { faults: [{ kind: 'staleFeed' }, { kind: 'noTraffic' }, { kind: 'staleFeed', at: '0s' }] },
      [['faults.2', 'duplicate']],
    ],
    [
      'the same fault at another time',
      {
        faults: [
          { kind: 'staleFeed', for: '1d' },
          { kind: 'staleFeed', at: '3d' },
        ],
      },
      [],
    ],
    [
      'the same expectation and action twice',
      {
        actions: [
          { at: '1d', do: 'train' },
          { at: '1d', do: 'train' },
        ],
        expect: [
          { kind: 'pages', max: 0 },
          { kind: 'pages', max: 0 },
        ],
      },
      [
        ['actions.1', 'duplicate'],
        ['expect.1', 'duplicate'],
      ],
    ],
    [
      'an alarm that must ring and must not',
      {
        expect: [
          { kind: 'alarm', alarm: 'dataDrift' },
          { kind: 'noAlarm', alarm: 'dataDrift' },
        ],
      },
      [['expect.1', 'contradiction']],
    ],
    ['min above max', { expect: [{ kind: 'released', min: 2, max: 1 }] }, [['expect.0.min', 'emptyRange']]],
    ['min at max', { expect: [{ kind: 'released', min: 2, max: 2 }] }, []],
    ['a count below zero', { expect: [{ kind: 'released', max: -1 }] }, [['expect.0.max', 'outOfRange']]],
    ['a quality below zero', { expect: [{ kind: 'quality', metric: 'r2', max: -1 }] }, []],
    ['a count of zero or more', { expect: [{ kind: 'released', min: 0 }] }, [['expect.0', 'asksNothing']]],
    ['a quality of zero or more', { expect: [{ kind: 'quality', metric: 'r2', min: 0 }] }, []],
    ['quality without bounds', { expect: [{ kind: 'quality', metric: 'r2' }] }, [['expect.0', 'asksNothing']]],
    ['a decision without bounds, which means one', { expect: [{ kind: 'decision', action: 'skip' }] }, []],
    [
      'quality over more than the scenario',
      { duration: '5d', expect: [{ kind: 'quality', metric: 'mae', max: 70 }] },
      [['expect.0.over', 'outOfRange']],
    ],
    ['quality over all of it', { duration: '7d', expect: [{ kind: 'quality', metric: 'mae', max: 70 }] }, []],
  ])('%s', (_what, changes, expected) => {
    expect(problems(changes).map(({ path, code }) => [path, code])).toEqual(expected);
  });
});

describe('rules of the definition', () => {
  const withoutRetraining = scale({ stage: 'core', 'models.demand.retraining': undefined });
  test.each<[string, object, unknown, [path: string, code: string, fix: RegExp][]]>([
    ['nothing wrong', {}, scale(), []],
    ['another model', { model: 'demnad' }, scale(), [['model', 'noSuchModel', /did you mean demand\?/]]],
    [
      'a column that is no feature',
      { faults: [{ kind: 'missingColumn', column: 'bikers' }] },
      scale(),
      [['faults.0.column', 'notAFeature', /name one of them/]],
    ],
    [
      'a shift of a category',
      { faults: [{ kind: 'covariateShift', column: 'weathersit' }] },
      scale(),
      [['faults.0.column', 'notAFeature', /name one/]],
    ],
    ['a category that is missing', { faults: [{ kind: 'missingColumn', column: 'weathersit' }] }, scale(), []],
    [
      'a rotation of one column',
      { faults: [{ kind: 'columnRotation' }] },
      foundation(),
      [['faults.0', 'touchesNothing', /another fault/]],
    ],
    [
      'alarms without their section',
      {
        expect: [
          { kind: 'alarm', alarm: 'dataDrift' },
          { kind: 'noAlarm', alarm: 'gateFailure' },
          { kind: 'noAlarm', alarm: 'budgetExceeded' },
        ],
      },
      foundation(),
      [
        ['expect.0.alarm', 'cannotRing', /add monitoring\.drift to the model/],
        ['expect.1.alarm', 'cannotRing', /add evaluation to the model/],
        ['expect.2.alarm', 'cannotRing', /remove it/],
      ],
    ],
    [
      'an alarm that is switched off in its section',
      { expect: [{ kind: 'alarm', alarm: 'predictionDrift' }] },
      scale({ 'models.demand.monitoring.drift.predictions': false }),
      [['expect.0.alarm', 'cannotRing', /predictions: true/]],
    ],
    [
      'within runs of a monitor that is not there',
      { expect: [{ kind: 'alarm', alarm: 'dataDrift', within: { qualityWindows: 1 } }] },
      foundation({ 'models.churn.monitoring.drift': {} }),
      [['expect.0.within.qualityWindows', 'noSuchMonitor', /add monitoring\.quality, or/]],
    ],
    [
      'decisions without retraining',
      {
        expect: [
          { kind: 'retrains', max: 0 },
          { kind: 'decision', action: 'skip' },
        ],
      },
      withoutRetraining,
      [
        ['expect.0', 'noRetraining', /add retraining/],
        ['expect.1', 'noRetraining', /add retraining/],
      ],
    ],
    [
      'a code that no decision has',
      { expect: [{ kind: 'decision', action: 'skip', code: 'cooldwn' }] },
      scale(),
      [['expect.0.code', 'notAllowed', /did you mean cooldown\?/]],
    ],
    [
      'a metric of another task',
      { expect: [{ kind: 'quality', metric: 'auc', min: 0.5 }] },
      scale(),
      [['expect.0.metric', 'noSuchMetric', /./]],
    ],
    [
      'a challenger that nobody trains',
      { faults: [{ kind: 'challengerErrors', at: '2d' }], actions: [{ at: '1d', do: 'train' }] },
      withoutRetraining,
      [['faults.0', 'touchesNothing', /add \{ at: 2d, do: train \} to actions/]],
    ],
    [
      'a challenger that is trained at its begin',
      { faults: [{ kind: 'challengerErrors', at: '2d' }], actions: [{ at: '2d', do: 'train' }] },
      withoutRetraining,
      [],
    ],
    [
      'triggers that nobody hears',
      { faults: [{ kind: 'duplicateTriggers' }] },
      withoutRetraining,
      [['faults.0', 'touchesNothing', /retraining/]],
    ],
    [
      'a patch that is not valid',
      { with: { release: { strategy: 'canry' }, tsk: 'regression' } },
      scale(),
      [
        ['with.release.strategy', 'notAllowed', /did you mean canary\?/],
        ['with.tsk', 'unknownKey', /did you mean task\?/],
      ],
    ],
    [
      'a patch that adds what an expectation needs',
      {
        with: { monitoring: { drift: {} }, retraining: {} },
        expect: [
          { kind: 'alarm', alarm: 'dataDrift', within: { driftWindows: 2 } },
          { kind: 'retrains', max: 0 },
        ],
      },
      foundation(),
      [],
    ],
  ])('%s', (_what, changes, definition, expected) => {
    const found = problems({ faults: [{ kind: 'staleFeed' }], ...changes }, definition);
    expect(found.map(({ path, code, fix }) => [path, code, fix])).toEqual(
      expected.map(([path, code, fix]) => [path, code, expect.stringMatching(fix)]),
    );
  });

  test('a parsed scenario is checked alone', () => {
    const parsed = scenario({ expect: [{ kind: 'alarm', alarm: 'dataDrift' }] });
    expect(checkScenario(parsed, parsePlatformOrThrow(scale()))).toEqual([]);
    expect(checkScenario(parsed, parsePlatformOrThrow(foundation()))).toMatchObject([
      {
        code: 'cannotRing',
        path: 'expect.0.alarm',
        got: '"dataDrift"',
        expected: expect.stringMatching(/model churn/),
      },
    ]);
  });

  test('problems of fields do not hide those of the definition', () => {
    expect(
      problems({ titel: 'x', expect: [{ kind: 'retrains', max: 0 }] }, foundation()).map(({ path }) => path),
    ).toEqual(['expect.0', 'titel']);
  });
});

describe('shipped scenarios', () => {
  const folder = () => {
    const path = mkdtempSync(join(dir, 'shipped-'));
    for (const name of ['column-rotation', 'stale-feed']) {
      writeFileSync(
        join(path, `${name}.yaml`),
        stringify(scenarioInput({ name, tests: name === 'stale-feed' ? 'freshnessAlarm' : undefined })),
      );
    }
    writeFileSync(join(path, 'README.md'), 'not a scenario');
    return path;
  };

  test('by name, in order', () => {
    const path = folder();
    expect(shippedScenarios(path)).toEqual([
      { name: 'column-rotation', title: 'something goes wrong', tests: null, file: join(path, 'column-rotation.yaml') },
      {
        name: 'stale-feed',
        title: 'something goes wrong',
        tests: 'freshnessAlarm',
        file: join(path, 'stale-feed.yaml'),
      },
    ]);
    expect(findScenario('stale-feed', path)).toBe(join(path, 'stale-feed.yaml'));
  });

  test('a file stays a file', () => {
    const path = folder();
    expect(['./stale-feed', 'mine.yaml', 'sub/mine.ts'].map((name) => findScenario(name, path))).toEqual([
      './stale-feed',
      'mine.yaml',
      'sub/mine.ts',
    ]);
  });

  test('a near miss is answered with the name', () => {
    expect(() => findScenario('stale-fed', folder())).toThrow(/did you mean stale-feed\?/);
    expect(() => findScenario('something-else', folder())).toThrow(/one of column-rotation, stale-feed[\s\S]*--list/);
  });

  test('those of the package are valid, and each file has its scenario’s name', () => {
    for (const { name, file } of shippedScenarios()) expect(file.endsWith(`/${name}.yaml`)).toBe(true);
  });
});
