import { ArtifactRegistryRepositoryIamMember } from '@cdktf/provider-google/lib/artifact-registry-repository-iam-member';
import { BigqueryDatasetIamMember } from '@cdktf/provider-google/lib/bigquery-dataset-iam-member';
import { BigqueryTableIamMember } from '@cdktf/provider-google/lib/bigquery-table-iam-member';
import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { ServiceAccountIamMember } from '@cdktf/provider-google/lib/service-account-iam-member';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import type { Construct } from 'constructs';
import type { Location } from '../../definition/values';
import { pascalCase } from '../../kernel/names';
import type { PermissionAction, PermissionPlan } from '../../plan/plan';
import { shortHash } from './names';

/** Things that a role can be granted on; each construct fills in what it has. */
export interface GrantTargets {
  readonly project: string;
  readonly region: string;
  readonly artifacts?: string;
  readonly ledger?: string;
  readonly state?: string;
  /** BigQuery dataset's id. */
  readonly dataset?: string;
  /** Artifact Registry repository's id. */
  readonly repository?: string;
  /** Names of notification topics. */
  readonly topics?: readonly string[];
  /** Topic on which promoted versions are offered, `projects/…/topics/…`. */
  readonly offers?: string | null;
  /** Data of the definition. */
  readonly sources?: readonly Location[];
  /** Names (`projects/…/serviceAccounts/…`) of the accounts that jobs of this role run as. */
  readonly actsAs?: readonly string[];
}

type Target = Exclude<keyof GrantTargets, 'region'>;
interface Grant {
  readonly on: Target;
  readonly role: string;
}

/**
 * The one table from verbs of least privilege to predefined roles. Vertex AI, Workflows, Monitoring and Logging have no
 * finer resource to grant on than the project, and IAM's conditions know no names of workflows.
 */
export const GRANTS_OF_ACTION = {
  readData: [{ on: 'sources', role: 'read' }],
  queryData: [
    { on: 'project', role: 'roles/bigquery.jobUser' },
    // Editing: tables over files and views over captures are made there.
    { on: 'dataset', role: 'roles/bigquery.dataEditor' },
  ],
  readArtifacts: [{ on: 'artifacts', role: 'roles/storage.objectViewer' }],
  writeArtifacts: [{ on: 'artifacts', role: 'roles/storage.objectUser' }],
  readCapture: [
    { on: 'dataset', role: 'roles/bigquery.dataViewer' },
    { on: 'project', role: 'roles/bigquery.jobUser' },
  ],
  // Vertex AI writes captured requests itself, as its service agent.
  writeCapture: [],
  // Creating without deleting: a retention policy holds what was written. Reading finds the head.
  appendLedger: [
    { on: 'ledger', role: 'roles/storage.objectCreator' },
    { on: 'ledger', role: 'roles/storage.objectViewer' },
  ],
  readRegistry: [
    { on: 'project', role: 'roles/aiplatform.viewer' },
    { on: 'artifacts', role: 'roles/storage.objectViewer' },
    { on: 'state', role: 'roles/storage.objectViewer' },
  ],
  writeRegistry: [
    { on: 'project', role: 'roles/aiplatform.user' },
    { on: 'artifacts', role: 'roles/storage.objectUser' },
    { on: 'state', role: 'roles/storage.objectUser' },
  ],
  runTraining: [
    { on: 'project', role: 'roles/aiplatform.user' },
    { on: 'actsAs', role: 'roles/iam.serviceAccountUser' },
  ],
  manageEndpoint: [
    { on: 'project', role: 'roles/aiplatform.user' },
    { on: 'actsAs', role: 'roles/iam.serviceAccountUser' },
  ],
  readMetrics: [{ on: 'project', role: 'roles/monitoring.viewer' }],
  writeMetrics: [{ on: 'project', role: 'roles/monitoring.metricWriter' }],
  lock: [{ on: 'state', role: 'roles/storage.objectUser' }],
  startPipeline: [
    { on: 'project', role: 'roles/workflows.invoker' },
    { on: 'state', role: 'roles/storage.objectUser' },
  ],
  startRelease: [
    { on: 'project', role: 'roles/workflows.invoker' },
    { on: 'state', role: 'roles/storage.objectUser' },
  ],
  followRelease: [{ on: 'project', role: 'roles/workflows.viewer' }],
  // An incident is looked after by an execution of its workflow.
  trackIncidents: [
    { on: 'project', role: 'roles/workflows.invoker' },
    { on: 'state', role: 'roles/storage.objectUser' },
  ],
  // Vertex AI has no guardrails that look at alarms: the release controller does.
  watchAlarms: [],
  announce: [{ on: 'offers', role: 'roles/pubsub.publisher' }],
  notify: [{ on: 'topics', role: 'roles/pubsub.publisher' }],
  // Cloud Storage, BigQuery and Vertex AI use the key as their service agents; callers need no access to it.
  useKey: [],
  pullImage: [{ on: 'repository', role: 'roles/artifactregistry.reader' }],
  writeLogs: [{ on: 'project', role: 'roles/logging.logWriter' }],
  // Cloud Run traces the requests to handlers that it samples itself; our code makes no spans beside them.
  writeTraces: [],
} as const satisfies Record<PermissionAction, readonly Grant[]>;

