import { MlPlatform } from '../../src/aws';
import { definitions } from './support/definition';
import { newStack, type Resource, resourcesOf, templateOf } from './support/stacks';

/** Longest resource policy of CloudWatch Logs, to which AWS adds each group that a state machine logs to, by its ARN. */
const LONGEST_POLICY = 5120;

const definition = { ...definitions.scale, name: 'acme-research' };
const resources = [definition, definitions.core].flatMap((one, place) => {
  const stack = newStack(`Acme${place}`);
  new MlPlatform(stack, 'Platform', { definition: one as never });
  const own = resourcesOf(templateOf(stack));
  return Object.values(own)
    .filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')
    .map((machine): [Resource, Resource] => [machine, own[groupOf(machine)]!]);
});

function groupOf({ Properties }: Resource): string {
  const { Destinations } = Properties!['LoggingConfiguration'] as {
    readonly Destinations: readonly {
      readonly CloudWatchLogsLogGroup: { readonly LogGroupArn: { 'Fn::GetAtt': string[] } };
    }[];
  };
  return Destinations[0]!.CloudWatchLogsLogGroup.LogGroupArn['Fn::GetAtt'][0]!;
}

test('state machines log where the account’s resource policy is not needed, however many there are', () => {
  const names = resources.map(([, group]) => group.Properties!['LogGroupName']);
  expect(names.length).toBeGreaterThan(4);
  const entered = names.filter((name) => !String(name).startsWith('/aws/vendedlogs/'));
  const arns = entered.map((name) => `arn:aws:logs:eu-central-1:111111111111:log-group:${name}:*`);
  const models = 30;
  expect(models * JSON.stringify(arns).length).toBeLessThan(LONGEST_POLICY);
});

test('a log group has the name of its state machine, and goes with it', () => {
  for (const [machine, group] of resources) {
    expect(group).toMatchObject({
      Type: 'AWS::Logs::LogGroup',
      DeletionPolicy: 'Delete',
      Properties: { LogGroupName: `/aws/vendedlogs/states/${machine.Properties!['StateMachineName']}` },
    });
    expect(String(group.Properties!['LogGroupName'])).toMatch(/^[.\-_/#A-Za-z0-9]{1,512}$/);
  }
  const names = resources.map(([, group]) => group.Properties!['LogGroupName']);
  expect(new Set(names).size).toBe(names.length);
});
