import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePlatformOrThrow } from '../../../src/definition/parse';
import { trainCommand } from '../../../src/local/engine/commands';
import { processParts } from '../../../src/local/engine/process-parts';
import { planPlatform } from '../../../src/plan/plan-platform';
import { FileArtifactStore } from '../../../src/runtime/adapters/local/file-artifact-store';
import { Account } from '../../google/execution/account';
import { HEALTHY } from '../../google/execution/traffic';
import { VirtualTime } from '../../google/execution/virtual-time';
import { END, EXAMPLE, START } from '../definition';
import { recordedEvents } from '../world/events';
import { LiveRequests } from '../world/live-requests';
import { answering } from './candidates';
import { Gate } from './gate';
import { Handlers } from './handlers';
import { Jobs } from './jobs';
import { LiveEndpoint } from './live-endpoint';
import { ModelServers } from './model-servers';
import { Policies } from './policies';
import { Pushes } from './pushes';
import { Schedules } from './schedules';
import { Series } from './series';
import { DeployedTemplate, type DeployedWorkflow } from './template';
import { Warehouse } from './warehouse';

/** The first environment: it trains its versions itself. */
const ENVIRONMENT = 'staging';

/** What is taken away or altered, to see that the suite finds it. */
export interface Sabotage {
  readonly template?: (template: DeployedTemplate) => void;
  readonly isCaptured?: (at: number) => boolean;
}

/** A template that is applied to a project, with the world around it: data, trainer, server, clients. */
export interface Deployed {
  readonly time: VirtualTime;
  readonly account: Account;
  readonly gate: Gate;
  readonly workflows: readonly DeployedWorkflow[];
  readonly handlers: Handlers;
  readonly policies: Policies;
  readonly pushes: Pushes;
  readonly schedules: Schedules;
  readonly close: () => Promise<void>;
}

export async function deployed(raw: unknown, sabotage: Sabotage = {}): Promise<Deployed> {
  const template = await DeployedTemplate.of(raw, ENVIRONMENT);
  sabotage.template?.(template);
  const definition = parsePlatformOrThrow(raw);
  const model = definition.models['demand']!;
  const workflows = template.workflows();
  const environments = template.environments();
  const endpoint = template.endpoint();

  const time = new VirtualTime(Date.parse(START), (from, to) => live.pass(from, to));
  const gate = new Gate(() => time);
  const place = { endpoint, workflows: workflows.map(({ name }) => name) };
  const account = new Account(() => time.now(), place, HEALTHY);
  everythingAtOnce(account);
  behind(gate, account);
  for (const { bucket, name, content } of template.all('google_storage_bucket_object')) {
    if (content !== undefined) account.buckets.put(String(bucket), String(name), String(content));
  }

  const folder = mkdtempSync(join(tmpdir(), 'mlp-concept-google-'));
  const parts = processParts('demand', model, new FileArtifactStore(folder), {
    baseDir: EXAMPLE,
    workDir: folder,
    asFastAsItCan: true,
    onLine: () => undefined,
  });
  const bucket = environments.get('pipeline')!['MLP_ARTIFACTS']!;
  const warehouse = await Warehouse.open(model.data, account.buckets, bucket, () => time.now());
  const servers = new ModelServers(account.buckets, parts.start);
  answering(account, servers, gate);
  const jobs = new Jobs(account.buckets, servers, trainCommand('demand', model), gate);
  for (const kind of ['customJobs', 'batchPredictionJobs']) account.collections[kind] = (call) => jobs.operation(call);

  const release = workflows.find(({ kind }) => kind === 'release')!.name;
  const goesOn = (): boolean =>
    account.executions.all.some(({ name, state }) => state === 'ACTIVE' && name.startsWith(`${release}/`));
  const requests = new LiveRequests(
    recordedEvents(model).filter(({ at }) => at < Date.parse(END)),
    parts.loadPerMinute,
  );
  const { isCaptured = () => true } = sabotage;
  const live = new LiveEndpoint(endpoint, model, account, servers, warehouse, requests, gate, goesOn, isCaptured);

  const { pipeline, endpoint: serving, drift, retraining } = planPlatform(definition).models['demand']!;
  const order = [pipeline.alarms, serving.alarms, drift?.alarms ?? [], retraining?.alarms ?? []].flat();
  const series = new Series(account.monitoring);
  return {
    time,
    account,
    gate,
    workflows,
    handlers: new Handlers(time, account, environments, warehouse),
    policies: new Policies(
      template,
      order.map(({ id }) => id),
      series,
    ),
    pushes: new Pushes(template),
    schedules: new Schedules(template),
    close: async () => {
      await gate.passed();
      await servers.close();
      await warehouse.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Deployments and uploads take no time, as on one machine; how long they may take is the matter of the executions. */
function everythingAtOnce({ operations }: Account): void {
  const begin = operations.begin.bind(operations);
  operations.begin = (resource, _ms, apply, error) => {
    const { name } = begin(resource, 0, apply, error);
    operations.settle();
    return operations.get(String(name)) as never;
  };
}

/** Services answer once the work of real processes is done. */
function behind(gate: Gate, account: Account): void {
  const answer = account.fetch;
  const fetch: typeof answer = async (...asked) => {
    await gate.passed();
    return answer(...asked);
  };
  Object.assign(account, { fetch });
}
