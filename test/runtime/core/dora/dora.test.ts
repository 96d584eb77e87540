import fc from 'fast-check';
import {
  type DeploymentRecord,
  doraReport,
  type IncidentRecord,
  judgeDeployments,
  KpiRecordError,
} from '../../../../src/runtime/core/dora';
import expected from '../../../fixtures/dora/expected.json';

const DAY = 86_400;
const window = { startSeconds: 1_000 * DAY, endSeconds: 1_090 * DAY };
const at = (day: number) => (1_000 + day) * DAY;

function deployment(day: number, changes: Partial<DeploymentRecord> = {}): DeploymentRecord {
  return {
    id: `release-${day}`,
    changes: [{ id: `commit-${day}`, startedAtSeconds: at(day) - DAY }],
    firstLiveAtSeconds: at(day),
    completedAtSeconds: at(day) + 3600,
    failedAtSeconds: null,
    restoredAtSeconds: null,
    unplanned: false,
    ...changes,
  };
}
const failing = (day: number, changes: Partial<DeploymentRecord> = {}) =>
  deployment(day, {
    completedAtSeconds: null,
    failedAtSeconds: at(day) + 600,
    restoredAtSeconds: at(day) + 900,
    ...changes,
  });
const incident = (day: number, changes: Partial<IncidentRecord> = {}): IncidentRecord => ({
  id: `incident-${day}`,
  openedAtSeconds: at(day),
  resolvedAtSeconds: at(day) + 7200,
  deploymentId: null,
  ...changes,
});
const days = (list: readonly number[]) => list.map((day) => deployment(day));

test('a random history gives what pandas gives', () => {
  const report = doraReport(expected.deployments, [], expected.window);
  const pairs: [number | null, number][] = [
    [report.deploymentFrequency.value, expected.deploymentFrequency],
    [report.changeLeadTime.value, expected.changeLeadTime],
    [report.changeLeadTime.denominator, expected.changes],
    [report.changeFailRate.numerator, expected.failed],
    [report.changeFailRate.denominator, expected.live],
    [report.changeFailRate.value, expected.changeFailRate],
    [report.failedDeploymentRecoveryTime.value, expected.recoveryTime],
    [report.deploymentReworkRate.value, expected.reworkRate],
  ];
  for (const [got, want] of pairs) expect(got).toBeCloseTo(want, 9);
  expect(report.deploymentFrequency.band).toBe(expected.medianDaysPerWeek >= 3 ? 'daily' : 'weekly');
});

describe('failures', () => {
  test('a failed deployment counts once, with thirty changes, three incidents and two reports of it', () => {
    const changes = Array.from({ length: 30 }, (_, i) => ({ id: `c${i}`, startedAtSeconds: at(0) }));
    const bad = failing(4, { changes });
    const incidents = [
      incident(4),
      { ...incident(4.5), deploymentId: bad.id },
      { ...incident(5), deploymentId: bad.id },
    ];
    const { changeFailRate } = doraReport([...days([0, 1, 2, 3]), bad, bad], incidents, window);
    expect(changeFailRate).toMatchObject({ numerator: 1, denominator: 5, value: 20 });
    expect(changeFailRate.text).toBe('20.0 %: 1 of 5 in 90 days');
  });

  test('what a gate or the shadow stopped never had live traffic and is no failure', () => {
    const caught = failing(4, { firstLiveAtSeconds: null });
    const { changeFailRate } = doraReport([...days([0, 1, 2, 3, 5]), caught], [], window);
    expect(changeFailRate).toMatchObject({ numerator: 0, denominator: 5 });
  });

  test('an incident without a name belongs to the last deployment of the seven days before', () => {
    const list = days([0, 3]);
    const failed = (day: number) =>
      judgeDeployments(list, [incident(day)])
        .filter((one) => one.failed)
        .map(({ id }) => id);
    expect(failed(2)).toEqual(['release-0']);
    expect(failed(9)).toEqual(['release-3']);
    expect(failed(10.001)).toEqual([]);
    expect(failed(-1)).toEqual([]);
  });

  test('recovery runs from the first sign to the last end, and an open one is excluded', () => {
    const bad = [failing(1), failing(2), failing(3)];
    const late = {
      ...incident(1),
      deploymentId: 'release-1',
      openedAtSeconds: at(1) + 300,
      resolvedAtSeconds: at(1) + 1500,
    };
    expect(judgeDeployments(bad, [late])[0]!.recoverySeconds).toBe(1200);
    const open = failing(4, { restoredAtSeconds: null });
    const { failedDeploymentRecoveryTime: time } = doraReport([...bad, open], [late], window);
    expect(time).toMatchObject({ value: 300, denominator: 3, excluded: 1, numerator: null });
    expect(time.text).toBe('median 5m of 3 in 90 days');
  });

  test('unplanned deployments are rework', () => {
    const list = [...days([0, 1, 2]), deployment(3, { unplanned: true }), failing(4, { unplanned: true })];
    expect(doraReport(list, [], window).deploymentReworkRate).toMatchObject({
      numerator: 2,
      denominator: 5,
      value: 40,
    });
  });
});

