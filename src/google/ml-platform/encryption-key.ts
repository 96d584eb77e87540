import { DataGoogleBigqueryDefaultServiceAccount } from '@cdktf/provider-google/lib/data-google-bigquery-default-service-account';
import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { DataGoogleStorageProjectServiceAccount } from '@cdktf/provider-google/lib/data-google-storage-project-service-account';
import { KmsCryptoKey } from '@cdktf/provider-google/lib/kms-crypto-key';
import { KmsCryptoKeyIamMember } from '@cdktf/provider-google/lib/kms-crypto-key-iam-member';
import { KmsKeyRing } from '@cdktf/provider-google/lib/kms-key-ring';
import { Construct, type IConstruct } from 'constructs';
import { pascalCase } from '../../kernel/names';
import { Aspects, dependable, type IAspect, TerraformResource, TerraformStack } from '../support/cdktf';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { platformContextOf } from '../support/platform-context';

/** A Cloud KMS key that storage is encrypted with. */
export interface IEncryptionKey {
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…`. */
  readonly keyName: string;
}

/** 90 days, in which a key gets a new version. */
const ROTATION = '7776000s';

/**
 * Service agents that encrypt and decrypt with the key, by service, besides those of Cloud Storage and BigQuery. Terraform cannot make
 * these: a binding of one that is not there yet fails (docs/google.md, "The first apply").
 */
const AGENTS = {
  'artifact-registry': 'gcp-sa-artifactregistry',
  'vertex-ai': 'gcp-sa-aiplatform',
  pubsub: 'gcp-sa-pubsub',
  workflows: 'gcp-sa-workflows',
} as const;
type Service = keyof typeof AGENTS | 'storage' | 'bigquery';

/** Whose agent encrypts what, by the type of resource. */
const SERVICE_OF_TYPE: Readonly<Record<string, Service>> = {
  google_artifact_registry_repository: 'artifact-registry',
  google_bigquery_dataset: 'bigquery',
  google_bigquery_table: 'bigquery',
  google_pubsub_topic: 'pubsub',
  google_storage_bucket: 'storage',
  google_vertex_ai_endpoint: 'vertex-ai',
  google_workflows_workflow: 'workflows',
};

/** A key ring with one rotated key, usable by the service agents of what it encrypts. */
export class EncryptionKey extends Construct implements IEncryptionKey {
  readonly keyName: string;
  readonly key: KmsCryptoKey;

  constructor(scope: Construct, id: string, props: { readonly deletionProtection: boolean }) {
    super(scope, id);
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const ring = new KmsKeyRing(this, 'Ring', {
      project,
      location: region,
      name: physicalName(this, 'keyRing', context.platform),
    });
    this.key = new KmsCryptoKey(this, 'Key', {
      name: 'storage',
      keyRing: ring.id,
      purpose: 'ENCRYPT_DECRYPT',
      rotationPeriod: ROTATION,
      labels: { ...context.labels },
      ...(props.deletionProtection && { lifecycle: { preventDestroy: true } }),
    });
    this.node.defaultChild = this.key;
    this.keyName = this.key.id;
    Aspects.of(TerraformStack.of(this)).add(new WaitForAgent(this.keyName, this.letAgentsUse(project)));
  }

  /** A key that exists already; its service agents' access is its owner's matter. */
  static fromKeyName(keyName: string): IEncryptionKey {
    return { keyName };
  }

  /** @returns each service's binding; none waits for another, so that an agent that is missing stops what it encrypts alone */
  private letAgentsUse(project: string): ReadonlyMap<Service, KmsCryptoKeyIamMember> {
    const storage = new DataGoogleStorageProjectServiceAccount(this, 'StorageAgent', { project });
    // Reading it creates the account.
    const bigquery = new DataGoogleBigqueryDefaultServiceAccount(this, 'BigqueryAgent', { project });
    const { number } = new DataGoogleProject(this, 'Project', { projectId: project });
    const role = 'roles/cloudkms.cryptoKeyEncrypterDecrypter';
    const emails = {
      storage: storage.emailAddress,
      bigquery: bigquery.email,
      ...Object.fromEntries(
        Object.entries(AGENTS).map(([service, agent]) => [
          service,
          `service-${number}@${agent}.iam.gserviceaccount.com`,
        ]),
      ),
    };
    return new Map(
      Object.entries(emails).map(([service, email]) => [
        service as Service,
        new KmsCryptoKeyIamMember(this, `${pascalCase(service)}Use`, {
          cryptoKeyId: this.keyName,
          role,
          member: `serviceAccount:${email}`,
        }),
      ]),
    );
  }
}

/** Makes what is encrypted with a key wait until its service's agent may use it, and for no other agent. */
class WaitForAgent implements IAspect {
  constructor(
    private readonly keyName: string,
    private readonly bindings: ReadonlyMap<Service, KmsCryptoKeyIamMember>,
  ) {}

  visit(node: IConstruct): void {
    if (!(node instanceof TerraformResource)) return;
    const service = SERVICE_OF_TYPE[node.terraformResourceType];
    const binding = service && this.bindings.get(service);
    if (!binding || TerraformStack.of(node) !== TerraformStack.of(binding)) return;
    // The key's name is not resolved yet: the same text stands wherever it was handed to.
    if (!JSON.stringify(node.toTerraform()).includes(this.keyName)) return;
    node.dependsOn = [...new Set([...(node.dependsOn ?? []), dependable(binding)])];
  }
}

/** The key that a construct encrypts with: the one that is wired in, or one of its own where the plan asks for it. */
export function encryptionKeyFor(
  scope: Construct,
  encryption: 'managed' | 'customerKey',
  wired: IEncryptionKey | undefined,
): IEncryptionKey | null {
  if (encryption === 'managed') return null;
  if (wired) return wired;
  const stack = TerraformStack.of(scope);
  return (
    (stack.node.tryFindChild('MlpKey') as EncryptionKey | undefined) ??
    new EncryptionKey(stack, 'MlpKey', { deletionProtection: true })
  );
}
