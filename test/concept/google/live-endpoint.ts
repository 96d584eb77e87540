import type { ModelDefinition } from '../../../src/definition/platform';
import { durationSeconds } from '../../../src/kernel/duration';
import type { CapturedRow } from '../../../src/local/engine/capture-table';
import type { HeldStage } from '../../../src/local/engine/world';
import type { Account } from '../../google/execution/account';
import type { Json } from '../../google/execution/service';
import { type LiveRequest, type LiveRequests, placeOf } from '../world/live-requests';
import type { Gate } from './gate';
import type { ModelServers } from './model-servers';
import type { Warehouse } from './warehouse';

/** A deployed model with its percent of the live traffic, by version: the order in which the local gateway gives places. */
interface Arm {
  readonly version: number;
  readonly artifactUri: string;
  readonly percent: number;
}

/** The endpoint: answers what clients send by its traffic split, counts for Cloud Monitoring, and logs to BigQuery. */
export class LiveEndpoint {
  /** Requests that nothing answered. */
  unanswered = 0;

  /**
   * @param goesOn whether a release goes on
   * @param isCaptured whether what is answered at a time is logged: a mechanism that a test takes away
   */
  constructor(
    private readonly name: string,
    private readonly definition: ModelDefinition,
    private readonly account: Account,
    private readonly servers: ModelServers,
    private readonly warehouse: Warehouse,
    private readonly requests: LiveRequests,
    private readonly gate: Gate,
    private readonly goesOn: () => boolean,
    private readonly isCaptured: (at: number) => boolean,
  ) {}

  /** Clients send what they send in `[from, to)`, milliseconds since the epoch; who serves is known now, answers come later. */
  pass(from: number, to: number): void {
    const arms = this.arms(from);
    const requests = this.requests.between(from, to, this.stage(arms));
    if (arms.length === 0) this.unanswered += requests.length;
    if (arms.length === 0 || requests.length === 0) return;
    this.gate.work(async () => {
      const rows: CapturedRow[] = [];
      for (const request of requests) {
        const row = await this.answer(request, arms);
        if (row !== null && request.isEvent && this.isCaptured(request.at)) rows.push(row);
      }
      await this.warehouse.capturedRows(rows);
    });
  }

  private async answer({ key, at, instance }: LiveRequest, arms: readonly Arm[]): Promise<CapturedRow | null> {
    const place = placeOf(key);
    let below = 0;
    const { version, artifactUri } = arms.find(({ percent }) => {
      below += percent;
      return place < below;
    })!;
    const { predictions, latencyMs, error } = await this.servers.ask(artifactUri, [instance]);
    this.account.monitoring.requests.push({ version, at, latencyMs, failed: error !== null });
    if (error !== null) return null;
    const answer = predictions![0] as { readonly prediction?: number } | number;
    const prediction = typeof answer === 'number' ? answer : answer.prediction!;
    this.account.traffic.captured.push({ version, at, prediction });
    return { event: { key, instance }, at: at / 1000, version, prediction };
  }

  private arms(at: number): Arm[] {
    const split = this.account.endpoints.traffic(this.name, at);
    const { deployed } = this.account.endpoints.all.get(this.name)!;
    return deployed
      .map((one) => ({
        version: Number(one['id']),
        artifactUri: this.artifactOf(String(one['model'])),
        percent: split.get(Number(one['id'])) ?? 0,
      }))
      .sort((one, other) => one.version - other.version);
  }

  /** @param model `projects/…/models/…@version` */
  private artifactOf(model: string): string {
    const [name, version] = model.split('@');
    const found = this.account.models.all.get(name!)?.find(({ versionId }) => versionId === version);
    return String((found!.model as Json)['artifactUri']);
  }

  /** Where a release stands, by what serves: clients send more while it is judged. */
  private stage(arms: readonly Arm[]): HeldStage | null {
    const { steps, finalHold } = this.definition.release!;
    const challenger = arms.at(-1);
    if (arms.length < 2 || challenger === undefined || !this.goesOn()) return null;
    const step = steps.find(({ percent }) => percent === challenger.percent);
    return { percent: challenger.percent, holdSeconds: durationSeconds(step?.hold ?? finalHold), isMirrored: false };
  }
}
