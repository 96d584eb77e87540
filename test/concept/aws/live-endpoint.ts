import type { ModelDefinition } from '../../../src/definition/platform';
import { durationSeconds } from '../../../src/kernel/duration';
import type { HeldStage } from '../../../src/local/engine/world';
import { versionOfModel } from '../../../src/runtime/adapters/aws/endpoint-layout';
import type { Serving } from '../../aws/execution/endpoints';
import { type LiveRequest, type LiveRequests, placeOf } from '../world/live-requests';
import type { ConceptAccount } from './account';
import type { ModelServers } from './model-servers';

/** What load says of its time: no window has it, as the local engine captures no load. */
const OUTSIDE_OF_WINDOWS = '1970-01-01T00:00:00Z';

interface Variant {
  readonly name: string;
  readonly model: string;
  readonly version: number;
  readonly percent: number;
}

/** The live endpoint: answers what clients send by its weights, copies it to a shadow, counts, and captures to the bucket. */
export class LiveEndpoint {
  /** Requests that nothing answered. */
  unanswered = 0;
  private captures = 0;

  /** @param isCaptured whether what is answered at a time is captured: a mechanism that a test takes away */
  constructor(
    private readonly name: string,
    private readonly definition: ModelDefinition,
    private readonly account: Pick<ConceptAccount, 'endpoints' | 'objects' | 'figures'>,
    private readonly servers: ModelServers,
    private readonly requests: LiveRequests,
    private readonly isCaptured: (at: number) => boolean = () => true,
  ) {}

  /** Clients send what they send in `[from, to)`, milliseconds since the epoch. */
  async pass(from: number, to: number): Promise<void> {
    const serving = this.account.endpoints.current(from);
    const captured = new Map<string, string[]>();
    for (const request of this.requests.between(from, to, this.stage(serving))) {
      if (serving === undefined) this.unanswered += 1;
      else await this.answer(request, serving, captured);
    }
    for (const [folder, lines] of captured) {
      const [bucket, ...path] = folder.split('/');
      this.captures += 1;
      this.account.objects.put(
        bucket!,
        `${path.join('/')}/${String(this.captures).padStart(8, '0')}.jsonl`,
        lines.join('\n'),
      );
    }
  }

  private async answer(request: LiveRequest, serving: Serving, captured: Map<string, string[]>): Promise<void> {
    const variants = this.variants(serving);
    const place = placeOf(request.key);
    let below = 0;
    const live = variants.find(({ percent }) => {
      below += percent;
      return place < below;
    });
    const shadows = serving.configuration.ShadowProductionVariants ?? [];
    const asked = [live?.name ?? '', ...shadows.map(({ VariantName }) => VariantName)];
    const models = new Map([
      ...variants.map(({ name, model }) => [name, model] as const),
      ...shadows.map(({ VariantName, ModelName }) => [VariantName, ModelName] as const),
    ]);
    for (const variant of asked) await this.ask(variant, models.get(variant)!, request, serving, captured);
  }

  private async ask(
    variant: string,
    model: string,
    { key, at, instance, isEvent }: LiveRequest,
    { configuration }: Serving,
    captured: Map<string, string[]>,
  ): Promise<void> {
    const { data } = this.definition;
    const time = isEvent ? new Date(at).toISOString() : OUTSIDE_OF_WINDOWS;
    const instances = [{ ...instance, ...(isEvent && { [data.key!]: key }), [data.timestamp]: time }];
    const { predictions, latencyMs, error } = await this.servers.ask(model, instances);
    this.account.figures.requests.push({ variant, at, latencyMs, failed: error !== null });
    const destination = configuration.DataCaptureConfig?.DestinationS3Uri;
    if (destination === undefined || error !== null || !this.isCaptured(at)) return;
    const hour = new Date(at).toISOString().slice(0, 13).replace(/[-T]/g, '/');
    const folder = `${destination.slice('s3://'.length)}/${this.name}/${variant}/${hour}`;
    const side = (mode: string, content: object) => ({
      observedContentType: 'application/json',
      mode,
      data: JSON.stringify(content),
      encoding: 'JSON',
    });
    const line = JSON.stringify({
      captureData: { endpointInput: side('INPUT', { instances }), endpointOutput: side('OUTPUT', { predictions }) },
      eventMetadata: { eventId: `request ${key}`, inferenceTime: new Date(at).toISOString() },
      eventVersion: '0',
    });
    const lines = captured.get(folder);
    if (lines === undefined) captured.set(folder, [line]);
    else lines.push(line);
  }

  /** Versions with their share of live traffic, by version: the order in which the local gateway gives places. */
  private variants({ configuration, weights }: Serving): Variant[] {
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    return configuration.ProductionVariants.map(({ VariantName, ModelName }) => ({
      name: VariantName,
      model: ModelName,
      version: versionOfModel(this.name, ModelName)!,
      percent: (100 * (weights.get(VariantName) ?? 0)) / total,
    })).sort((one, other) => one.version - other.version);
  }

  /** Where a release stands, by what serves: clients send more while it is judged. */
  private stage(serving: Serving | undefined): HeldStage | null {
    const { shadow, steps, finalHold } = this.definition.release!;
    if (serving === undefined) return null;
    if ((serving.configuration.ShadowProductionVariants ?? []).length > 0) {
      return { percent: 100, holdSeconds: durationSeconds(shadow!.duration), isMirrored: true };
    }
    const variants = this.variants(serving);
    const challenger = variants.at(-1);
    if (variants.length < 2 || challenger === undefined) return null;
    const step = steps.find(({ percent }) => percent === challenger.percent);
    return { percent: challenger.percent, holdSeconds: durationSeconds(step?.hold ?? finalHold), isMirrored: false };
  }
}
