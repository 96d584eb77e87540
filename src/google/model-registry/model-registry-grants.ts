import { ArtifactRegistryRepositoryIamMember } from '@cdktf/provider-google/lib/artifact-registry-repository-iam-member';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import { locationOf } from '../support/location';
import { memberId } from '../support/names';
import type { IModelRegistry } from './model-registry';

/** Access to a registry for members that are not of the platform. */
export class RegistryGrants {
  constructor(private readonly registry: IModelRegistry) {}

  /** May read artifacts and version records. @param member such as `serviceAccount:…` or `group:…` */
  read(member: string): void {
    this.onBucket('Read', this.registry.artifactBucketName, 'roles/storage.objectViewer', member);
  }

  /** May read the audit ledger. */
  audit(member: string): void {
    this.onBucket('Audit', this.registry.ledgerBucketName, 'roles/storage.objectViewer', member);
  }

  /** May push images of the trainer and the server. */
  pushImages(member: string): void {
    const { project, region } = locationOf(this.registry);
    new ArtifactRegistryRepositoryIamMember(this.registry, memberId(this.registry, 'Push', member), {
      project,
      location: region,
      repository: this.registry.repositoryId,
      role: 'roles/artifactregistry.writer',
      member,
    });
  }

  private onBucket(verb: string, bucket: string, role: string, member: string): void {
    new StorageBucketIamMember(this.registry, memberId(this.registry, verb, member), { bucket, role, member });
  }
}
