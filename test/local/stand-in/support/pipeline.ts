import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePlatformOrThrow } from '../../../../src/definition/parse';
import { durationSeconds } from '../../../../src/kernel/duration';
import type { Json } from '../../../../src/kernel/json';
import { choose } from '../../../../src/local/engine/step-runner';
import type { Scenario } from '../../../../src/local/scenario/schema';
import { makeEvents } from '../../../../src/local/stand-in/events';
import { StandInJobs } from '../../../../src/local/stand-in/jobs';
import { planRows } from '../../../../src/local/stand-in/rows';
import { writeEvents } from '../../../../src/local/stand-in/write-events';
import { planPlatform } from '../../../../src/plan/plan-platform';
import { DuckDbDataSource } from '../../../../src/runtime/adapters/local/duckdb-data-source';
import { DuckDbSqlEngine } from '../../../../src/runtime/adapters/local/duckdb-sql-engine';
import { FileArtifactStore } from '../../../../src/runtime/adapters/local/file-artifact-store';
import { duckdb } from '../../../../src/runtime/sql/dialects/duckdb';
import { artifactKeys, USE_CASE_FUNCTIONS } from '../../../../src/runtime/usecases';
import { memoryWorld } from '../../../runtime/usecases/world';
import { START } from './definitions';

type State = { readonly [key: string]: Json };

/** A model's pipeline with stand-ins: the plan's graph, the platform's use cases, DuckDB. */
export async function standInPipeline(input: unknown, scenario: Scenario) {
  const platform = parsePlatformOrThrow(input);
  const [name, definition] = Object.entries(platform.models)[0]!;
  const { graph } = planPlatform(platform).models[name]!.pipeline;
  const folder = mkdtempSync(join(tmpdir(), 'mlp-stand-in-'));
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [],
    folders: [folder],
    memoryLimitMiB: 512,
    spillFolder: null,
    threads: 1,
  });
  const events = [`events_${name}`] as const;
  const made = await writeEvents(engine, events[0], definition, makeEvents(planRows(definition, 1), scenario, START));
  const artifacts = new FileArtifactStore(folder);
  const world = memoryWorld();
  const { clock } = world;
  clock.advanceTo(START);
  const delay = durationSeconds(scenario.labels.delay ?? definition.data.label.delay);
  const data = new DuckDbDataSource({
    engine,
    artifacts,
    clock,
    model: name,
    data: definition.data,
    events: [...events],
    capture: ['none'],
    labelDelaySeconds: delay,
  });
  const ports = { ...world, model: name, artifacts, data, sql: engine, dialect: duckdb };
  const jobs = new StandInJobs({
    artifacts,
    definition,
    seed: 1,
    scenario,
    start: START,
    now: () => clock.now(),
    readRows: async (key, columns) => {
      const table = duckdb.table(await data.frozen(key));
      return (await engine.query(`SELECT ${columns.map(duckdb.identifier).join(', ')} FROM ${table}`)).map(plain);
    },
  });
  const steps = new Map(graph.steps.map((step) => [step.id, step]));

  return {
    definition,
    artifacts,
    clock,
    ports,
    made,
    jobs,
    steps,
    close: () => engine.close(),
    metricsOf: (run: string): unknown => JSON.parse(readFileSync(artifacts.path(artifactKeys.metrics(run)), 'utf8')),
    /** Runs the graph to its end. @returns the end's id, and the state */
    async run(run: string): Promise<{ readonly end: string; readonly state: State }> {
      let state: State = { startedBy: 'tests', cause: 'manual', commit: null, decisionId: null };
      for (let step = steps.get(graph.startAt)!; ; ) {
        if (step.kind === 'end') return { end: step.id, state };
        if (step.kind === 'choice') step = steps.get(choose(step, state))!;
        else if (step.kind === 'wait') step = steps.get(step.next)!;
        else {
          let next = step.next;
          try {
            const output =
              step.kind === 'job'
                ? await jobs.run(step, run, state)
                : await USE_CASE_FUNCTIONS[step.use](
                    { use: step.use, step: step.id, run, arguments: step.arguments, state },
                    ports,
                  );
            state = { ...state, [step.output]: output };
          } catch (error) {
            state = { ...state, error: { step: step.id, message: (error as Error).message } };
            next = step.onError;
          }
          step = steps.get(next)!;
        }
      }
    },
  };
}

/** Values of DuckDB as JSON has them. */
const plain = (row: Record<string, unknown>): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? Number(value) : value instanceof Date ? value.toISOString() : (value as Json),
    ]),
  );
