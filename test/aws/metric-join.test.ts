import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MlPlatform } from '../../src/aws';
import { METRIC_NAMESPACE } from '../../src/contract/metrics';
import { toJson } from '../../src/kernel/json';
import { planPlatform } from '../../src/plan/plan-platform';
import { PipelineWorld, pipelineController } from './execution/pipeline-world';
import { controllerOf, HEALTHY, ReleaseWorld } from './execution/release-world';
import { definitions, release } from './support/definition';
import { asText, newStack, type Resource, templateOf } from './support/stacks';

/** Of platform and model of the worlds that are executed, with all that is alarmed. */
const definition = (): object => {
  const { churn } = (definitions.scale as unknown as { models: { churn: { monitoring: object } } }).models;
  return {
    ...definitions.scale,
    name: 'shop',
    models: {
      churn: {
        ...churn,
        monitoring: {
          ...churn.monitoring,
          drift: { window: '24h', minRows: 200 },
          availability: { targetPercent: 99.9 },
          freshness: '2d',
          costPerPrediction: { max: 0.01 },
          pipelineSuccess: { minPercent: 90, window: '30d' },
        },
      },
    },
  };
};

/** Metrics of which no call is executed here, and the test in which an alarm of a template fires on what was logged. */
const EXECUTED_ELSEWHERE: Readonly<Record<string, { readonly file: string; readonly shows: RegExp }>> = {
  CostPerPrediction: { file: 'test/concept/differences.ts', shows: /cost-per-prediction/ },
  PipelineSuccessPercent: { file: 'test/runtime/usecases/run-log.test.ts', shows: /PipelineSuccessPercent/ },
};

/**
 * What AWS emits, with its dimensions: monitor-cloudwatch.html of SageMaker's guide (endpoint invocation metrics), and
 * sqs-available-cloudwatch-metrics.html.
 */
const OF_AWS: Readonly<Record<string, readonly string[]>> = {
  'AWS/SageMaker Invocations': ['EndpointName', 'VariantName'],
  'AWS/SageMaker Invocation4XXErrors': ['EndpointName', 'VariantName'],
  'AWS/SageMaker Invocation5XXErrors': ['EndpointName', 'VariantName'],
  'AWS/SageMaker ModelLatency': ['EndpointName', 'VariantName'],
  'AWS/SQS ApproximateNumberOfMessagesVisible': ['QueueName'],
};

interface Watched {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const keyOf = ({ namespace, name, dimensions }: Watched): string =>
  `${namespace} ${name} ${JSON.stringify(Object.entries(dimensions).sort())}`;

/** The metrics of all alarms of a template, also those within an expression. */
function watchedBy(definition: object): Watched[] {
  const stack = newStack();
  new MlPlatform(stack, 'Platform', { definition: definition as never });
  const alarms = Object.values(templateOf(stack).findResources('AWS::CloudWatch::Alarm')) as Resource[];
  return alarms.flatMap(({ Properties }) => {
    const inner = (Properties!['Metrics'] ?? []) as readonly { readonly MetricStat?: { readonly Metric: object } }[];
    const all = [Properties!, ...inner.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])] as readonly {
      readonly Namespace?: string;
      readonly MetricName?: string;
      readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
    }[];
    return all.flatMap(({ Namespace, MetricName, Dimensions = [] }) =>
      Namespace === undefined
        ? []
        : [
            {
              namespace: Namespace,
              name: MetricName!,
              dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, asText(Value)])),
            },
          ],
    );
  });
}

/** Metrics among lines of a log, as CloudWatch reads the embedded metric format. */
function emittedIn(lines: readonly unknown[]): Watched[] {
  return lines
    .filter((line): line is string => typeof line === 'string' && line.startsWith('{"_aws":'))
    .flatMap((line) => {
      const { _aws, ...fields } = JSON.parse(line) as {
        readonly _aws: {
          readonly CloudWatchMetrics: readonly {
            readonly Namespace: string;
            readonly Dimensions: readonly (readonly string[])[];
            readonly Metrics: readonly { readonly Name: string }[];
          }[];
        };
      } & Readonly<Record<string, unknown>>;
      return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
          Metrics.filter(({ Name }) => typeof fields[Name] === 'number').map(({ Name }) => ({
            namespace: Namespace,
            name: Name,
            dimensions: Object.fromEntries(names.map((name) => [name, String(fields[name])])),
          })),
        ),
      );
    });
}

