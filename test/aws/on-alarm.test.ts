import { MlPlatform } from '../../src/aws';
import { METRIC_DIRECTIONS, METRICS_BY_TASK } from '../../src/kernel/metric-catalogue';
import { MODEL_NAME_MAX, PLATFORM_NAME_MAX } from '../../src/kernel/names';
import { definitions } from './support/definition';
import { newStack, type Resource, resourcesOf, templateOf } from './support/stacks';

type Pattern = { readonly resources: readonly { readonly 'Fn::GetAtt': readonly [string] }[] };

/** As long as an ARN of AWS can be: what is known at deployment only has its longest value. */
const arnOf = (name: string): string => `arn:aws-us-gov:cloudwatch:${'r'.repeat(25)}:${'1'.repeat(12)}:alarm:${name}`;

test('patterns of many alarms with long names fit into what EventBridge takes, and lose none of them', () => {
  const stack = newStack('Long');
  const metrics = METRICS_BY_TASK.binaryClassification.map((name) => [
    name,
    { [METRIC_DIRECTIONS[name] === 'higherIsBetter' ? 'min' : 'max']: 0.5, maxWorseThanRelease: 0.1 },
  ]);
  const { churn } = definitions.scale.models;
  const quality = { ...churn.monitoring!.quality, metrics: Object.fromEntries(metrics) };
  const model = { ...churn, monitoring: { ...churn.monitoring, quality } };
  const definition = {
    ...definitions.scale,
    name: 'p'.repeat(PLATFORM_NAME_MAX),
    models: { ['m'.repeat(MODEL_NAME_MAX)]: model },
  };
  new MlPlatform(stack, 'Platform', { definition });
  const resources = resourcesOf(templateOf(stack));
  const alarms = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  const named = new Map(alarms.map(([id, { Properties }]) => [id, arnOf(String(Properties!['AlarmName']))]));
  const pattern = ({ Properties }: Resource) => Properties!['EventPattern'] as Pattern;
  const rules = Object.values(resources).filter(
    (one) => one.Type === 'AWS::Events::Rule' && JSON.stringify(pattern(one)).includes('aws.cloudwatch'),
  );
  const longest = rules.map((rule) => {
    const known = pattern(rule).resources.map(({ 'Fn::GetAtt': [id] }) => named.get(id)!);
    return JSON.stringify({ ...pattern(rule), resources: known }).length;
  });
  expect(Math.max(...longest)).toBeLessThanOrEqual(2048);
  // Each page alarm ends its incident once, by one rule of several.
  const over = rules.filter(({ Properties }) => String(Properties!['Description']).includes('is over'));
  const ended = over.flatMap((rule) => pattern(rule).resources.map(({ 'Fn::GetAtt': [id] }) => id));
  const ofQuality = alarms.filter(([, { Properties }]) => String(Properties!['AlarmName']).includes('-quality-'));
  expect(ofQuality.length).toBeGreaterThan(10);
  expect(ended).toEqual(expect.arrayContaining(ofQuality.map(([id]) => id)));
  expect(new Set(ended).size).toBe(ended.length);
});
