import { CloudbuildTrigger, type CloudbuildTriggerBuildStep } from '@cdktf/provider-google/lib/cloudbuild-trigger';
import { Cloudbuildv2Repository } from '@cdktf/provider-google/lib/cloudbuildv2-repository';
import { Construct } from 'constructs';
import type { DeliveryPlan } from '../../plan/plan';
import type { IModelRegistry } from '../model-registry/model-registry';
import { labelValue } from '../support/labels';
import { locationOf } from '../support/location';
import { physicalName, shortHash } from '../support/names';
import { platformContextOf } from '../support/platform-context';
import { RoleIdentity } from '../support/role-identity';
import { terraformText } from '../support/step-graph-to-workflow';

export interface DeliveryProps {
  readonly delivery: DeliveryPlan;
  /** Environment that this stack is; null for a stack that serves any. */
  readonly environment: string | null;
  /** Registries by model: where images go. */
  readonly registries: Readonly<Record<string, IModelRegistry>>;
}

/** Where the source is hosted. */
const HOSTS = {
  github: 'https://github.com',
  gitlab: 'https://gitlab.com',
  bitbucket: 'https://bitbucket.org',
} as const;
/** Builds run on Node where the definition names no image. */
const DEFAULT_IMAGE = 'node:22';
const DOCKER_IMAGE = 'gcr.io/cloud-builders/docker';

/**
 * CI/CD of code on Cloud Build: lint, build and test, then the images of trainers and servers, named by commit and as
 * `current`. A manual environment waits for an approval before its build starts. Without a connection to the source
 * there is no trigger, and `trigger` is null.
 */
export class Delivery extends Construct {
  readonly identity: RoleIdentity;
  readonly trigger: CloudbuildTrigger | null;

  constructor(scope: Construct, id: string, { delivery, environment, registries }: DeliveryProps) {
    super(scope, id);
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    this.identity = new RoleIdentity(this, 'Identity', { role: 'delivery', of: context.platform, project });
    this.identity.grant(delivery.permissions, { project, region });
    for (const registry of Object.values(registries)) registry.grants.pushImages(this.identity.member);
    const { connection } = delivery.source;
    this.trigger =
      connection.google === null ? null : this.triggerOf(delivery, environment, registries, connection.google);
    if (this.trigger) this.node.defaultChild = this.trigger;
  }

  private triggerOf(
    delivery: DeliveryPlan,
    environment: string | null,
    registries: DeliveryProps['registries'],
    connection: string,
  ): CloudbuildTrigger {
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const host = HOSTS[delivery.source.provider as keyof typeof HOSTS];
    const repository = new Cloudbuildv2Repository(this, 'Repository', {
      project,
      location: region,
      name: `${delivery.source.repository.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 50)}-${shortHash(this.node.path)}`,
      parentConnection: `projects/${project}/locations/${region}/connections/${connection}`,
      remoteUri: `${host}/${delivery.source.repository}.git`,
    });
    return new CloudbuildTrigger(this, 'Trigger', {
      project,
      location: region,
      name: physicalName(this, 'trigger', context.platform, environment ?? 'delivery'),
      description: `${delivery.source.repository} to ${environment ?? 'its environment'}`,
      tags: [labelValue(context.platform), ...(environment === null ? [] : [labelValue(environment)])],
      serviceAccount: this.identity.account.id,
      repositoryEventConfig: {
        repository: repository.id,
        push: { branch: `^${escapeRegExp(delivery.source.branch)}$` },
      },
      approvalConfig: { approvalRequired: needsApproval(delivery, environment) },
      buildAttribute: {
        step: [...commandSteps(delivery, environment), ...imageSteps(delivery, registries)],
        images: delivery.images.flatMap((image) => addresses(image, registries)),
        timeout: `${Math.ceil(delivery.timeoutSeconds)}s`,
        options: { logging: 'CLOUD_LOGGING_ONLY', requestedVerifyOption: 'VERIFIED' },
      },
    });
  }
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const needsApproval = ({ stages }: DeliveryPlan, environment: string | null): boolean =>
  stages.some((stage) => stage.kind === 'approval' && (environment === null || stage.environment === environment));

/** Commands of the plan's stages; integration tests belong to the first environment. */
function commandSteps({ stages, buildImage }: DeliveryPlan, environment: string | null): CloudbuildTriggerBuildStep[] {
  const first = stages.find((stage) => stage.kind === 'deploy');
  const isFirst = environment === null || (first?.kind === 'deploy' && first.environment === environment);
  return stages.flatMap((stage) => {
    if (stage.kind !== 'commands' || (stage.id === 'integrationTest' && !isFirst)) return [];
    return [
      {
        id: stage.id,
        name: buildImage.google ?? DEFAULT_IMAGE,
        // A script is not searched for substitutions of Cloud Build.
        script: terraformText(['#!/usr/bin/env bash', 'set -euo pipefail', ...stage.commands, ''].join('\n')),
      },
    ];
  });
}

type Image = DeliveryPlan['images'][number];

function imageSteps({ images }: DeliveryPlan, registries: DeliveryProps['registries']): CloudbuildTriggerBuildStep[] {
  return images.map((image) => ({
    id: `${image.model}-${image.purpose}`,
    name: DOCKER_IMAGE,
    args: ['build', ...addresses(image, registries).flatMap((address) => ['--tag', address]), image.folder],
  }));
}

/** An image by the commit that it was built from, and as the one that is used next. */
const addresses = ({ model, purpose }: Image, registries: DeliveryProps['registries']): string[] => {
  const registry = registries[model];
  return registry ? [`${registry.imageRoot}/${purpose}:$COMMIT_SHA`, `${registry.imageRoot}/${purpose}:current`] : [];
};
