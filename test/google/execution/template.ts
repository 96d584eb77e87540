import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowKind } from '../../../src/contract/google';
import type { PlatformInput } from '../../../src/definition/input';
import { synthGoogle } from '../../../src/google/synth';
import { SCALE } from '../support/examples';

type Resource = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, Readonly<Record<string, Resource>>>>;

export type Role = 'release' | 'pipeline' | 'retraining';

/** What a template deploys of one model: workflows with their sources, handlers with their environments. */
export interface Deployed {
  readonly project: string;
  readonly region: string;
  /** Full name of the Vertex AI endpoint. */
  readonly endpoint: string;
  /** Bucket of state documents. */
  readonly state: string;
  readonly workflows: Readonly<Record<WorkflowKind, { readonly name: string; readonly source: object }>>;
  readonly environments: Readonly<Record<Role, Readonly<Record<string, string>>>>;
  /** Objects of buckets that Terraform writes. */
  readonly objects: readonly { readonly bucket: string; readonly name: string; readonly content: string }[];
}

const { project, region } = SCALE.environments[0].google;

/** The platform that is executed: everything of stage scale, with the release section that a test is about. */
export async function deployedBy(release: object, evaluation: object = {}): Promise<Deployed> {
  const { demand } = SCALE.models;
  const definition = {
    ...SCALE,
    // Without an account that pays nothing could say that a budget is used up.
    environments: [{ name: 'production', google: { project, region, billingAccount: '012345-6789AB-CDEF01' } }],
    models: {
      demand: {
        ...demand,
        data: { ...demand.data, minRows: 100 },
        budget: { ...demand.budget, onExceeded: 'blockTraining' },
        evaluation: { ...demand.evaluation, ...evaluation },
        release,
      },
    },
  } as unknown as PlatformInput;
  const outDir = mkdtempSync(join(tmpdir(), 'mlp-executions-'));
  try {
    const { files } = await synthGoogle(definition, { outDir });
    const template = files.find((file) => file.endsWith('cdk.tf.json'))!;
    return read((JSON.parse(readFileSync(join(outDir, template), 'utf8')) as { resource: Resources }).resource);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

function read(resources: Resources): Deployed {
  const all = (type: string): Resource[] => Object.values(resources[type] ?? {});
  const text = (value: unknown): string => resolved(resources, String(value));
  const workflow = (kind: WorkflowKind) => {
    const found = all('google_workflows_workflow').find(({ description }) => description === `${kind} of demand`)!;
    return {
      name: workflowName(found),
      source: JSON.parse(String(found['source_contents']).replaceAll('$${', '${').replaceAll('%%{', '%{')) as object,
    };
  };
  const environment = (role: Role): Record<string, string> => {
    const found = all('google_cloudfunctions2_function').find(({ description }) => description === `demand: ${role}`)!;
    const { environment_variables } = found['service_config'] as { readonly environment_variables: Resource };
    return Object.fromEntries(Object.entries(environment_variables).map(([name, value]) => [name, text(value)]));
  };
  const [endpoint] = all('google_vertex_ai_endpoint');
  const environments = {
    release: environment('release'),
    pipeline: environment('pipeline'),
    retraining: environment('retraining'),
  };
  return {
    project,
    region,
    endpoint: `projects/${project}/locations/${region}/endpoints/${endpoint!['name']}`,
    state: environments.release['MLP_STATE']!,
    workflows: { release: workflow('release'), pipeline: workflow('pipeline'), incident: workflow('incident') },
    environments,
    objects: all('google_storage_bucket_object')
      .filter(({ content }) => content !== undefined)
      .map(({ bucket, name, content }) => ({ bucket: text(bucket), name: text(name), content: text(content) })),
  };
}

const workflowName = ({ name }: Resource): string => `projects/${project}/locations/${region}/workflows/${name}`;

/** A text with its references to other resources as Terraform would fill them in after an apply. */
const resolved = (resources: Resources, text: string): string =>
  text
    .replace(/\$\{(google_\w+)\.([\w-]+)\.([\w.[\]]+)\}/g, (_, type: string, id: string, attribute: string) => {
      const found = resources[type]?.[id];
      if (found === undefined) throw new RangeError(`${type}.${id} is not in the template`);
      if (attribute === 'id' && type === 'google_workflows_workflow') return workflowName(found);
      if (attribute === 'email') return `${found['account_id']}@${project}.iam.gserviceaccount.com`;
      return resolved(resources, String(found[attribute] ?? `${type}/${id}/${attribute}`));
    })
    .replaceAll('$${', '${');