/** Grants a service account what the plan's permissions of its role say, each binding once. */
export function grantPermissions(
  scope: Construct,
  member: string,
  permissions: readonly PermissionPlan[],
  targets: GrantTargets,
): void {
  const seen = new Set<string>();
  for (const { on, role } of permissions.flatMap((one): readonly Grant[] => GRANTS_OF_ACTION[one.action])) {
    if (seen.has(`${on} ${role}`)) continue;
    seen.add(`${on} ${role}`);
    bind(scope, member, { on, role }, targets);
  }
}

function bind(scope: Construct, member: string, { on, role }: Grant, targets: GrantTargets): void {
  const id = `${pascalCase(on)}${pascalCase(role.replace('roles/', ''))}`;
  const { project, region } = targets;
  switch (on) {
    case 'project':
      new ProjectIamMember(scope, id, { project, role, member });
      return;
    case 'artifacts':
    case 'ledger':
    case 'state': {
      const bucket = targets[on];
      if (bucket !== undefined) new StorageBucketIamMember(scope, id, { bucket, role, member });
      return;
    }
    case 'dataset':
      if (targets.dataset !== undefined) {
        new BigqueryDatasetIamMember(scope, id, { project, datasetId: targets.dataset, role, member });
      }
      return;
    case 'repository':
      if (targets.repository !== undefined) {
        new ArtifactRegistryRepositoryIamMember(scope, id, {
          project,
          location: region,
          repository: targets.repository,
          role,
          member,
        });
      }
      return;
    case 'topics':
      [...new Set(targets.topics ?? [])].forEach((topic, index) => {
        new PubsubTopicIamMember(scope, `${id}${index}`, { project, topic, role, member });
      });
      return;
    case 'offers':
      if (targets.offers) new PubsubTopicIamMember(scope, id, { project, topic: targets.offers, role, member });
      return;
    case 'actsAs':
      (targets.actsAs ?? []).forEach((serviceAccountId, index) => {
        new ServiceAccountIamMember(scope, `${id}${index}`, { serviceAccountId, role, member });
      });
      return;
    case 'sources':
      for (const source of targets.sources ?? []) readSource(scope, member, source);
  }
}

function readSource(scope: Construct, member: string, source: Location): void {
  const address = source.google;
  if (address === undefined) return;
  const id = `Source${shortHash(address)}`;
  const table = /^bq:\/\/([^.]+)\.([^.]+)\.(.+)$/.exec(address);
  if (table) {
    const [, project = '', datasetId = '', tableId = ''] = table;
    new BigqueryTableIamMember(scope, id, { project, datasetId, tableId, role: 'roles/bigquery.dataViewer', member });
    return;
  }
  const bucket = address.slice('gs://'.length).split('/')[0]!;
  new StorageBucketIamMember(scope, id, { bucket, role: 'roles/storage.objectViewer', member });
}
