import { OperationError } from '../../../kernel/problem';
import { askRows, NOT_LOADED, type ServingSmokeResult } from '../../core/gate';
import { type GoogleApi, type JsonObject, refused } from './google-api';

export interface VertexSmokeOptions {
  /** Id of the endpoint for this check, and of its model: a letter first, then letters, digits and dashes. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly machine: JsonObject;
  readonly kmsKeyName: string;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

/** What is asked: a model, and the image that serves it. */
export interface Candidate {
  readonly artifactUri: string;
  readonly image: string;
}

/** Routes and port of the server's contract. */
const ROUTES = { predictRoute: '/invocations', healthRoute: '/ping', ports: [{ containerPort: 8080 }] };
const DEPLOYED = '1';
/** Codes of an operation's error that say nothing of the candidate: no machines are free, or Vertex AI is away. */
const NOT_ITS_FAULT = [8, 13, 14];

/**
 * A short-lived Vertex AI endpoint with the candidate alone: it is loaded, asked row by row, and gone again. Everything is
 * looked for before it is made, so that a call goes on where one that was given up has stopped.
 */
export class VertexSmokeEndpoint {
  private readonly endpoint: string;
  private readonly model: string;

  constructor(
    private readonly api: GoogleApi,
    private readonly options: VertexSmokeOptions,
  ) {
    this.endpoint = `${api.parent}/endpoints/${options.id}`;
    this.model = `${api.parent}/models/${options.id}`;
  }

  /**
   * Makes the endpoint, and asks it. It stays for `remove` when that went well, and is gone when it did not.
   * @throws OperationError when Vertex AI itself fails; another call may go better
   */
  async measure(candidate: Candidate, instances: readonly object[]): Promise<ServingSmokeResult> {
    try {
      await this.register(candidate);
      await this.make();
      if (!(await this.deploy())) return NOT_LOADED;
      return await askRows(instances, (instance) => this.ask(instance), this.options.now);
    } catch (error) {
      // A machine that nobody asks costs as much as one that serves. What went wrong first is what is told.
      await this.remove().catch(() => undefined);
      throw error;
    }
  }

  /** Waits until nothing goes on at it. */
  async settled(): Promise<void> {
    await this.api.settled(this.model);
    await this.api.settled(this.endpoint);
  }

  /** Takes away what there is of it. */
  async remove(): Promise<void> {
    await this.api.settled(this.endpoint);
    const found = await this.api.find('aiplatform', this.endpoint);
    for (const { id } of deployedOf(found)) await this.change('undeployModel', { deployedModelId: id });
    await this.delete(this.endpoint);
    await this.delete(this.model);
  }

  private async register({ artifactUri, image }: Candidate): Promise<void> {
    const { id, labels, kmsKeyName } = this.options;
    await this.api.settled(this.model);
    if (await this.api.find('aiplatform', this.model)) return;
    const asked = {
      modelId: id,
      model: {
        displayName: id,
        description: 'a candidate that is asked before it is registered',
        artifactUri: artifactUri.replace(/\/$/, ''),
        containerSpec: { imageUri: image, ...ROUTES, env: [{ name: 'MLP_MODEL_DIR', value: artifactUri }] },
        labels,
        ...(kmsKeyName !== '' && { encryptionSpec: { kmsKeyName } }),
      },
    };
    await this.made(`${this.api.parent}/models:upload`, asked, this.model);
  }

  private async make(): Promise<void> {
    const { id, labels, kmsKeyName } = this.options;
    await this.api.settled(this.endpoint);
    if (await this.api.find('aiplatform', this.endpoint)) return;
    const asked = { displayName: id, labels, ...(kmsKeyName !== '' && { encryptionSpec: { kmsKeyName } }) };
    await this.made(`${this.api.parent}/endpoints?endpointId=${id}`, asked, this.endpoint);
  }

  /** Asks for a thing and waits until it is there; one whose answer was lost is found as an operation, or as itself. */
  private async made(path: string, asked: JsonObject, resource: string): Promise<void> {
    const find = async (): Promise<JsonObject | undefined> =>
      (await this.api.running(resource)) ?? (await this.api.find('aiplatform', resource));
    const found = await this.api.create('aiplatform', path, asked, find);
    if (String(found['name']).includes('/operations/')) await this.api.finished('aiplatform', found);
  }

  /** @returns whether the candidate was loaded; its server may not come up. */
  private async deploy(): Promise<boolean> {
    if (deployedOf(await this.api.call('GET', 'aiplatform', this.endpoint)).length > 0) return true;
    const { machine, serviceAccount, id } = this.options;
    const asked = {
      deployedModel: {
        id: DEPLOYED,
        model: this.model,
        displayName: id,
        serviceAccount,
        dedicatedResources: { machineSpec: machine, minReplicaCount: 1, maxReplicaCount: 1 },
      },
      trafficSplit: { '0': 100 },
    };
    const operation = await this.api.create('aiplatform', `${this.endpoint}:deployModel`, asked, () =>
      this.api.running(this.endpoint),
    );
    const { error } = (await this.api.ended('aiplatform', operation)) as {
      error?: { code?: number; message?: string };
    };
    if (error === undefined) return true;
    if (!NOT_ITS_FAULT.includes(error.code ?? 0)) return false;
    throw new OperationError({
      code: 'smokeNotDeployed',
      path: this.endpoint,
      got: error.message ?? `code ${error.code}`,
      expected: 'a machine for the candidate',
      fix: 'ask for more quota of the machine type of serving.compute, or wait',
    });
  }

  private async ask(instance: object): Promise<string | null> {
    const asked = { instances: [instance] };
    const { status, body } = await this.api.attempt('POST', 'aiplatform', `${this.endpoint}:predict`, asked);
    return status < 300 ? Buffer.from(body).toString('utf8') : null;
  }

  private async change(verb: 'undeployModel', body: JsonObject): Promise<void> {
    const operation = await this.api.create('aiplatform', `${this.endpoint}:${verb}`, body, () =>
      this.api.running(this.endpoint),
    );
    await this.api.finished('aiplatform', operation);
  }

  /** A deletion whose answer was lost, or which goes on already, is waited for. */
  private async delete(resource: string): Promise<void> {
    await this.api.settled(resource);
    if ((await this.api.find('aiplatform', resource)) === undefined) return;
    const reply = await this.api.send('DELETE', 'aiplatform', resource);
    if (reply.status < 300) {
      await this.api.finished('aiplatform', JSON.parse(Buffer.from(reply.body).toString('utf8')) as JsonObject);
      return;
    }
    await this.api.settled(resource);
    if (await this.api.find('aiplatform', resource)) throw refused(`DELETE aiplatform/${resource}`, reply);
  }
}

const deployedOf = (endpoint: JsonObject | undefined): readonly { readonly id: string }[] =>
  (endpoint?.['deployedModels'] ?? []) as readonly { readonly id: string }[];
