import type { Endpoints, Serving } from './endpoints';
import type { Figures } from './figures';
import type { Objects } from './objects';

/** How a version answers its nth request. */
export interface Answered {
  readonly latencyMs: number;
  readonly failed: boolean;
  readonly prediction: number;
}

export interface Behaviour {
  readonly perMinute: number;
  readonly answer: (version: number, request: number) => Answered;
}

const MINUTE_MS = 60_000;

/** What clients send while time passes, answered by what serves, counted by CloudWatch and captured to S3. */
export class Traffic {
  /** Requests by version; a version gets a share of live traffic by its weight. */
  readonly live = new Map<number, number>();
  /** Requests that nobody could answer although a version had served before. */
  unanswered = 0;
  private sent = 0;
  private readonly shares = new Map<string, number>();

  constructor(
    private readonly endpoints: Endpoints,
    private readonly figures: Figures,
    private readonly objects: Objects,
    private readonly behaviour: Behaviour,
  ) {}

  /** Requests between two instants, milliseconds since the epoch. */
  send(from: number, to: number): void {
    const gap = MINUTE_MS / this.behaviour.perMinute;
    const first = Math.ceil(from / gap);
    const last = Math.ceil(to / gap);
    const captured = new Map<string, string[]>();
    for (let tick = first; tick < last; tick++) this.one(tick * gap, this.endpoints.current(tick * gap), captured);
    for (const [folder, lines] of captured) {
      const [bucket, ...path] = folder.split('/');
      this.objects.put(bucket!, `${path.join('/')}/${from}.jsonl`, lines.join('\n'));
    }
  }

  private one(at: number, serving: Serving | undefined, captured: Map<string, string[]>): void {
    if (serving === undefined) {
      if (this.sent > 0) this.unanswered += 1;
      return;
    }
    this.sent += 1;
    const { configuration } = serving;
    const variant = this.chosen(serving.weights);
    const version = versionOf(configuration.ProductionVariants.find(({ VariantName }) => VariantName === variant)!);
    this.live.set(version, (this.live.get(version) ?? 0) + 1);
    this.answered(at, variant, version, serving, captured);
    for (const shadow of configuration.ShadowProductionVariants ?? []) {
      this.answered(at, shadow.VariantName, versionOf(shadow), serving, captured);
    }
  }

  private answered(
    at: number,
    variant: string,
    version: number,
    { configuration }: Serving,
    captured: Map<string, string[]>,
  ): void {
    const { latencyMs, failed, prediction } = this.behaviour.answer(version, this.sent);
    this.figures.requests.push({ variant, at, latencyMs, failed });
    const destination = configuration.DataCaptureConfig?.DestinationS3Uri;
    if (destination === undefined || failed) return;
    const hour = new Date(at).toISOString().slice(0, 13).replace(/[-T]/g, '/');
    const folder = `${destination.slice('s3://'.length)}/${ENDPOINT}/${variant}/${hour}`;
    const line = {
      captureData: { endpointOutput: { data: JSON.stringify({ predictions: [prediction] }), encoding: 'JSON' } },
      eventMetadata: { eventId: `request-${this.sent}`, inferenceTime: new Date(at).toISOString() },
    };
    const lines = captured.get(folder);
    if (lines === undefined) captured.set(folder, [JSON.stringify(line)]);
    else lines.push(JSON.stringify(line));
  }

  /** By weight, without chance: whoever is furthest behind its share is next. */
  private chosen(weights: ReadonlyMap<string, number>): string {
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    let best: { variant: string; credit: number } | undefined;
    for (const [variant, weight] of weights) {
      const credit = (this.shares.get(variant) ?? 0) + weight / total;
      this.shares.set(variant, credit);
      if (weight > 0 && (best === undefined || credit > best.credit)) best = { variant, credit };
    }
    if (best === undefined)
      throw new RangeError(
        `weights ${JSON.stringify([...weights])} ${JSON.stringify([...this.endpoints.configurations.values()].map((c) => c.ProductionVariants.map((v) => [v.VariantName, v.ModelName, v.InitialVariantWeight])))} ${JSON.stringify(this.endpoints.log)}`,
      );
    this.shares.set(best!.variant, best!.credit - 1);
    return best!.variant;
  }
}

/** Name of the endpoint whose captures these are. */
export const ENDPOINT = 'shop-churn';

const versionOf = ({ ModelName }: { readonly ModelName: string }): number => Number(/-v(\d+)$/.exec(ModelName)![1]);
