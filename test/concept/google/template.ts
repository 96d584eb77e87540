import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlatformInput } from '../../../src/definition/input';
import { synthGoogle } from '../../../src/google/synth';

export type Properties = Readonly<Record<string, unknown>>;

/** A workflow as it is deployed: its source, and the variables that it finds. */
export interface DeployedWorkflow {
  readonly kind: 'pipeline' | 'release' | 'incident';
  /** `projects/…/workflows/…`. */
  readonly name: string;
  readonly source: object;
  readonly environment: Readonly<Record<string, string>>;
}

/** The Terraform JSON of an environment, with references filled in as they are after an apply. */
export class DeployedTemplate {
  private constructor(private readonly resources: Record<string, Record<string, Properties>>) {}

  /** @param environment name of the definition's environment */
  static async of(definition: unknown, environment: string): Promise<DeployedTemplate> {
    const outDir = mkdtempSync(join(tmpdir(), 'mlp-concept-google-'));
    try {
      const { files } = await synthGoogle(definition as PlatformInput, { outDir, environment });
      const file = files.find((one) => one.endsWith('cdk.tf.json'))!;
      return new DeployedTemplate(JSON.parse(readFileSync(join(outDir, file), 'utf8')).resource);
    } finally {
      rmSync(outDir, { recursive: true, force: true });
    }
  }

  /** Other attributes for the resources of a type that are asked for: what a test takes away. */
  alter(type: string, isMeant: (resource: Properties) => boolean, to: (resource: Properties) => Properties): void {
    const all = this.resources[type]!;
    const found = Object.entries(all).filter(([, resource]) => isMeant(resource));
    if (found.length === 0) throw new RangeError(`the template has no such ${type}`);
    for (const [id, resource] of found) all[id] = { ...resource, ...to(resource) };
  }

  /** Attributes of all resources of a type, in the order of the template. */
  all(type: string): Properties[] {
    return Object.values(this.resources[type] ?? {}).map((one) => this.resolved(one) as Properties);
  }

  workflows(): DeployedWorkflow[] {
    return this.all('google_workflows_workflow').map((one) => ({
      kind: String(one['description']).split(' ')[0] as DeployedWorkflow['kind'],
      name: this.fullName('workflows', one),
      source: JSON.parse(String(one['source_contents'])) as object,
      environment: one['user_env_vars'] as Record<string, string>,
    }));
  }

  /** Environments of handlers by role. */
  environments(): Map<string, Readonly<Record<string, string>>> {
    return new Map(
      this.all('google_cloudfunctions2_function').map(({ description, service_config }) => [
        roleOf(description),
        (service_config as { readonly environment_variables: Record<string, string> }).environment_variables,
      ]),
    );
  }

  /** Notification channels by the id that policies name. */
  channels(): Map<string, { readonly type: string; readonly labels: Readonly<Record<string, string>> }> {
    const type = 'google_monitoring_notification_channel';
    return new Map(
      Object.keys(this.resources[type] ?? {}).map((id) => [
        this.attribute(type, id, 'id'),
        this.resolved(this.resources[type]![id]) as never,
      ]),
    );
  }

  /** Objectives by the name that conditions ask for. */
  objectives(): Map<string, Properties> {
    const type = 'google_monitoring_slo';
    return new Map(
      Object.keys(this.resources[type] ?? {}).map((id) => [
        this.attribute(type, id, 'name'),
        this.resolved(this.resources[type]![id]) as Properties,
      ]),
    );
  }

  /** Full name of the one endpoint. */
  endpoint(): string {
    return this.fullName('endpoints', this.all('google_vertex_ai_endpoint')[0]!);
  }

  private fullName(collection: string, one: Properties): string {
    return `projects/${one['project']}/locations/${one['region'] ?? one['location']}/${collection}/${one['name']}`;
  }

  private resolved(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((one) => this.resolved(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.resolved(one)]));
  }

  /** `${type.id.attribute}` as after an apply; `$${` and `%%{` stand for themselves. */
  private text(value: string): string {
    return value.replace(
      /([$%])\1\{|\$\{(google_\w+)\.([\w-]+)\.([\w.[\]]+)\}/g,
      (_, sign: string | undefined, type: string, id: string, attribute: string) =>
        sign === undefined ? this.attribute(type, id, attribute) : `${sign}{`,
    );
  }

  private attribute(type: string, id: string, attribute: string): string {
    const found = this.resources[type]?.[id];
    if (found === undefined) throw new RangeError(`${type}.${id} is not in the template`);
    if (attribute === 'service_config[0].uri') return addressOf(roleOf(found['description']));
    if (attribute === 'email') return `${found['account_id']}@${found['project']}.iam.gserviceaccount.com`;
    if (attribute === 'id' && type === 'google_workflows_workflow') return this.fullName('workflows', found);
    if (attribute === 'id' && type === 'google_pubsub_topic') return this.text(String(found['name']));
    return this.text(String(found[attribute] ?? `${type}/${id}/${attribute}`));
  }
}

const roleOf = (description: unknown): string => String(description).split(': ')[1]!;

/** Where a role's function answers. */
export const addressOf = (role: string): string => `https://${role}.run.app`;

/** The role and the path of such an address. */
export function calledBy(address: string): { readonly role: string; readonly path: string } {
  const { host, pathname } = new URL(address);
  return { role: host.split('.')[0]!, path: pathname };
}
