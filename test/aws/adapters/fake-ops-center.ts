import { serviceError } from './fake-client';

export interface OpsItem {
  readonly Title: string;
  readonly Description: string;
  readonly Severity: string;
  readonly OperationalData: Readonly<Record<string, { readonly Value: string }>>;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** OpsCenter: no second item of a deduplication text while one is neither resolved nor closed. */
export class FakeOpsCenter {
  readonly items = new Map<string, OpsItem & { status: string }>();

  operations() {
    return {
      CreateOpsItem: (input: OpsItem) => {
        if (input.Title.length > 1024 || input.Description.length > 2048) throw serviceError('ValidationException');
        const text = JSON.parse(input.OperationalData['/aws/dedup']!.Value).dedupString;
        for (const [OpsItemId, { OperationalData, status }] of this.items) {
          const isSame = JSON.parse(OperationalData['/aws/dedup']!.Value).dedupString === text;
          if (isSame && !['Resolved', 'Closed'].includes(status)) {
            throw Object.assign(serviceError('OpsItemAlreadyExistsException'), { OpsItemId });
          }
        }
        const OpsItemId = `oi-${String(this.items.size + 1).padStart(12, '0')}`;
        this.items.set(OpsItemId, { ...input, status: 'Open' });
        return { OpsItemId };
      },
      GetOpsItem: ({ OpsItemId }: { OpsItemId: string }) => ({ OpsItem: { Status: this.known(OpsItemId).status } }),
      UpdateOpsItem: ({ OpsItemId, Status }: { OpsItemId: string; Status: string }) => {
        this.known(OpsItemId).status = Status;
        return {};
      },
    };
  }

  private known(id: string) {
    const found = this.items.get(id);
    if (found === undefined) throw serviceError('OpsItemNotFoundException');
    return found;
  }
}
