import type { SSMClient } from '@aws-sdk/client-ssm';
import { OpsItems } from '../../../src/runtime/adapters/aws/ops-items';
import { incident, incidentTrackerContract } from '../../contracts/ports/incident-tracker';
import { fakeClient, serviceError } from './fake-client';

interface Item {
  readonly Title: string;
  readonly Description: string;
  readonly Severity: string;
  readonly OperationalData: Readonly<Record<string, { readonly Value: string }>>;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** OpsCenter: no second item of a deduplication text while one is neither resolved nor closed. */
function fakeOpsCenter() {
  const items = new Map<string, Item & { status: string }>();
  const known = (id: string) => {
    const found = items.get(id);
    if (found === undefined) throw serviceError('OpsItemNotFoundException');
    return found;
  };
  const client = fakeClient<SSMClient>({
    CreateOpsItem: (input: Item) => {
      if (input.Title.length > 1024 || input.Description.length > 2048) throw serviceError('ValidationException');
      const text = JSON.parse(input.OperationalData['/aws/dedup']!.Value).dedupString;
      for (const [OpsItemId, { OperationalData, status }] of items) {
        const isSame = JSON.parse(OperationalData['/aws/dedup']!.Value).dedupString === text;
        if (isSame && !['Resolved', 'Closed'].includes(status)) {
          throw Object.assign(serviceError('OpsItemAlreadyExistsException'), { OpsItemId });
        }
      }
      const OpsItemId = `oi-${String(items.size + 1).padStart(12, '0')}`;
      items.set(OpsItemId, { ...input, status: 'Open' });
      return { OpsItemId };
    },
    GetOpsItem: ({ OpsItemId }: { OpsItemId: string }) => ({ OpsItem: { Status: known(OpsItemId).status } }),
    UpdateOpsItem: ({ OpsItemId, Status }: { OpsItemId: string; Status: string }) => {
      known(OpsItemId).status = Status;
      return {};
    },
  });
  return { client, items };
}

const make = async () => {
  const { client, items } = fakeOpsCenter();
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
