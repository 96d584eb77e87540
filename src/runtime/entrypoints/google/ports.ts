import type { GoogleData, GoogleEnv } from '../../../contract/google';
import { OperationError } from '../../../kernel/problem';
import { authorisedSend } from '../../adapters/google/authorised-send';
import { BigQueryDataSource } from '../../adapters/google/bigquery-data-source';
import { BigQuerySqlEngine } from '../../adapters/google/bigquery-sql-engine';
import { GcsArtifactStore } from '../../adapters/google/gcs-artifact-store';
import { GcsBucket } from '../../adapters/google/gcs-bucket';
import { GcsLedgerStore } from '../../adapters/google/gcs-ledger-store';
import { GcsStateStore } from '../../adapters/google/gcs-state-store';
import { GoogleApi } from '../../adapters/google/google-api';
import { MonitoringMetricSink } from '../../adapters/google/monitoring-metric-sink';
import { MonitoringTelemetry } from '../../adapters/google/monitoring-telemetry';
import { PubsubAnnouncer } from '../../adapters/google/pubsub-announcer';
import { PubsubNotifier } from '../../adapters/google/pubsub-notifier';
import { VertexCatalogue } from '../../adapters/google/vertex-catalogue';
import { VertexExperiments } from '../../adapters/google/vertex-experiments';
import { VertexServingTarget } from '../../adapters/google/vertex-serving-target';
import { WorkflowIncidents } from '../../adapters/google/workflow-incidents';
import { WorkflowsStarter } from '../../adapters/google/workflows-starter';
import { bigquery } from '../../sql/dialects/bigquery';
import { CAPTURE_COLUMNS, type Ports } from '../../usecases';

export const CLOCK = { now: () => Math.floor(Date.now() / 1000) };
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** One for all calls of an instance: a token is asked for once an hour, not once a call. */
const send = authorisedSend();

/** Google's APIs as the service account of the function. */
export const googleApi = (env: GoogleEnv): GoogleApi =>
  new GoogleApi({ project: env.MLP_PROJECT, region: env.MLP_REGION, send, sleep });

/** Starts the workflows of a model. */
export const googleWorkflows = (env: GoogleEnv, api: GoogleApi): WorkflowsStarter =>
  new WorkflowsStarter(api, new GcsBucket(api, env.MLP_STATE), env.MLP_MODEL, CLOCK);

/** The ports of a handler, wired to Google Cloud. Nothing is called before it is used. */
export function googlePorts(env: GoogleEnv, data: GoogleData | null, api: GoogleApi = googleApi(env)): Ports {
  const subject = { platform: env.MLP_PLATFORM, model: env.MLP_MODEL };
  const bucket = new GcsBucket(api, env.MLP_ARTIFACTS);
  const workflows = googleWorkflows(env, api);
  const sql = new BigQuerySqlEngine(api);
  const captureTable = [env.MLP_PROJECT, env.MLP_DATASET, env.MLP_CAPTURE_TABLE];
  return {
    ...subject,
    clock: CLOCK,
    dialect: bigquery,
    sql,
    artifacts: new GcsArtifactStore(bucket),
    state: new GcsStateStore(new GcsBucket(api, env.MLP_STATE)),
    ledger: new GcsLedgerStore(new GcsBucket(api, env.MLP_LEDGER)),
    catalogue: new VertexCatalogue(api, {
      platform: env.MLP_PLATFORM,
      kmsKeyName: env.MLP_KEY,
      serverImage: env.MLP_SERVER_IMAGE,
    }),
    experiments: new VertexExperiments(api, { platform: env.MLP_PLATFORM, kmsKeyName: env.MLP_KEY }),
    serving: new VertexServingTarget(api, {
      endpoint: env.MLP_ENDPOINT,
      machineType: env.MLP_SERVER_MACHINE,
      serviceAccount: env.MLP_SERVER_ACCOUNT,
      accelerator:
        env.MLP_SERVER_ACCELERATOR === ''
          ? null
          : { type: env.MLP_SERVER_ACCELERATOR, count: env.MLP_SERVER_ACCELERATOR_COUNT },
    }),
    telemetry: new MonitoringTelemetry(api, sql, bigquery, {
      ...subject,
      endpoint: env.MLP_ENDPOINT,
      captureTable,
      task: data?.task ?? env.MLP_TASK,
    }),
    metrics: new MonitoringMetricSink(api, subject),
    notifier: new PubsubNotifier(api, {
      ...subject,
      topics: { page: env.MLP_TOPIC_PAGE, ticket: env.MLP_TOPIC_TICKET, info: env.MLP_TOPIC_INFO },
      log: (line) => console.log(line),
    }),
    ...(env.MLP_OFFERS !== '' && {
      announcer: new PubsubAnnouncer(api, { ...subject, artifacts: env.MLP_ARTIFACTS, topic: env.MLP_OFFERS }),
    }),
    workflows,
    incidents: new WorkflowIncidents(api, workflows),
    data: data ? dataSource(env, data, sql, bucket) : unreachable(),
  };
}

const dataSource = (env: GoogleEnv, data: GoogleData, sql: BigQuerySqlEngine, bucket: GcsBucket): BigQueryDataSource =>
  new BigQueryDataSource(sql, bucket, bigquery, {
    project: env.MLP_PROJECT,
    dataset: env.MLP_DATASET,
    captureTable: env.MLP_CAPTURE_TABLE,
    captureColumns: CAPTURE_COLUMNS,
    data,
  });

/** Data of a role that has none: asking for them is a fault of the wiring, and says so. */
function unreachable(): Ports['data'] {
  const refuse = async (): Promise<never> => {
    throw new OperationError({
      code: 'noDataHere',
      path: 'MLP_DATA',
      got: 'nothing',
      expected: 'where the data are on Google Cloud',
      fix: 'name data.source.google in the definition',
    });
  };
  return { table: refuse, capture: refuse, labels: refuse, freeze: refuse, frozen: refuse };
}
