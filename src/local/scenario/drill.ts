import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlatformDefinition } from '../../definition/platform';
import { durationSeconds } from '../../kernel/duration';
import { OperationError } from '../../kernel/problem';
import { meanPeriodSeconds } from '../../kernel/schedule';
import type { ModelPlan } from '../../plan/plan';
import { planPlatform } from '../../plan/plan-platform';
import { DuckDbSqlEngine } from '../../runtime/adapters/local/duckdb-sql-engine';
import { VirtualClock } from '../../runtime/adapters/local/virtual-clock';
import { verifyChain } from '../../runtime/core/ledger';
import { readRegistry } from '../../runtime/usecases';
import { Engine, type Happening } from '../engine/engine';
import { LocalModel } from '../engine/local-model';
import { memoryStores } from '../engine/memory-stores';
import type { Decision, World } from '../engine/world';
import { emitterOf } from '../report/emitter';
import { makeEvents } from '../stand-in/events';
import { activeFaults } from '../stand-in/faults';
import { standInParts } from '../stand-in/parts';
import { planRows } from '../stand-in/rows';
import { writeEvents } from '../stand-in/write-events';
import { clientMetrics } from './client-metrics';
import type { DrillRecord } from './drill-record';
import { faultyPorts } from './fault-ports';
import { rehearsedDefinition, rehearsedModel } from './merge';
import type { DrillOptions } from './run-drill';
import { runRecord } from './run-record';
import type { Scenario } from './schema';
import { planWithout, SWITCHES } from './switches';

/** Scenarios begin on a Monday at midnight (UTC), a day after the first version was trained. */
const BEGIN = Date.UTC(2026, 0, 5) / 1000;
const TRAINED_BEFORE = 86_400;

/**
 * Rehearses a scenario on stand-ins, in virtual time: the definition's own plan, use cases and SQL; made-up events, a linear
 * model, servers that answer in this process. Same definition, scenario and seed: same record.
 * @throws OperationError `cancelled`; `drillNotReady` when no version serves when the scenario begins
 */
