import * as fc from 'fast-check';
import { METRICS } from '../../src/contract/metrics';
import { USE_CASES, type UseCase } from '../../src/contract/use-cases';
import type { Release } from '../../src/definition/release';
import { durationSeconds } from '../../src/kernel/duration';
import { pageGroup } from '../../src/plan/alarm-group';
import type { ModelPlan, PermissionAction, PermissionPlan, Role } from '../../src/plan/plan';
import { planPlatform } from '../../src/plan/plan-platform';
import { graphFaults, type Step, type StepGraph } from '../../src/plan/step-graph';
import { foundation, scale } from '../support/definitions';

const demand = (changes?: Record<string, unknown>) => planPlatform(scale(changes)).models['demand']!;
const parts = (model: ModelPlan) =>
  [model.registry, model.pipeline, model.endpoint, model.drift, model.retraining].flatMap((part) => part ?? []);
const ids = (graph: StepGraph) => graph.steps.map((step) => step.id);
const M = 'models.demand';

test('is JSON and the same bytes each time', () => {
  const [first, second] = [planPlatform(scale()), planPlatform(scale())];
  expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  expect(JSON.stringify(second)).toBe(JSON.stringify(first));
});

test('a definition and its parsed form have the same plan whatever the order of keys', () => {
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, reversed(inner)]),
          )
        : value;
  const { primary: _a, ...evaluation } = { primary: 'mae' };
  expect(evaluation).toEqual({});
  expect(planPlatform(reversed(scale({ [`${M}.evaluation.primary`]: 'mae' }))).models['demand']!.endpoint).toEqual(
    demand({ [`${M}.evaluation.primary`]: 'mae' }).endpoint,
  );
});

