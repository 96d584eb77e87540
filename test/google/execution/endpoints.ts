import type { LongRunningOperations } from './operations';
import { type Answer, type Call, invalid, type Json, notFound, type Operation, pageOf, Refusal } from './service';

type Split = Readonly<Record<string, number>>;

interface Endpoint {
  deployed: readonly Json[];
  split: Split;
  /** What Terraform has set. */
  readonly own: Json;
  etag: number;
}

/** How long Vertex AI takes to deploy a model, and to take one out, in ms. */
const DEPLOY_MS = 12 * 60_000;
const UNDEPLOY_MS = 4 * 60_000;
const CREATE_MS = 20_000;

/**
 * Vertex AI endpoints: a model is there minutes after it was asked for, traffic is changed at once and adds up to 100, and a
 * model that has traffic is not taken out. While one change goes on another one is refused: where the documentation is silent
 * the stricter service is what adapters have to be right about.
 */
export class Endpoints {
  readonly all = new Map<string, Endpoint>();
  /** Deployments that end with an error and nothing changed. */
  failingDeployments = 0;
  deploymentError = { code: 8, message: 'quota of machines is exceeded' };
  /** What a deployed model answers, by the model's name. */
  predict: (model: string, instances: readonly Json[]) => readonly unknown[] = () => [];
  /** Changes of traffic that are answered as done and are not. */
  silentChanges = 0;
  deployMs = DEPLOY_MS;

  constructor(
    private readonly operations: LongRunningOperations,
    private readonly modelIsThere: (name: string) => boolean,
  ) {}

  create(name: string, own: Json = {}): void {
    this.all.set(name, { deployed: [], split: {}, own, etag: 1 });
  }

  /** Percent of the live traffic by deployed model, at an instant that is never before the last one. */
  traffic(name: string, at: number): ReadonlyMap<number, number> {
    this.operations.settle(at);
    return new Map(Object.entries(this.all.get(name)?.split ?? {}).map(([id, percent]) => [Number(id), percent]));
  }

  deployedIds(name: string): string[] {
    return this.known(name).deployed.map(({ id }) => String(id));
  }

  operation({ method, path, query, body }: Call): Operation | undefined {
    const [name = '', verb] = path.join('/').split(':');
    if (path.length === 5 && method === 'POST') {
      const id = query.get('endpointId') ?? '';
      return { name: 'aiplatform.endpoints.create', run: () => this.begin(`${name}/${id}`, id, body) };
    }
    if (method === 'DELETE') return { name: 'aiplatform.endpoints.delete', run: () => this.delete(name) };
    if (verb === 'predict') {
      return { name: 'aiplatform.endpoints.predict', run: () => this.answer(name, body) };
    }
    if (name.endsWith('/operations')) {
      return { name: 'aiplatform.endpoints.operations.list', run: () => this.list(name, query) };
    }
    if (verb === 'deployModel') {
      return { name: 'aiplatform.endpoints.deployModel', run: () => this.deploy(name, body) };
    }
    if (verb === 'undeployModel') {
      return { name: 'aiplatform.endpoints.undeployModel', run: () => this.undeploy(name, body) };
    }
    if (method === 'PATCH') {
      return { name: 'aiplatform.endpoints.patch', run: () => this.patch(name, body, query.get('updateMask')) };
    }
    if (method === 'GET') return { name: 'aiplatform.endpoints.get', run: () => this.shown(name) };
    return undefined;
  }

  private begin(name: string, id: string, body: Json): Answer {
    this.operations.settle();
    if (!/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(id)) throw invalid(`${id} is no id of an endpoint`);
    if (this.all.has(name) || this.operations.running(name).length > 0) throw new Refusal(409, `${name} exists`);
    return this.operations.begin(name, CREATE_MS, () => {
      this.create(name, body);
      return { name };
    });
  }

  private delete(name: string): Answer {
    this.operations.settle();
    if (this.quiet(name).deployed.length > 0) throw invalid(`${name} has deployed models`);
    return this.operations.begin(name, CREATE_MS, () => {
      this.all.delete(name);
      return {};
    });
  }

  private answer(name: string, body: Json): Answer {
    this.operations.settle();
    const [model] = this.known(name).deployed;
    if (model === undefined) throw invalid(`nothing is deployed to ${name}`);
    return { predictions: this.predict(String(model['model']), body['instances'] as readonly Json[]) };
  }

