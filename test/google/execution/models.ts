import type { LongRunningOperations } from './operations';
import { type Answer, type Call, invalid, type Json, notFound, type Operation, pageOf, Refusal } from './service';

interface Version {
  readonly versionId: string;
  aliases: string[];
  labels: Record<string, string>;
  readonly model: Json;
}

const UPLOAD_MS = 90_000;
const ALIAS = /^[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]$/;
const LABEL = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** Vertex AI's model registry: models with versions; an alias is one version's at a time. */
export class Models {
  readonly all = new Map<string, Version[]>();
  /** Whether a model is deployed somewhere. */
  isDeployed: (name: string) => boolean = () => false;
  private readonly uploading = new Set<string>();

  constructor(private readonly operations: LongRunningOperations) {}

  isThere(name: string): boolean {
    const [model = '', version] = name.split('@');
    return this.find(model, version) !== undefined;
  }

  upload({ path, body }: Call): Operation {
    return { name: 'aiplatform.models.upload', run: () => this.begin(path.join('/').replace(/:upload$/, ''), body) };
  }

  operation({ method, path, query, body }: Call): Operation | undefined {
    const [name = '', verb] = path.join('/').split(':');
    if (name.endsWith('/operations')) {
      return { name: 'aiplatform.models.operations.list', run: () => this.list(name, query) };
    }
    if (verb === 'mergeVersionAliases') {
      return { name: 'aiplatform.models.mergeVersionAliases', run: () => this.merge(name, body) };
    }
    if (method === 'DELETE') return { name: 'aiplatform.models.delete', run: () => this.delete(name) };
    if (method === 'PATCH') return { name: 'aiplatform.models.patch', run: () => this.patch(name, body, query) };
    if (method === 'GET') return { name: 'aiplatform.models.get', run: () => this.shown(name) };
    return undefined;
  }

  private begin(collection: string, body: Json): Answer {
    this.operations.settle();
    const parent = body['parentModel'] as string | undefined;
    const name = parent ?? `${collection}/${body['modelId']}`;
    if (parent !== undefined && !this.all.has(parent)) throw notFound(parent);
    if (parent === undefined && (this.all.has(name) || this.uploading.has(name))) {
      throw new Refusal(409, `${name} exists`);
    }
    const model = body['model'] as Json & {
      readonly versionAliases?: string[];
      readonly labels?: Record<string, string>;
    };
    const aliases = model.versionAliases ?? [];
    for (const alias of aliases) if (!ALIAS.test(alias)) throw invalid(`${alias} is no alias`);
    labelsHold(model.labels ?? {});
    this.uploading.add(name);
    return this.operations.begin(name, UPLOAD_MS, () => {
      const versions = this.all.get(name) ?? [];
      const versionId = String(versions.length + 1);
      for (const one of versions) one.aliases = one.aliases.filter((alias) => !aliases.includes(alias));
      versions.push({
        versionId,
        aliases: [...aliases, ...(versions.length === 0 ? ['default'] : [])],
        labels: { ...model.labels },
        model,
      });
      this.all.set(name, versions);
      this.uploading.delete(name);
      return { model: name, modelVersionId: versionId };
    });
  }

  private delete(name: string): Answer {
    this.known(name);
    if (this.isDeployed(name)) throw invalid(`${name} is deployed`);
    return this.operations.begin(name, 10_000, () => {
      this.all.delete(name);
      return {};
    });
  }

  private list(name: string, query: URLSearchParams): Answer {
    const model = name.replace(/\/operations$/, '');
    this.operations.settle();
    const { page, nextPageToken } = pageOf(this.operations.list(model), query);
    return { operations: page, ...(nextPageToken !== undefined && { nextPageToken }) };
  }

  private merge(path: string, body: Json): Answer {
    const own = this.known(path);
    for (const change of body['versionAliases'] as readonly string[]) {
      const alias = change.replace(/^-/, '');
      if (!ALIAS.test(alias)) throw invalid(`${alias} is no alias`);
      if (change.startsWith('-')) {
        if (!own.aliases.includes(alias)) throw invalid(`${alias} is no alias of the version`);
        own.aliases = own.aliases.filter((one) => one !== alias);
        continue;
      }
      for (const one of this.all.get(path.split('@')[0]!)!) one.aliases = one.aliases.filter((old) => old !== alias);
      own.aliases.push(alias);
    }
    return this.shown(path);
  }

  private patch(path: string, body: Json, query: URLSearchParams): Answer {
    const own = this.known(path);
    if (query.get('updateMask') !== 'labels') throw invalid(`updateMask ${query.get('updateMask')}`);
    const labels = body['labels'] as Record<string, string>;
    labelsHold(labels);
    own.labels = labels;
    return this.shown(path);
  }

  private shown(path: string): Json {
    const { versionId, aliases, labels, model } = this.known(path);
    return { ...model, name: path.split('@')[0], versionId, versionAliases: aliases, labels };
  }

  private known(path: string): Version {
    const [name = '', version] = path.split('@');
    const found = this.find(name, version);
    if (found === undefined) throw notFound(path);
    return found;
  }

  private find(name: string, version?: string): Version | undefined {
    this.operations.settle();
    const wanted = version ?? 'default';
    return this.all.get(name)?.find((one) => one.versionId === wanted || one.aliases.includes(wanted));
  }
}

function labelsHold(labels: Readonly<Record<string, string>>): void {
  if (Object.keys(labels).length > 64) throw invalid('too many labels');
  for (const [key, value] of Object.entries(labels)) {
    if (!/^\p{Ll}/u.test(key) || !LABEL.test(key) || !LABEL.test(value)) throw invalid(`label ${key}=${value}`);
  }
}
