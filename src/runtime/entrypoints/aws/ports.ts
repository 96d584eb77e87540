import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type AwsEnv, TARGET_LOOK_SECONDS } from '../../../contract/aws';
import type { TaskEvent } from '../../../contract/events';
import { dataSchema } from '../../../definition/data';
import type { Task } from '../../../kernel/metric-catalogue';
import { AthenaDataSource } from '../../adapters/aws/athena-data-source';
import { AthenaSqlEngine } from '../../adapters/aws/athena-sql-engine';
import { bucketLocation } from '../../adapters/aws/bucket-location';
import { SYSTEM_CLOCK } from '../../adapters/aws/clock';
import { CloudWatchTelemetry } from '../../adapters/aws/cloudwatch-telemetry';
import { DynamoStateStore } from '../../adapters/aws/dynamo-state-store';
import { EmfMetricSink } from '../../adapters/aws/emf-metric-sink';
import { EndpointRequests } from '../../adapters/aws/endpoint-requests';
import { EventBridgeAnnouncer } from '../../adapters/aws/event-bridge-announcer';
import { imageUri } from '../../adapters/aws/image-reference';
import { ModelMonitorExport } from '../../adapters/aws/model-monitor-export';
import { OpsItems } from '../../adapters/aws/ops-items';
import { resourceTags } from '../../adapters/aws/resource-tags';
import { S3ArtifactStore } from '../../adapters/aws/s3-artifact-store';
import { S3LedgerStore } from '../../adapters/aws/s3-ledger-store';
import { SageMakerCatalogue } from '../../adapters/aws/sagemaker-catalogue';
import { SageMakerEndpoint } from '../../adapters/aws/sagemaker-endpoint';
import { LOOK_SECONDS, SageMakerServingTarget } from '../../adapters/aws/sagemaker-serving-target';
import { SnsNotifier } from '../../adapters/aws/sns-notifier';
import { StepFunctionsStarter } from '../../adapters/aws/step-functions-starter';
import { VariantScaling } from '../../adapters/aws/variant-scaling';
import { athena } from '../../sql/dialects/athena';
import { CAPTURE_COLUMNS, type Ports, stateKeys } from '../../usecases';

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const words = (text: string): string[] => text.split(',').filter((one) => one !== '');

/** Looks at a changing endpoint within one call; then the state machine calls again. */
const LOOKS = TARGET_LOOK_SECONDS / LOOK_SECONDS;

/** The ports of a handler, wired to AWS; clients are made once a process and connect when they are used. */
export function awsPorts(env: AwsEnv, event: TaskEvent): Ports {
  const region = { region: env.AWS_REGION };
  // Versions of another environment may lie in another region.
  const s3 = new S3Client({ ...region, followRegionRedirects: true });
  const sagemaker = new SageMakerClient(region);
  const location = bucketLocation(env.MLP_ARTIFACTS);
  const endpoint = new SageMakerEndpoint(sagemaker, {
    endpoint: env.MLP_ENDPOINT,
    roleArn: env.MLP_SERVER_ROLE,
    bucket: location.bucket,
    key: env.MLP_KEY,
    subnets: words(env.MLP_SUBNETS),
    securityGroups: words(env.MLP_SECURITY_GROUPS),
    tags: resourceTags(env.MLP_TAGS),
  });
  const state = new DynamoStateStore(new DynamoDBClient(region), env.MLP_STATE);
  const scaling = new VariantScaling(new ApplicationAutoScalingClient(region), env.MLP_ENDPOINT, {
    // SageMaker's variants have one instance at least.
    min: Math.max(1, env.MLP_INSTANCES_MIN),
    max: env.MLP_INSTANCES_MAX,
    targetRequestsPerInstance: env.MLP_TARGET_REQUESTS,
  });
  const ssm = new SSMClient(region);
  const image = (): Promise<string> => imageUri(ssm, env.MLP_SERVER_IMAGE);
  const sql = new AthenaSqlEngine(new AthenaClient(region), {
    workgroup: env.MLP_WORKGROUP,
    database: env.MLP_DATABASE,
    sleep,
  });
  const { data: section } = event.arguments;
  const data = section === undefined ? undefined : dataSchema.parse(section);
  const artifacts = new S3ArtifactStore(s3, location);
  return {
    platform: env.MLP_PLATFORM,
    model: env.MLP_MODEL,
    artifacts: data === undefined ? artifacts : new ModelMonitorExport(artifacts, data.columns),
    state,
    ledger: new S3LedgerStore(s3, env.MLP_LEDGER),
    catalogue: new SageMakerCatalogue(sagemaker, { group: env.MLP_MODEL_GROUP, image }),
    serving: new SageMakerServingTarget(endpoint, scaling, {
      instanceType: env.MLP_SERVER_INSTANCE,
      image,
      sleep,
      requests: new EndpointRequests(state, stateKeys.servingRequest(env.MLP_ENDPOINT)),
      looks: LOOKS,
      abortAlarms: words(env.MLP_ABORT_ALARMS),
    }),
    telemetry: new CloudWatchTelemetry(new CloudWatchClient(region), s3, endpoint, {
      bucket: location.bucket,
      abortAlarms: words(env.MLP_ABORT_ALARMS),
    }),
    metrics: new EmfMetricSink({ platform: env.MLP_PLATFORM, model: env.MLP_MODEL }, (line) => console.log(line)),
    notifier: new SnsNotifier(
      new SNSClient(region),
      { page: env.MLP_TOPIC_PAGE, ticket: env.MLP_TOPIC_TICKET, info: env.MLP_TOPIC_INFO },
      env.MLP_RUNBOOKS,
    ),
    workflows: new StepFunctionsStarter(new SFNClient(region), {
      pipeline: env.MLP_PIPELINE_MACHINE,
      release: env.MLP_RELEASE_MACHINE,
    }),
    announcer: new EventBridgeAnnouncer(new EventBridgeClient(region), {
      platform: env.MLP_PLATFORM,
      model: env.MLP_MODEL,
      artifacts: location.bucket,
    }),
    incidents: new OpsItems(ssm, { platform: env.MLP_PLATFORM, model: env.MLP_MODEL }),
    data: new AthenaDataSource(sql, s3, athena, {
      location,
      database: env.MLP_DATABASE,
      captureColumns: CAPTURE_COLUMNS,
      hasLabels: env.MLP_LABELS !== '',
      timestamp: env.MLP_TIMESTAMP,
      ...(data !== undefined && {
        model: { task: String(event.arguments['task']) as Task, data },
      }),
    }),
    sql,
    dialect: athena,
    clock: SYSTEM_CLOCK,
  };
}
