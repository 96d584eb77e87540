// The event of a page alarm on the deployed bus: two rules reach two handlers, and both write to one ledger at a time.
import { deepStrictEqual } from 'node:assert';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventually, named, type Recorded, recordsOf } from './ledger';
import type { StackResource } from './stacks';

const alarms = new CloudWatchClient();
const bus = new EventBridgeClient();

const REASON = 'worse than at release';

/** Says that quality decays, as CloudWatch would. @returns the records that come of it */
export async function expectIncidentAndDecision(resources: readonly StackResource[]): Promise<Recorded[]> {
  const before = (await recordsOf(resources)).length;
  const name = named(resources, 'AWS::CloudWatch::Alarm', /QualityMaeDecayAlarm/);
  const { MetricAlarms } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  const { Entries } = await bus.send(
    new PutEventsCommand({
      Entries: [
        {
          Source: 'aws.cloudwatch',
          DetailType: 'CloudWatch Alarm State Change',
          Resources: [MetricAlarms?.[0]?.AlarmArn ?? ''],
          Detail: JSON.stringify({
            alarmName: name,
            state: { value: 'ALARM', reason: REASON, timestamp: '2026-01-01T00:00:00.000+0000' },
          }),
        },
      ],
    }),
  );
  const records = await eventually('an incident and a decision in the ledger', async () => {
    const since = (await recordsOf(resources)).slice(before);
    return since.length >= 2 ? since : undefined;
  });
  const byAction = [...records].sort((a, b) => (a.action < b.action ? -1 : 1));
  deepStrictEqual(
    byAction.map(({ action }) => action),
    ['decideRetraining', 'incident'],
  );
  const [decision, incident] = byAction;
  deepStrictEqual([incident?.details['kind'], incident?.details['text']], ['qualityDecay', REASON]);
  // A duplicate of the event is known by its id.
  const id = Entries?.[0]?.EventId ?? '';
  deepStrictEqual(String(decision?.details['event']).includes(id), true, `${decision?.details['event']} is of ${id}`);
  return records;
}
