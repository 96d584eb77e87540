import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { MlPlatform } from '../../src/aws';
import { definitions } from './support/definition';

const region = 'eu-central-1';
const [STAGING, PRODUCTION] = ['111111111111', '222222222222'];

function templateOf(environment: string, environments = definitions.scale.environments): Template {
  const account = environments?.find(({ name }) => name === environment)?.aws?.account ?? STAGING;
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
  const stack = new Stack(app, `acme-${environment}`, { env: { account, region } });
  new MlPlatform(stack, 'Platform', { definition: { ...definitions.scale, environments }, environment });
  return Template.fromStack(stack);
}

const staging = templateOf('staging');
const production = templateOf('production');
const PROMOTED = {
  source: ['ml-platform-constructs'],
  'detail-type': ['Model Version Promoted'],
  account: [STAGING],
  region: [region],
};

describe('the environment before', () => {
  it('tells the next one of what it promotes', () => {
    staging.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { ...PROMOTED, detail: { platform: ['acme'] } },
      Targets: [
        Match.objectLike({
          Arn: Match.objectLike({
            'Fn::Join': [
              '',
              Match.arrayWith([Match.stringLikeRegexp(`:events:${region}:${PRODUCTION}:event-bus/default`)]),
            ],
          }),
        }),
      ],
    });
  });

  it('lets its account read what a version consists of, and neither data sets nor the ledger', () => {
    const statements = Object.values(staging.findResources('AWS::S3::BucketPolicy')).flatMap(
      (policy) => policy['Properties'].PolicyDocument.Statement as Record<string, never>[],
    );
    const theirs = statements.filter((statement) => JSON.stringify(statement['Principal'] ?? '').includes(PRODUCTION));
    expect(theirs).toHaveLength(2);
    const text = JSON.stringify(theirs);
    for (const key of ['/versions/*', '/runs/*/model/*', '/runs/*/model.tar.gz']) expect(text).toContain(key);
    expect(text).not.toMatch(/train\.|test\.jsonl|Ledger|s3:Put|s3:Delete/);
  });

  it('lets its account decrypt by S3 alone, and pull the images', () => {
    const keys = JSON.stringify(staging.findResources('AWS::KMS::Key'));
    expect(keys).toMatch(new RegExp(`"kms:ViaService":\\{"Fn::Join":\\["",\\["s3\\.${region}\\.`));
    const repositories = Object.values(staging.findResources('AWS::ECR::Repository'));
    expect(repositories).toHaveLength(2);
    for (const { Properties } of repositories) {
      expect(JSON.stringify(Properties.RepositoryPolicyText)).toContain(`:iam::${PRODUCTION}:root`);
    }
  });

  it('names the last build in the next one, when it has deployed it', () => {
    const projects = Object.values(staging.findResources('AWS::CodeBuild::Project')).map(({ Properties }) =>
      JSON.stringify(Properties.Source),
    );
    const handover = projects.filter((text) => text.includes('assume-role'));
    expect(handover).toHaveLength(1);
    expect(handover[0]).toContain(`iam::${PRODUCTION}:role/acme-images-${region}`);
    expect(handover[0]).toContain('/acme/churn/trainer/image');
    expect(handover[0]!.indexOf('cdk deploy')).toBeLessThan(handover[0]!.indexOf('assume-role'));
  });
});

describe('the environment after', () => {
  it('takes events of that account alone, and asks for a person where it says so', () => {
    production.hasResourceProperties('AWS::Events::EventBusPolicy', { Action: 'events:PutEvents', Principal: STAGING });
    production.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { ...PROMOTED, detail: { platform: ['acme'], model: ['churn'] } },
      Targets: [
        Match.objectLike({
          InputTransformer: Match.objectLike({
            InputTemplate: Match.stringLikeRegexp('"from":"staging","approval":"manual"'),
          }),
        }),
      ],
    });
  });

  it('reads buckets and keys of that account alone', () => {
    const statements = Object.values(production.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement as Record<string, never>[],
    );
    const anyBucket = statements.filter(({ Resource }) => JSON.stringify(Resource).includes(':s3:::*'));
    expect(anyBucket).toHaveLength(2);
    for (const { Condition } of anyBucket)
      expect(Condition).toEqual({ StringEquals: { 's3:ResourceAccount': STAGING } });
    const keys = statements.filter(({ Resource }) =>
      JSON.stringify(Resource).includes(`:kms:${region}:${STAGING}:key/*`),
    );
    expect(keys).toMatchObject([
      { Action: 'kms:Decrypt', Condition: { StringEquals: { 'kms:ViaService': expect.anything() } } },
    ]);
  });

  it('has no images of its own: it pulls those of the first, by the digest that the delivery writes', () => {
    production.resourceCountIs('AWS::ECR::Repository', 0);
    expect(JSON.stringify(production.findResources('AWS::IAM::Policy'))).toContain(
      `:ecr:${region}:${STAGING}:repository/acme-churn-server`,
    );
    production.hasResourceProperties('AWS::IAM::Role', { RoleName: `acme-images-${region}` });
    production.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'ssm:PutParameter' })] },
    });
  });
});

it('two environments of one account share their bus, and need no policy of it', () => {
  const environments = [
    { name: 'staging', aws: { account: STAGING, region } },
    { name: 'production', aws: { account: STAGING, region } },
  ];
  const [before, after] = [templateOf('staging', environments), templateOf('production', environments)];
  expect(JSON.stringify(before.findResources('AWS::Events::Rule'))).not.toContain('event-bus');
  after.resourceCountIs('AWS::Events::EventBusPolicy', 0);
  after.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { ...PROMOTED, detail: { platform: ['acme-staging'], model: ['churn'] } },
  });
});

it('two regions of one account are told apart: what an environment promotes itself is no offer to it', () => {
  const environments = [
    { name: 'staging', aws: { account: STAGING, region: 'us-east-1' } },
    { name: 'production', aws: { account: STAGING, region } },
  ];
  const after = templateOf('production', environments);
  const detail = { platform: ['acme-staging'], model: ['churn'] };
  after.hasResourceProperties('AWS::Events::Rule', { EventPattern: { ...PROMOTED, region: ['us-east-1'], detail } });
  const budgets = JSON.stringify(after.findResources('AWS::Budgets::Budget'));
  expect(budgets).toContain('acme-production-monthly');
  for (const filter of ['user:mlp:platform$acme-production', 'user:mlp:model$acme-production/churn']) {
    expect(budgets).toContain(filter);
  }
  expect(JSON.stringify(after.findResources('AWS::Lambda::Function'))).toContain('acme-production/churn');
});

it('an environment in another region is warned: SageMaker pulls images of its own region alone', () => {
  const environments = [
    { name: 'staging', aws: { account: STAGING, region } },
    { name: 'production', aws: { account: PRODUCTION, region: 'us-east-1' } },
  ];
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
  const stack = new Stack(app, 'Other', { env: { account: PRODUCTION, region: 'us-east-1' } });
  new MlPlatform(stack, 'Platform', { definition: { ...definitions.scale, environments }, environment: 'production' });
  Annotations.fromStack(stack).hasWarning(
    '/Other/Platform',
    Match.stringLikeRegexp('pulls images of its own region alone'),
  );
});

it('a single environment offers nothing and takes nothing', () => {
  const alone = templateOf('staging', [{ name: 'staging', aws: { account: STAGING, region } }]);
  alone.resourceCountIs('AWS::Events::EventBusPolicy', 0);
  expect(JSON.stringify(alone.findResources('AWS::Events::Rule'))).not.toContain('Model Version Promoted');
});
