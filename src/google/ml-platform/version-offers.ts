import { ArtifactRegistryRepositoryIamMember } from '@cdktf/provider-google/lib/artifact-registry-repository-iam-member';
import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import { Construct } from 'constructs';
import { pascalCase } from '../../kernel/names';
import type { IModelRegistry } from '../model-registry/model-registry';
import { locationOf } from '../support/location';
import { offersTopicName, type Place } from '../support/places';
import { platformContextOf } from '../support/platform-context';

export interface VersionOffersProps {
  readonly own: Place;
  /** The environment after this one. */
  readonly to: Place;
  /** It, and those after it: a version is served everywhere by the image that passed the gate with it. */
  readonly laters: readonly Place[];
  readonly kmsKeyName: string | null;
}

/** Objects that a version consists of; data sets stay where they are. */
const FILES = ['model.tar.gz', 'profile.json', 'metrics.json', 'gate.json'];

/**
 * Offers what is promoted here to the environment after this one: it hears of it on a topic, and may read what a version
 * consists of. All service accounts of its project may, as that of its handler does not exist before it is deployed. Images are
 * pulled by Google's agents of the projects that serve.
 */
export class VersionOffers extends Construct {
  /** `projects/…/topics/…`. */
  readonly topicId: string;
  private readonly reader: string;
  private readonly pullers: readonly { readonly id: string; readonly member: string }[];

  constructor(scope: Construct, id: string, { own, to, laters, kmsKeyName }: VersionOffersProps) {
    super(scope, id);
    const topic = new PubsubTopic(this, 'Topic', {
      project: own.project,
      name: offersTopicName(own),
      labels: { ...platformContextOf(this).labels },
      ...(kmsKeyName !== null && { kmsKeyName }),
    });
    this.node.defaultChild = topic;
    this.topicId = topic.id;
    const reader = new DataGoogleProject(this, 'Reader', { projectId: to.project });
    this.reader = everyOf(reader, 'ServiceAccount');
    const projects = new Map(laters.map((place) => [place.project, place.name]));
    projects.delete(own.project);
    this.pullers = [...projects].map(([projectId, name]) => {
      const project =
        projectId === to.project ? reader : new DataGoogleProject(this, `${pascalCase(name)}Project`, { projectId });
      return { id: pascalCase(name), member: everyOf(project, 'ServiceAgent') };
    });
    new PubsubTopicIamMember(this, 'Subscribe', {
      project: own.project,
      topic: topic.name,
      role: 'roles/pubsub.subscriber',
      member: this.reader,
    });
  }

  /** Lets the environment after this one read the versions of a registry, and all after it pull its images. */
  letRead({ model, artifactBucketName: bucket, repositoryId }: IModelRegistry): void {
    const { project, region } = locationOf(this);
    for (const { id, member } of this.pullers) {
      new ArtifactRegistryRepositoryIamMember(this, `${pascalCase(model)}Images${id}`, {
        project,
        location: region,
        repository: repositoryId,
        role: 'roles/artifactregistry.reader',
        member,
      });
    }
    new StorageBucketIamMember(this, `${pascalCase(model)}Versions`, {
      bucket,
      role: 'roles/storage.objectViewer',
      member: this.reader,
      condition: {
        title: 'what-a-version-consists-of',
        description: 'Versions with their models and evidence, and names of objects; no data sets',
        expression: [
          // Listing is asked of the bucket.
          'resource.type == "storage.googleapis.com/Bucket"',
          'resource.name.extract("/objects/versions/{version}") != ""',
          'resource.name.extract("/objects/runs/{run}/model/") != ""',
          ...FILES.map((file) => `resource.name.endsWith("/${file}")`),
        ].join(' || '),
      },
    });
  }
}

/** Everything of a kind that is of a project, also what is made later. */
const everyOf = ({ number }: DataGoogleProject, kind: 'ServiceAccount' | 'ServiceAgent'): string =>
  `principalSet://cloudresourcemanager.googleapis.com/projects/${number}/type/${kind}`;
