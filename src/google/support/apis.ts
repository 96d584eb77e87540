import { ProjectService } from '@cdktf/provider-google/lib/project-service';
import type { Construct, IConstruct } from 'constructs';
import { Aspects, dependable, type IAspect, TerraformDataSource, TerraformResource, TerraformStack } from './cdktf';

/** APIs that a platform needs switched on, by the first words of the types of resources and data that are theirs. */
const API_OF_TYPE = {
  google_artifact_registry: 'artifactregistry.googleapis.com',
  google_bigquery: 'bigquery.googleapis.com',
  google_billing: 'billingbudgets.googleapis.com',
  google_cloud_run: 'run.googleapis.com',
  google_cloud_scheduler: 'cloudscheduler.googleapis.com',
  // A trigger's builds are verified: their provenance is a note of Container Analysis.
  google_cloudbuild_trigger: ['cloudbuild.googleapis.com', 'containeranalysis.googleapis.com'],
  google_cloudbuildv2: 'cloudbuild.googleapis.com',
  // A function of the second generation is built, stored, and run by others.
  google_cloudfunctions2: [
    'cloudfunctions.googleapis.com',
    'artifactregistry.googleapis.com',
    'cloudbuild.googleapis.com',
    'run.googleapis.com',
  ],
  google_compute: 'compute.googleapis.com',
  google_kms: 'cloudkms.googleapis.com',
  google_logging: 'logging.googleapis.com',
  google_monitoring: 'monitoring.googleapis.com',
  google_project: 'cloudresourcemanager.googleapis.com',
  google_project_iam: 'cloudresourcemanager.googleapis.com',
  google_pubsub: 'pubsub.googleapis.com',
  google_service_account: 'iam.googleapis.com',
  google_storage: 'storage.googleapis.com',
  google_vertex: 'aiplatform.googleapis.com',
  google_vpc_access: 'vpcaccess.googleapis.com',
  google_workflows: 'workflows.googleapis.com',
} as const;
/** Switched on where they are needed alone. */
const OF_DELIVERY: readonly string[] = ['containeranalysis.googleapis.com'];
/** Also needed, though no resource is theirs: executions of workflows, traces. */
const ALWAYS = ['workflowexecutions.googleapis.com', 'cloudtrace.googleapis.com'];

/** The APIs of a type of resources or data, as far as they have to be switched on. */
export const apisOf = (type: string): readonly string[] =>
  [
    Object.entries<string | readonly string[]>(API_OF_TYPE).find(
      ([prefix]) => type.startsWith(`${prefix}_`) || type === prefix,
    )?.[1] ?? [],
  ].flat();

/**
 * Switches on the APIs of everything in a stack, and makes each resource wait for its own; data too, which are read at the plan otherwise.
 * Those of a delivery are left out of a stack that has none.
 */
export function enableApis(scope: Construct, { delivers }: { readonly delivers: boolean }): void {
  const services = new Map<string, ProjectService>();
  const apis = [...new Set<string>([...Object.values(API_OF_TYPE).flat(), ...ALWAYS])];
  for (const api of apis.filter((one) => delivers || !OF_DELIVERY.includes(one)).sort()) {
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
    if (!(node instanceof TerraformResource || node instanceof TerraformDataSource)) return;
    if (node instanceof ProjectService) return;
    const services = apisOf(node.terraformResourceType).flatMap((api) => this.services.get(api) ?? []);
    if (services.length > 0) node.dependsOn = [...new Set([...(node.dependsOn ?? []), ...services.map(dependable)])];
  }
}
