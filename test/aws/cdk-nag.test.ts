import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { MlPlatform } from '../../src/aws';
import { definitions } from './support/definition';
import './support/stacks';

/** What AwsSolutions asks for and we do otherwise, with the reason. Each line must explain something. */
const EXPLAINED: readonly (readonly [rule: RegExp, reason: string])[] = [
  [
    /^AwsSolutions-S1$/,
    'the record of each access comes with stage scale, by CloudTrail data events, which name the caller; its own bucket has digest files, and that of the delivery is read and written by CodePipeline and CodeBuild alone',
  ],
  [/^AwsSolutions-IAM5\[Resource::<\w+\.Arn>(\/(capture|queries|runs))?\/\*\]$/, 'objects of one bucket of the model'],
  [
    /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::acme-churn\/\w+\/\*\]$/,
    'objects below the location of the data',
  ],
  [/^AwsSolutions-IAM5\[Resource::<\w+\.Arn>:\*\]$/, 'versions of one function: how CDK grants its invocation'],
  [
    /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:sagemaker:.*:(model|model-package|endpoint-config|training-job|transform-job)\/acme-churn(-t)?[-/]\*\]$/,
    "names are made at run time below the model's own prefix",
  ],
  [
    /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:glue:.*:table\/acme_churn_\w+\/\*\]$/,
    "tables of the model's own database",
  ],
  [
    /^AwsSolutions-IAM5\[Resource::.*:log-group:\/aws\/(sagemaker|codebuild)\/.*\*\]$/,
    'log groups and streams that the service names',
  ],
  [
    /^AwsSolutions-IAM5\[Resource::.*:ec2:.*:network-interface\/\*\]$/,
    'interfaces have ids that EC2 makes up; subnets, the group and a condition say where they may be',
  ],
  [/^AwsSolutions-IAM5\[Resource::.*:execution:.*\*\]$/, 'executions of one state machine'],
  [
    /^AwsSolutions-IAM5\[Resource::.*:cloudwatch:.*:alarm:\*\]$/,
    'CloudWatch authorises describing alarms by this ARN alone',
  ],
  [
    /^AwsSolutions-IAM5\[Resource::.*:application-autoscaling:.*:scalable-target\/\*\]$/,
    'targets have ids that the service makes up; conditions say that they are variants of endpoints',
  ],
  [
    /^AwsSolutions-IAM5\[Resource::.*:cloudwatch:.*:alarm:TargetTracking-endpoint\/acme-churn\/variant\/\*\]$/,
    'alarms of the autoscaling of one endpoint, which the service names',
  ],
  [
    /^AwsSolutions-IAM5\[Resource::.*:ssm:.*:opsitem\/\*\]$/,
    'items have ids that the service makes up; conditions say that they carry the tag of the platform',
  ],
  [/^AwsSolutions-IAM5\[Resource::.*:codebuild:.*:report-group\/.*\*\]$/, "report groups of one project: CDK's grant"],
  [/^AwsSolutions-IAM5\[Resource::\*\]$/, 'calls that AWS authorises by no resource; ml-platform.test.ts lists them'],
  [
    /^AwsSolutions-IAM5\[Action::(s3:(Abort|DeleteObject|GetBucket|GetObject|List)|kms:(GenerateDataKey|ReEncrypt))\*\]$/,
    "CDK's grants of CodePipeline on its artifact bucket",
  ],
];

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

test('AwsSolutions finds nothing that is not explained', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'nag-'));
  try {
    const app = new App({ outdir, analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
    for (const stage of ['core', 'scale'] as const) {
      new MlPlatform(new Stack(app, `Acme-${stage}`), 'Platform', { definition: definitions[stage] });
    }
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    // Findings make the synthesis fail; what they are stands in the report.
    expect(() => app.synth()).toThrow(/AwsSolutions/);
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    const found = report.pluginReports.flatMap(({ violations }) => violations);
    expect(found.length).toBeGreaterThan(0);
    const unexplained = found
      .filter(({ ruleName }) => !EXPLAINED.some(([rule]) => rule.test(ruleName)))
      .map(({ ruleName, violatingConstructs: [first] }) => `${ruleName} at ${first?.constructPath}`);
    expect(unexplained).toEqual([]);
    const idle = EXPLAINED.filter(([rule]) => !found.some(({ ruleName }) => rule.test(ruleName)));
    expect(idle.map(([rule]) => rule.source)).toEqual([]);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});