  private list(name: string, query: URLSearchParams): Answer {
    const { page, nextPageToken } = pageOf(this.operations.list(name.replace(/\/operations$/, '')), query);
    return { operations: page, ...(nextPageToken !== undefined && { nextPageToken }) };
  }

  private deploy(name: string, body: Json): Answer {
    const endpoint = this.quiet(name);
    const model = body['deployedModel'] as { readonly id: string; readonly model: string };
    const asked = body['trafficSplit'] as Split | undefined;
    if (!/^\d{1,10}$/.test(model.id)) throw invalid(`${model.id} is no id of a deployed model`);
    if (!this.modelIsThere(model.model)) throw notFound(model.model);
    const ids = this.deployedIds(name);
    if (ids.includes(model.id)) throw invalid(`a deployed model ${model.id} exists`);
    if (asked !== undefined) addsUp(asked, [...ids, '0']);
    const error = this.failingDeployments > 0 ? this.deploymentError : undefined;
    this.failingDeployments -= error === undefined ? 0 : 1;
    return this.operations.begin(
      name,
      this.deployMs,
      () => {
        endpoint.deployed = [...endpoint.deployed, model];
        if (asked !== undefined) {
          const { '0': own = 0, ...others } = asked;
          endpoint.split = { ...others, [model.id]: own };
        }
        endpoint.etag += 1;
        return { deployedModel: model };
      },
      error,
    );
  }

  private undeploy(name: string, body: Json): Answer {
    const endpoint = this.quiet(name);
    const id = String(body['deployedModelId']);
    const ids = this.deployedIds(name);
    if (!ids.includes(id)) throw notFound(`deployed model ${id}`);
    const others = ids.filter((one) => one !== id);
    const asked = body['trafficSplit'] as Split | undefined;
    if (asked !== undefined) addsUp(asked, others);
    else if (others.length > 0 && (endpoint.split[id] ?? 0) > 0) throw invalid(`deployed model ${id} has traffic`);
    if (asked !== undefined) endpoint.split = asked;
    return this.operations.begin(name, UNDEPLOY_MS, () => {
      endpoint.deployed = endpoint.deployed.filter((one) => one['id'] !== id);
      const { [id]: _gone, ...rest } = endpoint.split;
      endpoint.split = endpoint.deployed.length === 0 ? {} : rest;
      endpoint.etag += 1;
      return {};
    });
  }

  private patch(name: string, body: Json, mask: string | null): Answer {
    const endpoint = this.quiet(name);
    if (mask === null) throw invalid('updateMask is required');
    if (mask.split(',').includes('trafficSplit')) {
      const asked = body['trafficSplit'] as Split;
      addsUp(asked, this.deployedIds(name));
      if (this.silentChanges > 0) this.silentChanges -= 1;
      else endpoint.split = asked;
    } else Object.assign(endpoint.own, body);
    endpoint.etag += 1;
    return this.shown(name);
  }

  private shown(name: string): Json {
    this.operations.settle();
    const { deployed, split, own, etag } = this.known(name);
    return {
      ...own,
      name,
      etag: `e${etag}`,
      ...(deployed.length > 0 && { deployedModels: deployed }),
      // A share of nothing is not shown, as with every default in JSON of a map that was never set.
      ...(Object.keys(split).length > 0 && { trafficSplit: split }),
    };
  }

  private quiet(name: string): Endpoint {
    const endpoint = this.known(name);
    const running = this.operations.running(name);
    if (running.length > 0) throw invalid(`other operations are running on the endpoint: ${running.join(', ')}`);
    return endpoint;
  }

  private known(name: string): Endpoint {
    const found = this.all.get(name);
    if (found === undefined) throw notFound(name);
    return found;
  }
}

function addsUp(split: Split, ids: readonly string[]): void {
  for (const [id, percent] of Object.entries(split)) {
    if (!ids.includes(id)) throw invalid(`traffic for ${id}, which is not deployed`);
    if (!Number.isInteger(percent) || percent < 0) throw invalid(`${percent} is no whole percent`);
  }
  const sum = Object.values(split).reduce((all, one) => all + one, 0);
  if (sum !== 100) throw invalid(`the traffic split adds up to ${sum}, not to 100`);
}
