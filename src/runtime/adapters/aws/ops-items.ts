import {
  CreateOpsItemCommand,
  GetOpsItemCommand,
  type OpsItemStatus,
  type SSMClient,
  UpdateOpsItemCommand,
} from '@aws-sdk/client-ssm';
import { OPS_ITEM_TAG } from '../../../contract/aws';
import type { Severity } from '../../../kernel/severity';
import type { IncidentTracker, TrackedIncident } from '../../ports';
import { errorName } from './sdk-error';

export interface OpsItemOptions {
  readonly platform: string;
  readonly model: string;
}

/** OpsCenter's severities, 1 (critical) to 4 (low). */
const SEVERITY = { page: '1', ticket: '3', info: '4' } as const satisfies Record<Severity, string>;

/** Longest title and description that Systems Manager takes. */
const MAX_TITLE = 1024;
const MAX_DESCRIPTION = 2048;

/** States in which nobody has said anything yet, and in which it is over; in every other one a person is at work. */
const OPEN: readonly OpsItemStatus[] = ['Open'];
const OVER: readonly OpsItemStatus[] = ['Resolved', 'Closed'];

/** Incidents as OpsItems of Systems Manager OpsCenter, one an alarm while it is open. */
export class OpsItems implements IncidentTracker {
  readonly howToTake = 'set it to in progress';

  constructor(
    private readonly client: SSMClient,
    private readonly options: OpsItemOptions,
  ) {}

  async open(incident: TrackedIncident): Promise<string> {
    const { platform, model } = this.options;
    const { key, id, kind, severity, text, runbook, openedAtSeconds, postmortemDueAtSeconds: due } = incident;
    const day = (seconds: number): string => new Date(seconds * 1000).toISOString();
    const shown = {
      incident: id,
      model,
      kind,
      alarm: key,
      opened: day(openedAtSeconds),
      ...(runbook !== null && { runbook }),
      ...(due !== null && { postmortemDue: day(due) }),
    };
    try {
      const { OpsItemId } = await this.client.send(
        new CreateOpsItemCommand({
          Title: `${platform}: ${model}: ${kind}`.slice(0, MAX_TITLE),
          Description: described(text, runbook),
          Source: 'ml-platform',
          Severity: SEVERITY[severity],
          OperationalData: {
            // Systems Manager makes no second item of the same text while one is open or in progress.
            '/aws/dedup': {
              Type: 'SearchableString',
              Value: JSON.stringify({ dedupString: `${platform}/${model}/${key}` }),
            },
            ...Object.fromEntries(
              Object.entries(shown).map(([name, Value]) => [name, { Type: 'SearchableString' as const, Value }]),
            ),
          },
          Tags: [
            { Key: OPS_ITEM_TAG, Value: platform },
            { Key: 'mlp:model', Value: model },
          ],
        }),
      );
      return OpsItemId ?? '';
    } catch (error) {
      const known =
        errorName(error) === 'OpsItemAlreadyExistsException' ? (error as { OpsItemId?: string }) : undefined;
      if (known?.OpsItemId !== undefined) return known.OpsItemId;
      throw error;
    }
  }

  async status(id: string): Promise<'open' | 'taken' | 'resolved'> {
    try {
      const { OpsItem } = await this.client.send(new GetOpsItemCommand({ OpsItemId: id }));
      const status = OpsItem?.Status ?? 'Open';
      return OPEN.includes(status) ? 'open' : OVER.includes(status) ? 'resolved' : 'taken';
    } catch (error) {
      if (errorName(error) === 'OpsItemNotFoundException') return 'resolved';
      throw error;
    }
  }

  async resolve(id: string): Promise<void> {
    if ((await this.status(id)) !== 'open') return;
    await this.client.send(new UpdateOpsItemCommand({ OpsItemId: id, Status: 'Resolved' }));
  }
}

/** A text that is too long is cut; the link to the runbook never is. */
function described(text: string, runbook: string | null): string {
  const link = runbook === null ? '' : `\n\nRunbook: ${runbook}`.slice(0, MAX_DESCRIPTION);
  return `${text.slice(0, MAX_DESCRIPTION - link.length)}${link}`;
}
