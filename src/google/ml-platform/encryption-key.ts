import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { DataGoogleStorageProjectServiceAccount } from '@cdktf/provider-google/lib/data-google-storage-project-service-account';
import { KmsCryptoKey } from '@cdktf/provider-google/lib/kms-crypto-key';
import { KmsCryptoKeyIamMember } from '@cdktf/provider-google/lib/kms-crypto-key-iam-member';
import { KmsKeyRing } from '@cdktf/provider-google/lib/kms-key-ring';
import { Construct } from 'constructs';
import { pascalCase } from '../../kernel/names';
import { TerraformStack } from '../support/cdktf';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { platformContextOf } from '../support/platform-context';

/** A Cloud KMS key that storage is encrypted with. */
export interface IEncryptionKey {
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…`. Whoever reads it waits for the service agents' access. */
  readonly keyName: string;
}

/** 90 days, in which a key gets a new version. */
const ROTATION = '7776000s';

/** Service agents that encrypt and decrypt with the key, by service. */
const AGENTS = {
  bigquery: (number: string) => `bq-${number}@bigquery-encryption.iam.gserviceaccount.com`,
  'artifact-registry': (number: string) => `service-${number}@gcp-sa-artifactregistry.iam.gserviceaccount.com`,
  'vertex-ai': (number: string) => `service-${number}@gcp-sa-aiplatform.iam.gserviceaccount.com`,
  pubsub: (number: string) => `service-${number}@gcp-sa-pubsub.iam.gserviceaccount.com`,
} as const;

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
    // A name that depends on the bindings: what is encrypted with the key is created after its agent may use it.
    this.keyName = this.letAgentsUse(project);
  }

  /** A key that exists already; its service agents' access is its owner's matter. */
  static fromKeyName(keyName: string): IEncryptionKey {
    return { keyName };
  }

  /** @returns the key's name, known once every agent may use it */
  private letAgentsUse(project: string): string {
    const storage = new DataGoogleStorageProjectServiceAccount(this, 'StorageAgent', { project });
    const { number } = new DataGoogleProject(this, 'Project', { projectId: project });
    const role = 'roles/cloudkms.cryptoKeyEncrypterDecrypter';
    const members = [
      { id: 'Storage', member: `serviceAccount:${storage.emailAddress}` },
      ...Object.entries(AGENTS).map(([service, email]) => ({
        id: pascalCase(service),
        member: `serviceAccount:${email(number)}`,
      })),
    ];
    // One after the other, so that the last one's name means that all of them are there.
    const made: KmsCryptoKeyIamMember[] = [];
    for (const { id, member } of members) {
      const cryptoKeyId = made.at(-1)?.cryptoKeyId ?? this.key.id;
      made.push(new KmsCryptoKeyIamMember(this, `${id}Use`, { cryptoKeyId, role, member }));
    }
    return made.at(-1)!.cryptoKeyId;
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