describe('step graphs', () => {
  test.each(['canary', 'linear', 'blueGreen', 'allAtOnce'])('of %s are sound', (strategy) => {
    for (const shadow of [undefined, { duration: '1h' }]) {
      const model = demand({ [`${M}.release`]: { strategy, linear: { stepPercent: 30, hold: '5m' }, shadow } });
      expect(graphFaults(model.pipeline.graph)).toEqual([]);
      expect(graphFaults(model.endpoint.graph)).toEqual([]);
    }
  });

  test('faults of a graph are found', () => {
    const graph = demand().endpoint.graph;
    const without = (id: string): StepGraph => ({ ...graph, steps: graph.steps.filter((step) => step.id !== id) });
    expect(graphFaults(without('promote'))).toContain('deployFirst goes on to promote, which is not there');
    expect(
      graphFaults({ ...graph, steps: [...graph.steps, { kind: 'end', id: 'lost', describe: '', outcome: 'failed' }] }),
    ).toEqual(['lost is never reached']);
  });

  /** Events in the history of an execution: of a task, of a wait or a choice. */
  const EVENTS = { task: 5, wait: 2, choice: 2, job: 5, end: 1 } as const;
  test.each([
    {
      steps: [
        { percent: 5, hold: '1d' },
        { percent: 50, hold: '1d' },
      ],
      finalHold: '1d',
    },
    { steps: [{ percent: 50, hold: '7d' }], finalHold: '30d', analysis: { every: '10s', maxExtension: 5 } },
    { shadow: { duration: '14d', maxDisagreementPercent: 5 }, analysis: { pauseTimeout: '7d' } },
    { strategy: 'linear', linear: { stepPercent: 5, hold: '1h' }, analysis: { every: '1m' } },
  ])('a release that holds for long has fewer looks: its execution has at most 25,000 events (%#)', (release) => {
    const changes = Object.entries(release).map(([key, value]) => [`${M}.release.${key}`, value]);
    const { endpoint } = demand(Object.fromEntries(changes));
    const { steps } = endpoint.graph;
    const secondsOf = (id: string) =>
      steps.flatMap((step) => (step.kind === 'wait' && step.id === id ? step.seconds : []))[0]!;
    const look = EVENTS.task + EVENTS.wait + EVENTS.choice;
    const analysed = steps.find((step) => step.kind === 'task' && step.use === 'analyseTraffic');
    const { analysis, shadow } = (analysed as unknown as { arguments: { release: Release } }).arguments.release;
    const holds = steps.flatMap((step) => {
      if (step.kind !== 'task' || !['analyseTraffic', 'analyseShadow'].includes(step.use)) return [];
      const number = step.id.replace('look', '');
      const [hold, pause] =
        shadow && step.use === 'analyseShadow' ? ['shadowHold', 'shadowPause'] : [`hold${number}`, `pause${number}`];
      const longest = Number(step.arguments['holdSeconds']) * (1 + analysis.maxExtension);
      return [look * (longest / secondsOf(hold) + durationSeconds(analysis.pauseTimeout) / secondsOf(pause))];
    });
    const queue =
      ((EVENTS.task + EVENTS.wait + 2 * EVENTS.choice) * 2 * endpoint.graph.timeoutSeconds) / 3 / secondsOf('queue');
    const most = holds.reduce((sum, one) => sum + one, 0) + queue;
    expect(most).toBeLessThan(25_000);
    // What decides knows how often it is asked; a short hold is looked at sooner.
    expect(durationSeconds(analysis.every)).toBeGreaterThanOrEqual(secondsOf('hold1'));
  });

  test('every failure of a release after it took the lock ends in a rollback', () => {
    const { steps } = demand().endpoint.graph;
    for (const step of steps) {
      if (step.kind !== 'task' || ['verify', 'reject'].includes(step.id) || /rollBack/i.test(step.id)) continue;
      expect([step.id, step.onError]).toEqual([step.id, 'rollBack']);
    }
    // One that fails for good is told once, and tried again until it works.
    const onErrorOf = (id: string) =>
      steps.flatMap((step) => ('onError' in step && step.id === id ? step.onError : []));
    expect(['rollBack', 'reportRollBack', 'rollBackAgain'].flatMap(onErrorOf)).toEqual([
      'reportRollBack',
      'rollBackWait',
      'rollBackWait',
    ]);
  });

  test('steps of traffic rise to 100 for every strategy', () => {
    expect(demand().endpoint.percents).toEqual([5, 25, 50, 100]);
    expect(
      demand({ [`${M}.release`]: { strategy: 'linear', linear: { stepPercent: 30, hold: '5m' } } }).endpoint.percents,
    ).toEqual([30, 60, 90, 100]);
    expect(demand({ [`${M}.release`]: { strategy: 'blueGreen' } }).endpoint.percents).toEqual([100]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (stepPercent) => {
        const { percents } = demand({
          [`${M}.release`]: { strategy: 'linear', linear: { stepPercent, hold: '5m' } },
        }).endpoint;
        expect(percents.at(-1)).toBe(100);
        expect(percents.every((percent, index) => index === 0 || percent > percents[index - 1]!)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('shadow comes before any live traffic, and the first version skips what needs a champion', () => {
    const order = ids(demand().endpoint.graph);
    expect(order.indexOf('shadowLook')).toBeLessThan(order.indexOf('shift1'));
    const choice = demand().endpoint.graph.steps.find((step) => step.id === 'hasChampion');
    expect(choice).toMatchObject({ otherwise: 'deployFirst' });
  });

  test('without an evaluation section the pipeline has no gate and waits for a person', () => {
    const { pipeline, drift, retraining } = planPlatform(foundation()).models['churn']!;
    expect(ids(pipeline.graph)).toEqual([
      'validate',
      'dataIsGood',
      'train',
      'prepareEvaluation',
      'register',
      'mayRelease',
      'requestRelease',
      'registered',
      'recordFailure',
      'failed',
    ]);
    expect(graphFaults(pipeline.graph)).toEqual([]);
    expect([pipeline.approval, drift, retraining]).toEqual(['manual', null, null]);
  });
});

test('an incident is looked after as the definition says', () => {
  const changes = { 'incidents.escalateAfter': '20m', 'incidents.postmortem.dueWithin': '3d' };
  const { incidentGraph } = demand(changes).endpoint;
  expect(graphFaults(incidentGraph)).toEqual([]);
  expect(incidentGraph.steps).toMatchObject([
    { id: 'record', arguments: { postmortemWithinSeconds: 3 * 86_400 } },
    { id: 'isNew' },
    { id: 'reactionTime', seconds: 1200 },
    { id: 'escalate' },
    { id: 'goesOn' },
    { id: 'over' },
    { id: 'notRecorded' },
  ]);
  const { steps } = demand({ 'incidents.postmortem.requiredFor': [] }).endpoint.incidentGraph;
  expect(steps[0]).toMatchObject({ arguments: { postmortemWithinSeconds: null } });
});

describe('alarms', () => {
  const alarms = parts(demand()).flatMap((part) => part.alarms);

  test('watch only metrics that the same model emits, with the same dimensions', () => {
    const emitted = parts(demand()).flatMap((part) => part.metrics);
    for (const { id, metric } of alarms) {
      const sameName = emitted.filter((one) => one.name === metric.name);
      expect([id, sameName.length > 0]).toEqual([id, true]);
      // CloudWatch and Cloud Monitoring find a series by exactly its dimensions.
      const fits = sameName.some((one) => JSON.stringify(one.dimensions) === JSON.stringify(metric.dimensions));
      expect([id, fits]).toEqual([id, true]);
    }
  });

  test('have unique ids, a runbook, and no missing data that means healthy', () => {
    expect(new Set(alarms.map((alarm) => alarm.id)).size).toBe(alarms.length);
    for (const alarm of alarms) {
      expect(alarm.runbook).toMatch(/^https:\/\/runbooks\.example\.com\//);
      expect(['breaching', 'insufficient']).toContain(alarm.missingData);
    }
    expect(alarms.find((alarm) => alarm.kind === 'endpointErrors')!.runbook).toBe(
      'https://runbooks.example.com/errors',
    );
  });

  // Who asks for an alarm's state alone cannot tell data that have stopped from data that never were.
  test('that fire when data stop take no release back, and are in no group', () => {
    const silent = alarms.filter(({ missingData }) => missingData === 'breaching');
    expect(silent.map(({ id }) => id)).toEqual(['data-freshness']);
    expect(silent.filter(({ abortsRelease }) => abortsRelease)).toEqual([]);
    const grouped = [demand().endpoint.pageGroup, demand().drift!.pageGroup].flatMap((group) => group?.alarms ?? []);
    expect(grouped).not.toContain('data-freshness');
  });

  test.each<[Record<string, unknown>, string, object]>([
    [{ mae: { max: 70 } }, 'quality-mae', { comparator: 'above', threshold: 70 }],
    [{ r2: { min: 0.4 } }, 'quality-r2', { comparator: 'below', threshold: 0.4 }],
  ])('take their comparator from the metric’s bad direction: %j', (metrics, id, expected) => {
    const found = demand({ [`${M}.monitoring.quality.metrics`]: metrics }).drift!.alarms.find(
      (alarm) => alarm.id === id,
    );
    expect(found).toMatchObject(expected);
  });

  test('watch no custom metric: nothing computes it from labels and predictions', () => {
    const drift = demand({ [`${M}.monitoring.quality.metrics`]: { 'custom.profit': { min: 0 } } }).drift!;
    expect(drift.alarms.filter(({ kind }) => kind === 'qualityDecay')).toEqual([]);
    expect(drift.metrics.filter(({ name }) => name === 'Quality')).toEqual([]);
  });

  test('of a job that runs less often than once a day are decided by its one value', () => {
    const datapoints = (every: string) =>
      demand({
        [`${M}.monitoring.drift.schedule`]: { every },
        [`${M}.monitoring.quality.schedule`]: { every },
      })
        .drift!.alarms.filter(({ kind }) => kind === 'predictionDrift' || kind === 'insufficientData')
        .map((alarm) => [alarm.periodSeconds, alarm.datapoints.breaching, alarm.datapoints.of]);
    expect(datapoints('7d')).toEqual([
      [86_400, 1, 1],
      [86_400, 1, 1],
      [86_400, 1, 1],
    ]);
    expect(datapoints('1d')).toEqual([
      [86_400, 2, 3],
      [86_400, 3, 3],
      [86_400, 3, 3],
    ]);
  });

  test('a page alarm of the endpoint takes a running release back', () => {
    const endpoint = demand().endpoint.alarms;
    expect(endpoint.filter((alarm) => alarm.severity === 'page').every((alarm) => alarm.abortsRelease)).toBe(true);
    expect(endpoint.filter((alarm) => alarm.severity !== 'page').some((alarm) => alarm.abortsRelease)).toBe(false);
  });

  test('that page for one part of a model are one page', () => {
    const { endpoint, drift } = demand();
    const paged = (list: ModelPlan['endpoint']['alarms']) =>
      list.filter(({ severity }) => severity === 'page').map(({ id }) => id);
    expect(endpoint.pageGroup).toMatchObject({ id: 'service', alarms: paged(endpoint.alarms) });
    expect(drift!.pageGroup).toMatchObject({ id: 'quality', alarms: paged(drift!.alarms) });
    const [first] = endpoint.alarms;
    expect(pageGroup('service', 'unwell', [first!])).toBeNull();
  });

  test('burn rates follow the availability target', () => {
    const burn = demand().endpoint.alarms.filter((alarm) => alarm.kind === 'availabilityBurn');
    expect(burn.map((alarm) => [alarm.threshold, alarm.periodSeconds])).toEqual([
      [1.44, 3600],
      [0.6, 21_600],
    ]);
  });
});

test('every metric has an emitter among the use cases that the plan calls, or the cloud', () => {
  const called = new Set(
    parts(demand()).flatMap((part) =>
      ('graph' in part
        ? part.graph.steps.flatMap((step) => (step.kind === 'task' ? [step.use as string] : []))
        : []
      ).concat('jobs' in part ? part.jobs.map((job) => job.use) : []),
    ),
  );
  called.add('serving').add('decideRetraining');
  for (const { name } of parts(demand()).flatMap((part) => part.metrics))
    expect([name, METRICS[name].emittedBy.some((use) => called.has(use))]).toEqual([name, true]);
  for (const spec of Object.values(METRICS))
    for (const use of spec.emittedBy) expect(['serving', ...USE_CASES]).toContain(use);
});

test('captured requests outlive every window that needs them', () => {
  const capture = (changes: Record<string, unknown>) =>
    demand(changes).endpoint.retention.find((one) => one.what === 'capture')!.seconds;
  expect(capture({})).toBe(30 * 86_400);
  expect(capture({ [`${M}.monitoring.quality.window`]: '60d', [`${M}.data.label.delay`]: '10d' })).toBe(77 * 86_400);
});

test('the label, keys and columns without drift are not watched', () => {
  expect(demand().drift!.watchedColumns).toEqual(['temp', 'hum', 'windspeed', 'weathersit']);
});

describe('costs', () => {
  test('of a prediction are watched where the price is known, and what computes them gets it', () => {
    const job = demand().drift!.jobs.find((one) => one.use === 'monitorQuality')!;
    expect(job.arguments['cost']).toEqual({ maxPerPrediction: 0.002, pricePerInstanceHour: 0.107, instances: 1 });
    const unknown = demand({ [`${M}.serving.compute`]: { aws: 'ml.p5.48xlarge', google: 'a3-highgpu-8g' } }).drift!;
    expect([...unknown.metrics.map((one) => one.name), ...unknown.alarms.map((one) => one.metric.name)]).not.toContain(
      'CostPerPrediction',
    );
  });

  test('of a run are estimated at its longest', () => {
    expect(demand().retraining!.arguments['estimatedRunCost']).toBe(0.23);
    expect(
      demand({ [`${M}.training.compute`]: { aws: 'ml.p5.48xlarge', google: 'a3-highgpu-8g' } }).retraining!.arguments[
        'estimatedRunCost'
      ],
    ).toBeNull();
  });
});

test('the drift section shapes the reference profile that registration stores', () => {
  const { steps } = demand({ [`${M}.monitoring.drift.bins`]: 20 }).pipeline.graph;
  for (const use of ['checkData', 'registerVersion']) {
    expect(steps.find((step) => step.kind === 'task' && step.use === use)).toMatchObject({
      arguments: { drift: { bins: 20 } },
    });
  }
});

describe('permissions', () => {
  /** What each use case does to things outside of it, as verbs of the plan. */
  const NEEDS: Record<UseCase, PermissionAction[]> = {
    checkData: ['readData', 'queryData', 'readArtifacts', 'writeArtifacts', 'lock', 'writeMetrics'],
    prepareEvaluation: ['readArtifacts', 'readRegistry'],
    decideGate: ['readArtifacts', 'writeArtifacts', 'writeMetrics'],
    registerVersion: ['writeArtifacts', 'writeRegistry', 'appendLedger', 'lock', 'notify', 'writeMetrics'],
    requestRelease: ['startRelease'],
    decideApproval: [
      'readArtifacts',
      'readRegistry',
      'writeRegistry',
      'appendLedger',
      'lock',
      'notify',
      'startRelease',
    ],
    importVersion: ['writeArtifacts', 'writeRegistry', 'appendLedger', 'lock', 'notify', 'startRelease'],
    recordFailure: ['writeArtifacts', 'appendLedger', 'lock', 'notify', 'writeMetrics'],
    verifyArtifact: ['readArtifacts', 'readRegistry', 'appendLedger', 'lock', 'followRelease'],
    deployShadow: ['manageEndpoint', 'readArtifacts'],
    analyseShadow: ['readMetrics', 'readCapture', 'lock'],
    deployChallenger: ['manageEndpoint', 'readArtifacts'],
    shiftTraffic: ['manageEndpoint'],
    analyseTraffic: ['readMetrics', 'readCapture', 'lock', 'notify', 'writeMetrics'],
    promote: ['announce', 'manageEndpoint', 'readArtifacts', 'writeRegistry', 'appendLedger', 'lock', 'writeMetrics'],
    rejectRelease: ['appendLedger', 'notify'],
    rollBack: [
      'announce',
      'manageEndpoint',
      'readArtifacts',
      'writeRegistry',
      'appendLedger',
      'lock',
      'notify',
      'writeMetrics',
    ],
    recordIncident: ['appendLedger', 'lock', 'notify', 'trackIncidents'],
    escalateIncident: ['appendLedger', 'lock', 'notify', 'trackIncidents'],
    resolveIncident: ['appendLedger', 'lock', 'trackIncidents'],
    monitorDrift: [
      'readCapture',
      'queryData',
      'readArtifacts',
      'writeArtifacts',
      'readRegistry',
      'lock',
      'writeMetrics',
    ],
    monitorQuality: [
      'readData',
      'readCapture',
      'queryData',
      'writeArtifacts',
      'readRegistry',
      'lock',
      'readMetrics',
      'writeMetrics',
    ],
    decideRetraining: [
      'readData',
      'queryData',
      'readArtifacts',
      'appendLedger',
      'lock',
      'startPipeline',
      'notify',
      'writeMetrics',
    ],
    recordSpend: ['appendLedger', 'lock', 'notify'],
    recordDelivery: ['appendLedger', 'lock', 'notify'],
    reportDora: ['readRegistry', 'writeMetrics'],
  };
  const plan = demand();
  const drift = plan.drift!;
  const used = (steps: readonly Step[]) => steps.flatMap((step) => (step.kind === 'task' ? [step.use] : []));

  test.each<[Role, readonly PermissionPlan[], readonly UseCase[]]>([
    ['pipeline', plan.pipeline.permissions, [...used(plan.pipeline.graph.steps), 'recordSpend']],
    [
      'release',
      plan.endpoint.permissions,
      [
        ...used(plan.endpoint.graph.steps),
        ...used(plan.endpoint.incidentGraph.steps),
        'resolveIncident',
        ...plan.endpoint.jobs.map(({ use }) => use),
      ],
    ],
    ['monitor', drift.permissions, drift.jobs.map(({ use }) => use)],
    ['retraining', plan.retraining!.permissions, ['decideRetraining']],
  ])('of role %s are all that its use cases need', (role, permissions, uses) => {
    const granted = permissions.filter((one) => one.role === role).map(({ action }) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) {
      expect([use, NEEDS[use].filter((action) => !granted.includes(action))]).toEqual([use, []]);
    }
  });

  test('reading the requests is granted only where cost by prediction is watched', () => {
    const without = demand({ [`${M}.monitoring.costPerPrediction`]: undefined }).drift!;
    expect(without.permissions.map(({ action }) => action)).not.toContain('readMetrics');
  });
});

test('steps of a linear release are numbers as people write them', () => {
  const release = { strategy: 'linear', linear: { stepPercent: 1.1, hold: '1m' } };
  const { percents } = demand({ [`${M}.release`]: release }).endpoint;
  expect(percents.slice(0, 4)).toEqual([1.1, 2.2, 3.3, 4.4]);
  expect(percents.filter((percent) => String(percent).length > 4)).toEqual([]);
});

test('no dashboard shows a gate that a model does not have', () => {
  const shown = (input: unknown) =>
    planPlatform(input)
      .dashboards.flatMap(({ widgets }) => widgets.flatMap(({ metrics }) => metrics))
      .filter(({ name }) => name === 'GateVerdict').length;
  expect([shown(foundation()), shown(scale())]).toEqual([0, 1]);
});
