import type { Data } from '../../definition/data';
import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import { csvScan } from '../../runtime/adapters/local/csv-scan';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import type { Clock, SqlEngine } from '../../runtime/ports';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import { plainJson } from '../engine/plain-json';
import type { HeldStage, ModelParts } from '../engine/world';
import type { FaultKind, Scenario } from '../scenario/schema';
import { standInArm } from './arm';
import { activeFaults } from './faults';
import { StandInJobs } from './jobs';

/** Requests a minute where neither the scenario nor the definition says how many there are. */
const USUAL = 600;
/** Requests a minute that are really sent; of a crowd that is larger, servers feel all of it. */
const MOST_SENT = 3000;
/** Faults that are only seen by requests: while one lasts, they are sent outside releases too. */
const FAULTS_OF_TRAFFIC: readonly FaultKind[] = ['flashCrowd', 'serviceErrors', 'serviceLatency'];

export interface StandInPartsOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Begin of the scenario, epoch seconds. */
  readonly start: number;
  readonly clock: Clock;
  readonly artifacts: FileArtifactStore;
  readonly engine: SqlEngine;
}

/** What trains and answers in a rehearsal. */
export function standInParts(definition: ModelDefinition, options: StandInPartsOptions): ModelParts {
  const { scenario, seed, start, clock, artifacts, engine } = options;
  const usual = scenario.traffic.requestsPerMinute ?? definition.serving.expectedRequestsPerMinute ?? USUAL;
  const active = (at: number, kind: FaultKind): boolean => activeFaults(scenario, start, at, kind).length > 0;
  const requestsPerMinute = (at: number): number =>
    activeFaults(scenario, start, at, 'flashCrowd').reduce((rate, { times }) => rate * times, usual);
  const isSent = (at: number, stage: HeldStage | null): boolean =>
    !active(at, 'noTraffic') && (stage !== null || FAULTS_OF_TRAFFIC.some((kind) => active(at, kind)));
  const jobs = new StandInJobs({
    artifacts,
    definition,
    seed,
    scenario,
    start,
    now: () => clock.now(),
    readRows: async (key, columns) => frozenRows(engine, artifacts.path(key), definition.data, columns),
  });
  return {
    start: standInArm({ definition, seed, scenario, start, requestsPerMinute }),
    runJob: (step, run, state) => jobs.run(step, run, state),
    jobSeconds: (step) => jobs.jobSeconds(step),
    judgesLatency: true,
    isMeasured: isSent,
    loadPerMinute: (at, stage) => (isSent(at, stage) ? Math.min(requestsPerMinute(at), MOST_SENT) : 0),
  };
}

async function frozenRows(
  engine: SqlEngine,
  path: string,
  data: Data,
  columns: readonly string[],
): Promise<Readonly<Record<string, Json>>[]> {
  const file = duckdb.text(path);
  const scans = {
    // By the contract's types: a reader that guesses takes the classes yes and no for truth values.
    csv: () => csvScan(engine, path, data),
    parquet: async () => `read_parquet(${file})`,
    jsonl: async () => `read_json(${file}, format = 'newline_delimited', sample_size = -1)`,
  };
  const rows = await engine.query(
    `SELECT ${columns.map(duckdb.identifier).join(', ')} FROM ${await scans[data.format]()}`,
  );
  return rows.map((row) => Object.fromEntries(columns.map((name) => [name, plainJson(row[name])])));
}
