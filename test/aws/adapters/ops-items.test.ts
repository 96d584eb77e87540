import type { SSMClient } from '@aws-sdk/client-ssm';
import { OpsItems } from '../../../src/runtime/adapters/aws/ops-items';
import { incident, incidentTrackerContract } from '../../contracts/ports/incident-tracker';
import { fakeClient } from './fake-client';
import { FakeOpsCenter } from './fake-ops-center';

const make = async () => {
  const center = new FakeOpsCenter();
  const { items } = center;
  const client = fakeClient<SSMClient>(center.operations());
  return {
    tracker: new OpsItems(client, { platform: 'acme', model: 'churn' }),
    take: (id: string) => {
      items.get(id)!.status = 'InProgress';
    },
    close: (id: string) => {
      items.get(id)!.status = 'Resolved';
    },
    items,
  };
};
incidentTrackerContract('OpsCenter', make);

test('an item says what is wrong, where the runbook is, and when the postmortem is due', async () => {
  const { tracker, items } = await make();
  const id = await tracker.open(incident('acme-churn-endpoint-errors', { text: 'x'.repeat(5000) }));
  const { Title, Description, Severity, OperationalData, Tags } = items.get(id)!;
  expect({ Title, Severity }).toEqual({ Title: 'acme: churn: endpointErrors', Severity: '1' });
  expect(Description).toMatch(/Runbook: https:\/\/runbooks\.example\.com\/errors$/);
  expect(OperationalData).toMatchObject({
    runbook: { Value: 'https://runbooks.example.com/errors' },
    postmortemDue: { Value: '2026-01-06T00:00:00.000Z' },
    alarm: { Value: 'acme-churn-endpoint-errors' },
  });
  expect(Tags).toContainEqual({ Key: 'mlp:platform', Value: 'acme' });
});

test('an item that is gone is over', async () => {
  const { tracker } = await make();
  expect(await tracker.status('oi-0123456789ab')).toBe('resolved');
  await tracker.resolve('oi-0123456789ab');
});