export async function runDrill(
  platform: PlatformDefinition,
  scenario: Scenario,
  options: DrillOptions = {},
): Promise<DrillRecord> {
  const definition = rehearsedDefinition(platform, scenario);
  const name = rehearsedModel(definition, scenario);
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'mlp-drill-'));
  const database = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [],
    folders: [folder],
    memoryLimitMiB: 1024,
    spillFolder: folder,
    threads: 1,
    planOnce: true,
  });
  try {
    return await rehearsed(definition, name, scenario, options, { folder, database });
  } finally {
    await database.close();
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function rehearsed(
  definition: PlatformDefinition,
  name: string,
  scenario: Scenario,
  options: DrillOptions,
  { folder, database }: { readonly folder: string; readonly database: DuckDbSqlEngine },
): Promise<DrillRecord> {
  const model = withLabels(definition.models[name]!, scenario);
  const off = options.without === undefined ? {} : SWITCHES[options.without];
  const planned = approvedAtOnce(planPlatform({ ...definition, models: { [name]: model } }).models[name]!);
  const plan = planWithout(planned, options.without);
  const start = BEGIN;
  const end = start + durationSeconds(scenario.duration);
  const events = await writeEvents(
    database,
    `events_${name}`,
    model,
    makeEvents(planRows(model, scenario.seed), scenario, start),
  );

  const clock = new VirtualClock(start - TRAINED_BEFORE);
  const stores = memoryStores(folder);
  const seen: Seen = { alarms: [], notifications: [], decisions: [] };
  const emitter = emitterOf(options.onEvent);
  const told = emitter.world(() => clock.now());
  const world: World = {
    platform: definition.name,
    clock,
    engine: database,
    stores,
    retraining: 'run',
    parts: (_name, one, _plan, artifacts) =>
      standInParts(one, { scenario, seed: scenario.seed, start, clock, artifacts, engine: database }),
    ...told,
    onAlarm: (of, change) => {
      const { id, kind, severity, summary } = change.alarm;
      seen.alarms.push({ at: change.at, id, kind, severity, firing: change.firing, value: change.value, summary });
      told.onAlarm(of, change);
    },
    onNotify: (of, { severity, kind, subject, text }) => {
      seen.notifications.push({ at: clock.now(), severity, kind, subject, text });
      told.onNotify(of, { severity, kind, subject, text, runbook: null });
    },
    onDecision: (of, decision) => {
      seen.decisions.push(decision);
      told.onDecision(of, decision);
    },
    wrap: (_name, ports) => {
      const faulty = faultyPorts(ports, { scenario, start, blindToTampering: off.blindToTampering === true });
      return off.wrap?.(faulty) ?? faulty;
    },
    deliveries: (at) =>
      activeFaults(scenario, start, at, 'duplicateTriggers').reduce((times, fault) => Math.max(times, fault.times), 1),
    ...off.world,
  };
  const local = await LocalModel.open(name, model, plan, world, {
    events: [`events_${name}`],
    from: clock.now(),
    alarms: {},
  });
  try {
    const faultAt =
      scenario.faults.length === 0 ? null : start + Math.min(...scenario.faults.map(({ at }) => durationSeconds(at)));
    const championOf = async (): Promise<number | null> => {
      const { champion } = (await readRegistry(local.ports)).aliases;
      return champion === null ? null : Number(champion);
    };
    let before: number | null = null;
    const engine = new Engine({
      clock,
      models: [local],
      from: clock.now(),
      end,
      happenings: happenings(local, scenario, start, [
        { at: clock.now(), happen: () => train(local, 'initial') },
        {
          at: faultAt ?? start,
          happen: async () => {
            before = await championOf();
          },
        },
      ]),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    await engine.runTo(start);
    if ((await championOf()) === null) throw notReady(local, scenario);
    await engine.runTo(end);
    const records = await stores.ledger.read(1);
    const chain = verifyChain(records);
    const wanted = scenario.expect.filter((one) => one.kind === 'quality');
    return {
      model: name,
      start,
      end,
      faultAt,
      alarms: seen.alarms,
      notifications: seen.notifications,
      decisions: seen.decisions as unknown as DrillRecord['decisions'],
      runs: local.runs.all().map(runRecord),
      champion: { before, after: await championOf() },
      live: (await local.serving.read()).live,
      quality: await Promise.all(wanted.map(({ metric, over }) => clientMetrics(local, metric, over))),
      requests: local.traffic.sent,
      events: events.written,
      ledger: { ok: chain.ok, records: records.length, text: chain.ok ? 'the chain verifies' : chain.explanation },
      periods: {
        drift: periodOf(plan, 'monitorDrift'),
        quality: periodOf(plan, 'monitorQuality'),
      },
    };
  } finally {
    await local.close();
  }
}

interface Seen {
  readonly alarms: DrillRecord['alarms'][number][];
  readonly notifications: DrillRecord['notifications'][number][];
  readonly decisions: Decision[];
}

/** A rehearsal waits for nobody: where a person has to approve a version, that is taken for granted. */
const approvedAtOnce = (plan: ModelPlan): ModelPlan =>
  JSON.parse(JSON.stringify(plan), (key: string, value: unknown) =>
    key === 'approval' && value === 'manual' ? 'automatic' : value,
  ) as ModelPlan;

/** The model as the scenario has its labels: a delay of its own is one that the platform reckons with. */
function withLabels(model: PlatformDefinition['models'][string], { labels }: Scenario): typeof model {
  if (labels.delay === undefined) return model;
  return { ...model, data: { ...model.data, label: { ...model.data.label, delay: labels.delay } } };
}

function happenings(model: LocalModel, scenario: Scenario, start: number, others: readonly Happening[]): Happening[] {
  const actions = scenario.actions.map(
    ({ at, do: what }, place): Happening => ({
      at: start + durationSeconds(at),
      happen: async () => {
        await train(model, `action-${place + 1}`);
        if (what === 'trainTwice') await train(model, `action-${place + 1}-again`);
      },
    }),
  );
  return [...others, ...actions].sort((a, b) => a.at - b.at);
}

async function train(model: LocalModel, run: string): Promise<void> {
  await model.train(run, { startedBy: 'drill', cause: 'manual', commit: null, decisionId: null });
}

function periodOf(plan: LocalModel['plan'], use: string): number | null {
  const job = plan.drift?.jobs.find((one) => one.use === use);
  return job === undefined ? null : meanPeriodSeconds(job.schedule);
}

function notReady(model: LocalModel, { name }: Scenario): OperationError {
  const last = model.runs.all().at(-1);
  const reason = last === undefined ? null : runRecord(last).reason;
  return new OperationError({
    code: 'drillNotReady',
    path: `scenario ${name}, model ${model.name}`,
    got: `no version that serves when the scenario begins: ${last?.workflow ?? 'no run'} ${last?.outcome ?? ''}${reason === null ? '' : `: ${reason}`}`,
    expected: 'a first version that passes its data checks, its gate and its release',
    fix: 'give the scenario a longer history, or look at the definition with mlp check',
  });
}
