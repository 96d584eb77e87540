import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePlatformOrThrow } from '../../../src/definition/parse';
import { trainCommand } from '../../../src/local/engine/commands';
import { processParts } from '../../../src/local/engine/process-parts';
import { FileArtifactStore } from '../../../src/runtime/adapters/local/file-artifact-store';
import type { WorkGroupConfiguration } from '../../aws/adapters/athena-workgroup';
import { END, EXAMPLE } from '../definition';
import { recordedEvents } from '../world/events';
import { LiveRequests } from '../world/live-requests';
import { ConceptAccount } from './account';
import { Alarms } from './alarms';
import { Athena } from './athena';
import { Schedules } from './events';
import { GlueTables } from './glue-tables';
import { Jobs } from './jobs';
import { LiveEndpoint } from './live-endpoint';
import { Metrics } from './metrics';
import { ModelServers } from './model-servers';
import { SmokeEndpoints } from './smoke-endpoints';
import { DeployedTemplate, type HandlerFunction } from './template';
import type { Trino } from './trino';

/** The first environment: it trains its versions itself. */
const ENVIRONMENT = 'staging';

/** What is taken away or altered, to see that the suite finds it. */
export interface Sabotage {
  readonly template?: (template: DeployedTemplate) => void;
  readonly isCaptured?: (at: number) => boolean;
}

/** A template that is deployed into an account, with the world around it: data, trainer, server, clients. */
export interface Deployed {
  readonly template: DeployedTemplate;
  readonly account: ConceptAccount;
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  readonly schedules: Schedules;
  readonly jobs: Jobs;
  readonly live: LiveEndpoint;
  readonly functions: ReadonlyMap<string, HandlerFunction>;
  readonly close: () => Promise<void>;
}

/** Deploys, and answers the SDK's clients from then on. Call `jest.restoreAllMocks` afterwards. */
export async function deployed(raw: unknown, trino: Trino, sabotage: Sabotage = {}): Promise<Deployed> {
  const template = await DeployedTemplate.of(raw, ENVIRONMENT);
  sabotage.template?.(template);
  const functions = template.functions();
  const endpoint = variableOf(functions, 'MLP_ENDPOINT');
  const bucket = variableOf(functions, 'MLP_ARTIFACTS');
  const model = parsePlatformOrThrow(raw).models['demand']!;
  const events = recordedEvents(model).filter(({ at }) => at < Date.parse(END));
  const account = new ConceptAccount();
  const { endpoints, objects, figures } = account;

  const rows = events.map(({ arrivesAt, row }) => ({ arrivesAt, values: row }));
  const tables = await GlueTables.create(trino, template.all('AWS::Glue::Table'), objects, bucket, rows);
  const folder = mkdtempSync(join(tmpdir(), 'mlp-concept-aws-'));
  const parts = processParts('demand', model, new FileArtifactStore(folder), {
    baseDir: EXAMPLE,
    workDir: folder,
    asFastAsItCan: true,
    onLine: () => undefined,
  });
  const servers = new ModelServers(objects, (name) => endpoints.archives.get(name), parts.start);
  const metrics = new Metrics(figures.requests);
  const alarms = new Alarms(template, metrics);
  const smoke = new SmokeEndpoints(endpoint, endpoints, servers);

  account.install();
  account.serve('SageMaker', smoke.sagemaker());
  account.serve('SageMakerRuntime', smoke.runtime());
  account.serve('Athena', new Athena(trino, tables, objects, bucket, workGroupsOf(template)).operations());
  account.serve('CloudWatch', alarms.operations());
  jest.spyOn(console, 'log').mockImplementation((line) => metrics.log(line));
  return {
    template,
    account,
    metrics,
    alarms,
    functions,
    schedules: new Schedules(template),
    jobs: new Jobs(objects, servers, trainCommand('demand', model)),
    live: new LiveEndpoint(
      endpoint,
      model,
      account,
      servers,
      new LiveRequests(events, parts.loadPerMinute),
      sabotage.isCaptured,
    ),
    close: async () => {
      await servers.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Configurations of Athena's workgroups, by name. */
const workGroupsOf = (template: DeployedTemplate): Map<string, WorkGroupConfiguration> =>
  new Map(
    template
      .all('AWS::Athena::WorkGroup')
      .map(([, { Name, WorkGroupConfiguration }]) => [String(Name), WorkGroupConfiguration as WorkGroupConfiguration]),
  );

/** A variable of the handlers that have it. */
export function variableOf(functions: ReadonlyMap<string, HandlerFunction>, name: string): string {
  return [...functions.values()].map(({ environment }) => environment[name] ?? '').find((value) => value !== '') ?? '';
}