describe('lead time and frequency', () => {
  test('a change counts once, at the first deployment that completed with it', () => {
    const changes = ['a', 'b', 'c'].map((id) => ({ id, startedAtSeconds: at(0) }));
    const list = [
      deployment(3, { changes }),
      failing(1, { changes }),
      deployment(2, { changes }),
      deployment(5, { changes }),
    ];
    const { changeLeadTime } = doraReport(list, [], window);
    expect(changeLeadTime).toMatchObject({ denominator: 3, value: 2 * DAY + 3600 });
  });

  test('a change that starts after its deployment (clock skew) is excluded and counted as such', () => {
    const skewed = deployment(9, { changes: [{ id: 'x', startedAtSeconds: at(10) }] });
    expect(doraReport([...days([1, 2, 3]), skewed], [], window).changeLeadTime).toMatchObject({
      denominator: 3,
      excluded: 1,
    });
  });

  test.each([
    ['daily', Array.from({ length: 45 }, (_, i) => 2 * i)],
    ['weekly', Array.from({ length: 12 }, (_, i) => 7 * i + 3)],
    ['monthly', [10, 40, 70]],
    ['yearly', [10]],
  ])('%s', (band, when) => {
    expect(doraReport(days(when), [], window).deploymentFrequency).toMatchObject({
      band,
      numerator: when.length,
      denominator: 90,
    });
  });

  test('no deployment at all is a frequency of zero, and too few to say for the rest', () => {
    const report = doraReport([], [], window);
    expect(report.deploymentFrequency).toMatchObject({ value: 0, band: 'yearly' });
    for (const figure of [
      report.changeLeadTime,
      report.changeFailRate,
      report.failedDeploymentRecoveryTime,
      report.deploymentReworkRate,
    ]) {
      expect(figure).toMatchObject({ value: null, denominator: 0 });
      expect(figure.text).toMatch(/^too few to say: 0 of [35]/);
    }
  });

  test('a window of a few days is too short for a frequency', () => {
    const short = { startSeconds: at(0), endSeconds: at(3) };
    expect(doraReport(days([1]), [], short).deploymentFrequency.value).toBeNull();
  });
});

test('a number that is none, or a window without length, is an error that names it', () => {
  const nan = deployment(1, { completedAtSeconds: Number.NaN });
  expect(() => doraReport([nan], [], window)).toThrow(KpiRecordError);
  expect(() => doraReport([nan], [], window)).toThrow(/deployments\.0\.completedAtSeconds: got NaN/);
  expect(() => doraReport([], [], { startSeconds: 5, endSeconds: 5 })).toThrow(/window\.endSeconds/);
});

test('order and repetition change nothing, shares stay between 0 and 100', () => {
  const anyDeployment = fc
    .record({ day: fc.integer({ min: -10, max: 100 }), fails: fc.boolean(), unplanned: fc.boolean() })
    .map(({ day, fails, unplanned }) => (fails ? failing(day, { unplanned }) : deployment(day, { unplanned })));
  const anyIncident = fc.integer({ min: -10, max: 100 }).map((day) => incident(day));
  fc.assert(
    fc.property(
      fc.uniqueArray(anyDeployment, { selector: ({ id }) => id, maxLength: 30 }),
      fc.array(anyIncident, { maxLength: 40 }),
      (deployments, incidents) => {
        const report = doraReport(deployments, incidents, window);
        const twice = [...deployments, ...deployments].reverse();
        expect(doraReport(twice, [...incidents].reverse(), window)).toEqual(report);
        for (const { value } of [report.changeFailRate, report.deploymentReworkRate]) {
          if (value !== null) expect(value >= 0 && value <= 100).toBe(true);
        }
      },
    ),
  );
});
