import { ProjectService } from '@cdktf/provider-google/lib/project-service';
import type { Construct, IConstruct } from 'constructs';
import { Aspects, dependable, type IAspect, TerraformResource, TerraformStack } from './cdktf';

/** APIs that a platform needs switched on, by the first words of the resource types that are theirs. */
const API_OF_TYPE = {
  google_artifact_registry: 'artifactregistry.googleapis.com',
  google_bigquery: 'bigquery.googleapis.com',
  google_billing: 'billingbudgets.googleapis.com',
  google_cloud_run: 'run.googleapis.com',
  google_cloud_scheduler: 'cloudscheduler.googleapis.com',
  google_cloudbuild: 'cloudbuild.googleapis.com',
  google_cloudfunctions2: 'cloudfunctions.googleapis.com',
  google_compute: 'compute.googleapis.com',
  google_kms: 'cloudkms.googleapis.com',
  google_logging: 'logging.googleapis.com',
  google_monitoring: 'monitoring.googleapis.com',
  google_project_iam: 'cloudresourcemanager.googleapis.com',
  google_pubsub: 'pubsub.googleapis.com',
  google_service_account: 'iam.googleapis.com',
  google_storage: 'storage.googleapis.com',
  google_vertex: 'aiplatform.googleapis.com',
  google_vpc_access: 'vpcaccess.googleapis.com',
  google_workflows: 'workflows.googleapis.com',
} as const;
/** Also needed, though no resource is theirs: builds of functions, executions of workflows, traces. */
const ALWAYS = [
  'cloudbuild.googleapis.com',
  'run.googleapis.com',
  'workflowexecutions.googleapis.com',
  'cloudtrace.googleapis.com',
];

/** The API of a resource type, if it has to be switched on. */
export const apiOf = (type: string): string | undefined =>
  Object.entries(API_OF_TYPE).find(([prefix]) => type.startsWith(`${prefix}_`) || type === prefix)?.[1];

/** Switches on the APIs of everything in a stack, and makes each resource wait for its own. */
export function enableApis(scope: Construct): void {
  const services = new Map<string, ProjectService>();
  for (const api of [...new Set<string>([...Object.values(API_OF_TYPE), ...ALWAYS])].sort()) {
    services.set(
      api,
      new ProjectService(scope, api.split('.')[0]!, {
        service: api,
        disableOnDestroy: false,
        disableDependentServices: false,
      }),
    );
  }
  Aspects.of(TerraformStack.of(scope)).add(new WaitForApi(services));
}

class WaitForApi implements IAspect {
  constructor(private readonly services: ReadonlyMap<string, ProjectService>) {}

  visit(node: IConstruct): void {
    if (!(node instanceof TerraformResource) || node instanceof ProjectService) return;
    const service = this.services.get(apiOf(node.terraformResourceType) ?? '');
    if (service) node.dependsOn = [...new Set([...(node.dependsOn ?? []), dependable(service)])];
  }
}
