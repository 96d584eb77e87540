import type { LongRunningOperations } from './operations';
import { type Answer, type Call, invalid, type Json, notFound, type Operation, Refusal } from './service';

export interface Context {
  readonly schemaTitle: string;
  readonly schemaVersion: string;
  readonly children: Set<string>;
  metadata: Json;
}

const STORE_MS = 60_000;
const ID = /^[a-z0-9][a-z0-9-]{0,127}$/;

/** Vertex ML Metadata: stores with contexts, of which some are experiments and their runs. */
export class Metadata {
  readonly stores = new Set<string>();
  readonly contexts = new Map<string, Context>();

  constructor(private readonly operations: LongRunningOperations) {}

  operation({ method, path, query, body }: Call): Operation | undefined {
    const [name = '', verb] = path.join('/').split(':');
    const parts = name.split('/').slice(4);
    const named = (call: string, run: () => Answer): Operation => ({ name: `aiplatform.${call}`, run });
    switch (`${method} ${parts.length}${verb === undefined ? '' : ` ${verb}`}`) {
      case 'POST 1':
        return named('metadataStores.create', () => this.makeStore(name, query));
      case 'GET 2':
        return named('metadataStores.get', () => this.store(name));
      case 'POST 3':
        return named('contexts.create', () => this.make(name, query, body));
      case 'PATCH 4':
        return named('contexts.patch', () => this.patch(name, query, body));
      case 'POST 4 addContextChildren':
        return named('contexts.addContextChildren', () => this.adopt(name, body));
      default:
        return undefined;
    }
  }

  private makeStore(collection: string, query: URLSearchParams): Answer {
    const name = `${collection}/${query.get('metadataStoreId')}`;
    if (this.stores.has(name)) throw new Refusal(409, `${name} exists`);
    return this.operations.begin(name, STORE_MS, () => {
      this.stores.add(name);
      return { name };
    });
  }

  private store(name: string): Answer {
    this.operations.settle();
    if (!this.stores.has(name)) throw notFound(name);
    return { name };
  }

  private make(collection: string, query: URLSearchParams, body: Json): Answer {
    this.store(collection.replace(/\/contexts$/, ''));
    const id = query.get('contextId') ?? '';
    if (!ID.test(id)) throw invalid(`${id} is no id of a context`);
    const name = `${collection}/${id}`;
    if (this.contexts.has(name)) throw new Refusal(409, `${name} exists`);
    const { schemaTitle, schemaVersion, metadata } = body as {
      schemaTitle: string;
      schemaVersion: string;
      metadata: Json;
    };
    if (!/^system\.Experiment(Run)?$/.test(schemaTitle) || schemaVersion !== '0.0.1') {
      throw invalid(`${schemaTitle} ${schemaVersion} is no schema`);
    }
    this.contexts.set(name, { schemaTitle, schemaVersion, metadata, children: new Set() });
    return { name };
  }

  private patch(name: string, query: URLSearchParams, body: Json): Answer {
    if (query.get('updateMask') !== 'metadata') throw invalid('updateMask');
    const found = this.known(name);
    found.metadata = { ...found.metadata, ...(body['metadata'] as Json) };
    return { name };
  }

  private adopt(name: string, body: Json): Answer {
    const parent = this.known(name);
    for (const child of body['childContexts'] as string[]) {
      this.known(child);
      parent.children.add(child);
    }
    return {};
  }

  private known(name: string): Context {
    const found = this.contexts.get(name);
    if (found === undefined) throw notFound(name);
    return found;
  }
}
