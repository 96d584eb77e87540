import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePlatformOrThrow } from '../../src/definition/parse';
import { Engine } from '../../src/local/engine/engine';
import { LocalModel } from '../../src/local/engine/local-model';
import { memoryStores } from '../../src/local/engine/memory-stores';
import type { World } from '../../src/local/engine/world';
import { emitterOf } from '../../src/local/report/emitter';
import { parseScenarioOrThrow } from '../../src/local/scenario/parse';
import { makeEvents } from '../../src/local/stand-in/events';
import { standInParts } from '../../src/local/stand-in/parts';
import { planRows } from '../../src/local/stand-in/rows';
import { writeEvents } from '../../src/local/stand-in/write-events';
import { planPlatform } from '../../src/plan/plan-platform';
import { DuckDbSqlEngine } from '../../src/runtime/adapters/local/duckdb-sql-engine';
import { VirtualClock } from '../../src/runtime/adapters/local/virtual-clock';
import { verifyChain } from '../../src/runtime/core/ledger';
import { fleet } from './definition';

const BEGIN = Date.UTC(2025, 0, 1) / 1000;
const DAY = 86_400;

export interface ShardResult {
  readonly models: number;
  readonly events: number;
  readonly requests: number;
  readonly releases: number;
  readonly decisions: number;
  readonly ledgerRecords: number;
  readonly seconds: number;
  readonly maxMiB: number;
}

/** Models of the fleet from one place to another on one timeline, in this process. @throws RangeError when a model has no champion at the end */
export async function runShard(models: number, from: number, to: number, days: number): Promise<ShardResult> {
  const definition = parsePlatformOrThrow(fleet(models));
  const plan = planPlatform(definition);
  const names = Object.keys(definition.models).slice(from, to);
  const folder = mkdtempSync(join(tmpdir(), 'mlp-fleet-'));
  const started = performance.now();
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [],
    folders: [folder],
    memoryLimitMiB: 256,
    spillFolder: folder,
    threads: 1,
    planOnce: true,
  });
  let [events, decisions] = [0, 0];
  try {
    const clock = new VirtualClock(BEGIN);
    const stores = memoryStores(folder);
    const told = emitterOf((event) => {
      if (event.kind === 'decision') decisions += 1;
    }).world(() => clock.now());
    const scenarioOf = (name: string) =>
      parseScenarioOrThrow(
        {
          name: 'a-year',
          title: 'Hourly events and nothing wrong',
          seed: 1 + Number(name.slice(-3)),
          duration: `${days}d`,
          traffic: { eventsPerDay: 24 },
          expect: [{ kind: 'championTraffic', percent: 100 }],
        },
        definition,
      );
    const world: World = {
      platform: definition.name,
      clock,
      engine,
      stores,
      retraining: 'run',
      parts: (name, model, _plan, artifacts) => {
        const scenario = scenarioOf(name);
        return standInParts(model, { scenario, seed: scenario.seed, start: BEGIN, clock, artifacts, engine });
      },
      ...told,
    };
    const open: LocalModel[] = [];
    for (const name of names) {
      const scenario = scenarioOf(name);
      const model = definition.models[name]!;
      events += (
        await writeEvents(engine, `events_${name}`, model, makeEvents(planRows(model, scenario.seed), scenario, BEGIN))
      ).written;
      open.push(
        await LocalModel.open(name, model, plan.models[name]!, world, {
          events: [`events_${name}`],
          from: BEGIN,
          alarms: {},
        }),
      );
    }
    const run = new Engine({
      clock,
      models: open,
      from: BEGIN,
      end: BEGIN + days * DAY,
      happenings: open.map((model) => ({
        at: BEGIN,
        happen: async () => {
          await model.train('initial', { startedBy: 'bench', cause: 'manual', commit: null, decisionId: null });
        },
      })),
    });
    await run.runTo(BEGIN + days * DAY);
    const runs = open.flatMap((model) => model.runs.all());
    const records = await stores.ledger.read(1);
    if (!verifyChain(records).ok) throw new RangeError('the ledger does not verify');
    for (const model of open) {
      const { live } = await model.serving.read();
      if (Object.keys(live).length === 0) throw new RangeError(`${model.name}: nobody serves at the end`);
    }
    const requests = open.reduce((sum, model) => sum + model.traffic.sent, 0);
    for (const model of open) await model.close();
    return {
      models: names.length,
      events,
      requests,
      releases: runs.filter(({ workflow }) => workflow === 'release').length,
      decisions,
      ledgerRecords: records.length,
      seconds: (performance.now() - started) / 1000,
      maxMiB: process.resourceUsage().maxRSS / 1024,
    };
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
