import { CloudbuildTrigger, type CloudbuildTriggerBuildStep } from '@cdktf/provider-google/lib/cloudbuild-trigger';
import { Cloudbuildv2Repository } from '@cdktf/provider-google/lib/cloudbuildv2-repository';
import { Construct } from 'constructs';
import { pascalCase } from '../../kernel/names';
import type { DeliveryPlan } from '../../plan/plan';
import type { CanaryEndpoint } from '../canary-endpoint/canary-endpoint';
import type { EvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';
import type { IModelRegistry } from '../model-registry/model-registry';
import { labelValue } from '../support/labels';
import { locationOf } from '../support/location';
import { physicalName, shortHash } from '../support/names';
import { platformContextOf } from '../support/platform-context';
import { RoleIdentity } from '../support/role-identity';
import { terraformText } from '../support/step-graph-to-workflow';
import { DeliveryIntake } from './delivery-intake';
import { TrainingRequests } from './training-requests';

export interface DeliveryProps {
  readonly delivery: DeliveryPlan;
  /** Environment that this stack is; null for a stack that serves any. */
  readonly environment: string | null;
  /** Registries by model: where images go. */
  readonly registries: Readonly<Record<string, IModelRegistry>>;
  /** Pipelines that train again when the code has changed. */
  readonly pipelines: readonly EvalGatePipeline[];
  /** Endpoints whose handlers are told how a delivery has ended. */
  readonly endpoints: readonly CanaryEndpoint[];
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
 * `current`, then training with them. What is around the models is applied with Terraform. A manual environment waits for an
 * approval before its build starts. Without a connection to the source there is no trigger, and `trigger` is null.
 */
export class Delivery extends Construct {
  readonly identity: RoleIdentity;
  readonly trigger: CloudbuildTrigger | null;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { delivery, registries } = props;
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    this.identity = new RoleIdentity(this, 'Identity', { role: 'delivery', of: context.platform, project });
    // A pipeline is asked by its topic (see TrainingRequests), which needs no right to start workflows.
    this.identity.grant(
      delivery.permissions.filter(({ action }) => action !== 'startPipeline'),
      { project, region },
    );
    for (const registry of Object.values(registries)) registry.grants.pushImages(this.identity.member);
    const { connection } = delivery.source;
    this.trigger = connection.google === null ? null : this.triggerOf(props, connection.google);
    if (!this.trigger) return;
    this.node.defaultChild = this.trigger;
    // The text itself: a reference would make the handler wait for the trigger, and that for the pipeline.
    const trigger = this.trigger.nameInput!;
    props.endpoints.forEach((endpoint, place) => {
      new DeliveryIntake(this, `${pascalCase(endpoint.model)}Delivered`, {
        endpoint,
        trigger,
        tells: place === 0,
      });
    });
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
          ...pipelines.map((pipeline) => this.trainingStep(pipeline)),
        ],
        images: delivery.images.flatMap((image) => addresses(image, registries)),
        timeout: `${Math.ceil(delivery.timeoutSeconds)}s`,
        options: { logging: 'CLOUD_LOGGING_ONLY', requestedVerifyOption: 'VERIFIED' },
      },
    });
  }

  /** Asks for training, and does not wait for it: the run is named by the build. */
  private trainingStep(pipeline: EvalGatePipeline): CloudbuildTriggerBuildStep {
    const { model } = pipeline;
    const requests = new TrainingRequests(this, `${pascalCase(model)}Training`, {
      pipeline,
      publisher: this.identity.member,
    });
    return {
      id: `train-${model}`,
      name: GCLOUD_IMAGE,
      env: ['COMMIT=$COMMIT_SHA', 'BUILD=$BUILD_ID', `TOPIC=${requests.topicId}`],
      script: terraformText(TRAINING_SCRIPT),
    };
  }
}

const TRAINING_SCRIPT = [
  '#!/usr/bin/env bash',
  'set -euo pipefail',
  '# Without a history the time of the commit is not known, and the lead time begins with the run.',
  'at=$(git show --no-patch --format=%aI "$COMMIT" || true)',
  'asked=$(printf \'{"build":"%s","commit":"%s"\' "$BUILD" "$COMMIT")',
  'if [ -n "$at" ]; then asked=$(printf \'%s,"committedAt":"%s"\' "$asked" "$at"); fi',
  'gcloud pubsub topics publish "$TOPIC" --message "$asked}"',
  '',
].join('\n');

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

/** An image by the commit that it was built from, and as the one that is used next. */
const addresses = ({ model, purpose }: Image, registries: DeliveryProps['registries']): string[] => {
  const registry = registries[model];
  return registry ? [`${registry.imageRoot}/${purpose}:$COMMIT_SHA`, `${registry.imageRoot}/${purpose}:current`] : [];
};
