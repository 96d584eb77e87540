import { Annotations, Aws, Stack } from 'aws-cdk-lib';
import {
  CfnEventBusPolicy,
  EventBus,
  EventField,
  type EventPattern,
  Rule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget, LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { EVENT_SOURCE, PROMOTED } from '../../contract/aws';
import { pascalCase } from '../../kernel/names';
import type { EvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';
import type { ModelRegistry } from '../model-registry/model-registry';
import type { Place } from '../support/places';
import { stackMate } from '../support/stack-mate';

/** What a version consists of, below the artifacts' bucket; data sets stay where they are. */
const READABLE = [
  'versions/*',
  'runs/*/model/*',
  'runs/*/model.tar.gz',
  'runs/*/profile.json',
  'runs/*/metrics.json',
  'runs/*/gate.json',
];
const RETRIES = 3;

const isSame = (one: Place, other: Place): boolean => one.account === other.account && one.region === other.region;
const promotedBy = (place: Place): EventPattern => ({
  source: [EVENT_SOURCE],
  detailType: [PROMOTED],
  account: [place.account],
  region: [place.region],
  detail: { platform: [place.platform] },
});

export interface OfferProps {
  readonly own: Place;
  readonly to: Place;
  readonly registries: readonly ModelRegistry[];
  readonly encryptionKey?: IKey;
}

/** Offers what is promoted here to the environment after this one: it is told, and may read what a version consists of. */
export class VersionOffer extends Construct {
  constructor(scope: Construct, id: string, { own, to, registries, encryptionKey }: OfferProps) {
    super(scope, id);
    const { partition } = Stack.of(this);
    if (!isSame(own, to)) {
      const bus = `arn:${partition}:events:${to.region}:${to.account}:event-bus/default`;
      new Rule(this, 'Rule', {
        description: `Promoted versions, to ${to.name}`,
        eventPattern: promotedBy(own),
        targets: [new EventBusTarget(EventBus.fromEventBusArn(this, 'Bus', bus))],
      });
    }
    if (own.account === to.account) return;
    const reader = new AccountPrincipal(to.account);
    for (const { artifactBucket } of registries) {
      artifactBucket.addToResourcePolicy(
        new PolicyStatement({
          principals: [reader],
          actions: ['s3:GetObject'],
          resources: READABLE.map((key) => artifactBucket.arnForObjects(key)),
        }),
      );
      artifactBucket.addToResourcePolicy(
        new PolicyStatement({
          principals: [reader],
          actions: ['s3:ListBucket'],
          resources: [artifactBucket.bucketArn],
          conditions: { StringLike: { 's3:prefix': ['runs/*', 'versions/*'] } },
        }),
      );
    }
    const added = encryptionKey?.addToResourcePolicy(
      new PolicyStatement({
        principals: [reader],
        actions: ['kms:Decrypt'],
        resources: ['*'], // in a key's policy: the key itself
        conditions: { StringEquals: { 'kms:ViaService': `s3.${own.region}.${Aws.URL_SUFFIX}` } },
      }),
    );
    if (added?.statementAdded === false) {
      Annotations.of(this).addWarningV2(
        'ml-platform-constructs:imported-key',
        `the key is imported: let account ${to.account} decrypt with it through S3 (kms:Decrypt), or ${to.name} cannot read what is promoted here`,
      );
    }
  }
}

export interface IntakeProps {
  readonly own: Place;
  readonly from: Place;
  readonly pipelines: readonly EvalGatePipeline[];
}

/** Takes what the environment before this one has promoted: the same artifact, by digest, as a version of its own registry. */
export class VersionIntake extends Construct {
  constructor(scope: Construct, id: string, { own, from, pipelines }: IntakeProps) {
    super(scope, id);
    if (from.account !== own.account) {
      new CfnEventBusPolicy(this, 'BusPolicy', {
        statementId: `${own.platform}-promotions-of-${from.name}`.slice(0, 64),
        action: 'events:PutEvents',
        principal: from.account,
      });
    }
    for (const { model, handler } of pipelines) {
      handler.function.addEnvironment('MLP_ORIGIN_ACCOUNT', from.account);
      this.mayRead(handler.role, from);
      new Rule(stackMate(this, handler.function), pascalCase(model), {
        description: `Versions of ${model} that ${from.name} has promoted`,
        eventPattern: { ...promotedBy(from), detail: { platform: [from.platform], model: [model] } },
        targets: [
          new LambdaFunction(handler.function, {
            retryAttempts: RETRIES,
            deadLetterQueue: handler.deadLetters,
            event: RuleTargetInput.fromObject({
              offer: {
                account: EventField.account,
                artifacts: EventField.fromPath('$.detail.artifacts'),
                version: EventField.fromPath('$.detail.version'),
                artifactDigest: EventField.fromPath('$.detail.artifactDigest'),
              },
              run: EventField.eventId,
              arguments: { from: from.name, approval: own.approval },
            }),
          }),
        ],
      });
    }
  }

  /** Buckets and keys of the other account have names that its own deployment makes up: what they may be is said by conditions. */
  private mayRead(role: EvalGatePipeline['handler']['role'], from: Place): void {
    const { partition } = Stack.of(this);
    const isTheirs = { 's3:ResourceAccount': from.account };
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: READABLE.map((key) => `arn:${partition}:s3:::*/${key}`),
        conditions: { StringEquals: isTheirs },
      }),
    );
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [`arn:${partition}:s3:::*`],
        conditions: { StringEquals: isTheirs },
      }),
    );
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [`arn:${partition}:kms:${from.region}:${from.account}:key/*`],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${from.region}.${Aws.URL_SUFFIX}` } },
      }),
    );
  }
}