const logged = (): unknown[] => (console.log as jest.Mock).mock.calls.flat();

/** Runs that end well, and one that does not; windows of drift and quality; a decision that has to stop. */
async function linesOfPipeline(): Promise<unknown[]> {
  const world = await PipelineWorld.open(pipelineController());
  try {
    await world.withChampion();
    expect((await world.run('run-2')).end).toBe('registered');
    expect((await world.run('run-3', { train: Number.POSITIVE_INFINITY })).end).toBe('failed');
    const { drift, retraining } = planPlatform(definition()).models['churn']!;
    for (const { use, arguments: fixed } of drift!.jobs) {
      await world.watch({ use, step: use, run: use, arguments: fixed });
    }
    const stopped = { runs: [], failuresInARow: 9, pending: null, told: [] };
    const document = toJson({ state: stopped, outbox: [], latest: null });
    await world.ports.state.compareAndSwap('retraining/churn', null, document);
    const asked = { arguments: retraining!.arguments, state: { cause: 'quality' } };
    await world.watch({ use: 'decideRetraining', step: 'alarm', run: 'event', ...asked });
    return logged();
  } finally {
    await world.close();
  }
}

/** A release that is taken back, and one that waits for a person. */
async function linesOfReleases(): Promise<unknown[]> {
  const lines: unknown[] = [];
  const cases = [
    { every: '5m', minRequests: 150, fails: true },
    // It waits for days: a look in an hour is enough.
    { every: '1h', minRequests: 1_000_000, fails: false },
  ];
  for (const { fails, ...analysis } of cases) {
    const controller = controllerOf({ ...release, strategy: 'canary', analysis });
    const world = await ReleaseWorld.withChampion(controller, (version, request) => ({
      ...HEALTHY(version, request),
      ...(fails && version === 2 && request % 7 === 0 && { failed: true }),
    }));
    try {
      await world.release(2);
      lines.push(...logged());
    } finally {
      world.close();
    }
  }
  return lines;
}

const watched = new Map(
  [definitions.foundation, definitions.core, definition()].flatMap(watchedBy).map((one) => [keyOf(one), one]),
);
let emitted: Watched[];
beforeAll(async () => {
  emitted = emittedIn([...(await linesOfPipeline()), ...(await linesOfReleases())]);
}, 120_000);

test('what handlers have logged has all metrics and dimensions that alarms on our namespace watch', () => {
  const known = new Set(emitted.map(keyOf));
  const own = watchedBy(definition()).filter(({ namespace }) => namespace === METRIC_NAMESPACE);
  const silent = own.filter((one) => !known.has(keyOf(one)) && EXECUTED_ELSEWHERE[one.name] === undefined);
  expect(silent.map(keyOf)).toEqual([]);
  expect(own.length).toBeGreaterThan(12);
});

test('what is executed elsewhere alone is named with its test, which is there', () => {
  const known = new Set(emitted.map(({ name }) => name));
  for (const [name, { file, shows }] of Object.entries(EXECUTED_ELSEWHERE)) {
    expect(known).not.toContain(name);
    const path = join(__dirname, '..', '..', file);
    expect(existsSync(path) && readFileSync(path, 'utf8')).toMatch(shows);
  }
});

test('alarms on metrics of AWS watch what AWS emits, by its dimensions', () => {
  const ofAws = [...watched.values()].filter(({ namespace }) => namespace !== METRIC_NAMESPACE);
  expect(ofAws.map(({ namespace }) => namespace)).toEqual(expect.arrayContaining(['AWS/SageMaker', 'AWS/SQS']));
  for (const { namespace, name, dimensions } of ofAws) {
    expect([namespace, name, Object.keys(dimensions).sort()]).toEqual([
      namespace,
      name,
      OF_AWS[`${namespace} ${name}`],
    ]);
  }
});
