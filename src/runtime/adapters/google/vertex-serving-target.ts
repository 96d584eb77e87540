import { OperationError } from '../../../kernel/problem';
import type { Deployment, ServingTarget, TrafficState } from '../../ports';
import type { GoogleApi, JsonObject } from './google-api';

export interface VertexServingOptions {
  /** Id of the endpoint, which Terraform made. */
  readonly endpoint: string;
  readonly machineType: string;
  readonly accelerator: { readonly type: string; readonly count: number } | null;
  readonly serviceAccount: string;
}

const REQUESTS = 'aiplatform.googleapis.com/prediction/online/request_count';

type Split = Readonly<Record<string, number>>;

/**
 * A Vertex AI endpoint. A deployed model's id is our version's number, so that traffic, metrics and captured requests name
 * the version. Vertex changes a traffic split at once and all of it; what is asked for is read back by the use case. A model
 * is deployed for longer than a call may take, so that each call first lets what an earlier one has begun come to its end.
 */
export class VertexServingTarget implements ServingTarget {
  private readonly path: string;

  constructor(
    private readonly api: GoogleApi,
    private readonly options: VertexServingOptions,
  ) {
    this.path = `${api.parent}/endpoints/${options.endpoint}`;
  }

  async deploy({ model, version, externalId, first, serving }: Deployment): Promise<void> {
    const { deployed, split } = await this.look();
    if (deployed.includes(version)) return;
    const { machineType, accelerator, serviceAccount } = this.options;
    await this.change('deployModel', {
      deployedModel: {
        id: String(version),
        model: externalId,
        displayName: `${model}-v${version}`,
        serviceAccount,
        dedicatedResources: {
          machineSpec: {
            machineType,
            ...(accelerator && { acceleratorType: accelerator.type, acceleratorCount: accelerator.count }),
          },
          minReplicaCount: serving.instances.min,
          maxReplicaCount: serving.instances.max,
          // In requests a minute of one replica; beside it Vertex AI's own targets (60 % of the CPU) stay.
          autoscalingMetricSpecs: [{ metricName: REQUESTS, target: serving.targetRequestsPerInstance }],
        },
      },
      // In this request the model that is being deployed has the id 0.
      trafficSplit: first || Object.keys(split).length === 0 ? { '0': 100 } : { ...split, '0': 0 },
    });
  }

  async setTraffic(challenger: number, percent: number): Promise<void> {
    const { deployed, split } = await this.look();
    if (!deployed.includes(challenger)) {
      if (percent === 0) return;
      throw this.problem('notDeployed', `version ${challenger} is not deployed`, 'a version that is deployed');
    }
    const live = Object.entries(split)
      .filter(([id, share]) => share > 0 && Number(id) !== challenger)
      .map(([id]) => Number(id));
    const others = live.length > 0 ? live : deployed.filter((one) => one !== challenger);
    // Where the challenger had everything, the newest of the others is the one before it.
    const champion = others.sort((a, b) => b - a)[0];
    if (champion === undefined && percent < 100) {
      throw this.problem('noChampion', 'nothing else is deployed', 'a champion that takes the rest of the traffic');
    }
    if (!Number.isInteger(percent)) {
      throw this.problem('fractionOfPercent', `${percent} %`, 'whole percents, which are all that Vertex AI splits by');
    }
    const trafficSplit = Object.fromEntries(
      deployed.map((one) => [String(one), one === challenger ? percent : one === champion ? 100 - percent : 0]),
    );
    if (same(trafficSplit, split)) return;
    await this.api.call(
      'PATCH',
      'aiplatform',
      this.path,
      { name: this.path, trafficSplit },
      { updateMask: 'trafficSplit' },
    );
  }

  async read(): Promise<TrafficState> {
    await this.api.settled(this.path);
    const endpoint = await this.api.find('aiplatform', this.path);
    if (endpoint === undefined) return { status: 'absent', live: {}, mirrored: {}, configuration: null };
    const { deployed, split } = parse(endpoint);
    return {
      status: deployed.length === 0 ? 'absent' : 'ready',
      live: Object.fromEntries(deployed.map((one) => [one, split[String(one)] ?? 0])),
      mirrored: {},
      configuration: endpoint['etag'] === undefined ? null : String(endpoint['etag']),
    };
  }

  async mirror(version: number, percent: number): Promise<void> {
    if (percent === 0) return;
    throw this.problem(
      'mirroringUnsupported',
      `mirror ${percent} % to version ${version}`,
      'a release without shadow: a Vertex AI endpoint mirrors no requests',
    );
  }

  async remove(version: number): Promise<void> {
    const { deployed, split } = await this.look();
    if (!deployed.includes(version)) return;
    if ((split[String(version)] ?? 0) > 0 && deployed.length > 1) {
      throw this.problem('hasTraffic', `version ${version} has ${split[String(version)]} % of live traffic`, 'none');
    }
    const { [String(version)]: _gone, ...rest } = split;
    await this.change('undeployModel', {
      deployedModelId: String(version),
      ...(deployed.length > 1 && { trafficSplit: rest }),
    });
  }

  /** Asks for a change and waits for its end. An answer that was lost has left an operation. */
  private async change(verb: 'deployModel' | 'undeployModel', body: JsonObject): Promise<void> {
    const path = `${this.path}:${verb}`;
    const operation = await this.api.create('aiplatform', path, body, () => this.api.running(this.path));
    await this.api.finished('aiplatform', operation);
  }

  private async look(): Promise<{ deployed: number[]; split: Split }> {
    await this.api.settled(this.path);
    return parse(await this.api.call('GET', 'aiplatform', this.path));
  }

  private problem(code: string, got: string, expected: string): OperationError {
    return new OperationError({ code, path: this.path, got, expected, fix: 'look at the endpoint and at the release' });
  }
}

function parse(endpoint: JsonObject): { deployed: number[]; split: Split } {
  const models = (endpoint['deployedModels'] ?? []) as readonly { readonly id: string }[];
  return {
    deployed: models.map(({ id }) => Number(id)).sort((a, b) => a - b),
    split: (endpoint['trafficSplit'] ?? {}) as Split,
  };
}

const same = (a: Split, b: Split): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every((id) => (a[id] ?? 0) === (b[id] ?? 0));
