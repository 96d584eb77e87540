import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import { loadPlatform } from '../../../src/definition/load';
import { parsePlatformOrThrow } from '../../../src/definition/parse';
import { scenarioJsonSchema } from '../../../src/local/scenario/json-schema';
import { rehearseWith } from '../../../src/local/scenario/rehearse';
import type { RunDrill } from '../../../src/local/scenario/run-drill';
import { foundation, scale } from '../../support/definitions';
import { alarm, DAY, FAULT, record, scenarioInput } from './support/record';

/** An engine in which the alarm rings unless its mechanism is switched off. */
const engine: RunDrill = async (_definition, _scenario, options) =>
  record({ alarms: options?.without === 'dataDriftAlarm' ? [] : [alarm(FAULT + DAY)] });
const drift = scenarioInput({ expect: [{ kind: 'alarm', alarm: 'dataDrift', within: { driftWindows: 2 } }] });

test.each([
  ['raw', scale()],
  ['parsed', parsePlatformOrThrow(scale())],
])('rehearses a definition that is %s', async (_what, definition) => {
  expect(await rehearseWith(engine, definition, drift)).toMatchObject({
    scenario: 'some-fault',
    passed: true,
    expectations: [{ passed: true, got: 'data-drift rang after 1d (value 0.31)', at: '2026-01-04T00:00:00.000Z' }],
    record: { model: 'demand' },
  });
});

test('without the mechanism the expectation is missed', async () => {
  expect(await rehearseWith(engine, scale(), drift, { without: 'dataDriftAlarm' })).toMatchObject({
    passed: false,
    without: 'dataDriftAlarm',
    expectations: [{ passed: false, got: 'it did not ring', at: null }],
  });
});

test('a scenario that does not go with the definition is refused before anything runs', async () => {
  let ran = false;
  const run: RunDrill = async () => {
    ran = true;
    return record();
  };
  await expect(rehearseWith(run, foundation(), drift)).rejects.toMatchObject({
    problems: [{ path: 'expect.0.alarm' }, { path: 'expect.0.within.driftWindows' }],
  });
  await expect(rehearseWith(run, scale({ owner: undefined }), drift)).rejects.toMatchObject({
    problems: [{ path: 'owner' }],
  });
  await expect(rehearseWith(run, scale(), 'no-such-scenario')).rejects.toThrow(/no scenario "no-such-scenario"/);
  expect(ran).toBe(false);
});

test('the JSON Schema accepts what is accepted and refuses what the shape can refuse', () => {
  const schema = scenarioJsonSchema();
  expect(schema).toMatchObject({
    $id: 'urn:ml-platform-constructs:scenario:1',
    $schema: 'https://json-schema.org/draft/2020-12/schema',
  });
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  expect(
    [
      drift,
      { ...drift, with: { monitoring: { drift: { breaches: { windows: 1, of: 1 } } }, retraining: null } },
      { ...drift, titel: 'x' },
      { ...drift, faults: [{ kind: 'staleFed' }] },
      { ...drift, faults: [{ kind: 'staleFeed', percent: 3 }] },
      { ...drift, expect: [] },
      { ...drift, duration: '3 days' },
      { ...drift, duration: undefined },
    ].map((input) => validate(JSON.parse(JSON.stringify(input)))),
  ).toEqual([true, true, false, false, false, false, false, false]);
});

test('the scenario of the docs is one', async () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'drills.md'), 'utf8');
  const yaml = /```yaml\n(# drills\/[\s\S]*?)```/.exec(page)![1]!;
  const example = join(__dirname, '..', '..', '..', 'examples', 'bike-share', 'platform.yaml');
  const result = await rehearseWith(engine, await loadPlatform(example), parse(yaml));
  expect(result.expectations.length).toBeGreaterThan(2);
});
