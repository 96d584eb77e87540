import { CloudbuildTrigger, type CloudbuildTriggerBuildStep } from '@cdktf/provider-google/lib/cloudbuild-trigger';
import { Cloudbuildv2Repository } from '@cdktf/provider-google/lib/cloudbuildv2-repository';
import { Construct } from 'constructs';
import type { DeliveryPlan } from '../../plan/plan';
import type { EvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';
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
  /** Pipelines that train again when the code has changed. */
  readonly pipelines: readonly EvalGatePipeline[];
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
const GCLOUD_IMAGE = 'gcr.io/google.com/cloudsdktool/cloud-sdk:slim';

/**
 * CI/CD of code on Cloud Build: lint, build and test, then the images of trainers and servers, named by commit and as
 * `current`, then training with them. What is around the models is applied with Terraform. A manual environment waits for an approval before its build starts. Without a connection to the source
 * there is no trigger, and `trigger` is null.
 */
export class Delivery extends Construct {
  readonly identity: RoleIdentity;
  readonly trigger: CloudbuildTrigger | null;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { delivery, registries, pipelines } = props;
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    this.identity = new RoleIdentity(this, 'Identity', { role: 'delivery', of: context.platform, project });
    const starts = pipelines.length > 0;
    this.identity.grant(
      delivery.permissions.filter(({ action }) => starts || action !== 'startPipeline'),
      { project, region },
    );
    for (const registry of Object.values(registries)) registry.grants.pushImages(this.identity.member);
    const { connection } = delivery.source;
    this.trigger = connection.google === null ? null : this.triggerOf(props, connection.google);
    if (this.trigger) this.node.defaultChild = this.trigger;
  }

  private triggerOf(props: DeliveryProps, connection: string): CloudbuildTrigger {
    const { delivery, environment, registries, pipelines } = props;
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
        step: [
          ...commandSteps(delivery, environment),
          ...imageSteps(delivery, registries),
          ...pipelines.map((pipeline) => trainingStep(pipeline, region)),
        ],
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
  return images.flatMap((image) => {
    const id = `${image.model}-${image.purpose}`;
    const all = addresses(image, registries);
    const build = ['build', ...all.flatMap((address) => ['--tag', address]), image.folder];
    return [
      { id, name: DOCKER_IMAGE, args: build },
      // What a build lists as its images is pushed when all steps are done: training would begin with the ones before.
      ...all.map((address, place) => ({ id: `push-${id}-${place}`, name: DOCKER_IMAGE, args: ['push', address] })),
    ];
  });
}

/** Asks for training, and does not wait for it. What was run is an execution of the workflow by its own id. */
function trainingStep({ model, workflowId }: EvalGatePipeline, region: string): CloudbuildTriggerBuildStep {
  return {
    id: `train-${model}`,
    name: GCLOUD_IMAGE,
    env: ['COMMIT=$COMMIT_SHA', `WORKFLOW=${workflowId}`, `REGION=${region}`],
    script: terraformText(
      [
        '#!/usr/bin/env bash',
        'set -euo pipefail',
        '# Without a history the time of the commit is not known, and the lead time begins with the run.',
        'at=$(git show --no-patch --format=%aI "$COMMIT" || true)',
        'input=$(printf \'{"startedBy":"delivery","cause":"code","commit":"%s"\' "$COMMIT")',
        'if [ -n "$at" ]; then input=$(printf \'%s,"committedAt":"%s"\' "$input" "$at"); fi',
        'gcloud workflows execute "$WORKFLOW" --location "$REGION" --data "$input}"',
        '',
      ].join('\n'),
    ),
  };
}

/** An image by the commit that it was built from, and as the one that is used next. */
const addresses = ({ model, purpose }: Image, registries: DeliveryProps['registries']): string[] => {
  const registry = registries[model];
  return registry ? [`${registry.imageRoot}/${purpose}:$COMMIT_SHA`, `${registry.imageRoot}/${purpose}:current`] : [];
};
