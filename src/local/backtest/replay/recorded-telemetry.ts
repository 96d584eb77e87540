import { LATENCY_EDGES_MS, latencyHistogram } from '../../../runtime/core/canary';
import { PREDICTION_COLUMN } from '../../../runtime/core/drift';
import type { ArmTraffic, PredictionPair, SqlEngine, TableName, TrafficTelemetry } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../../runtime/usecases';
import { RECORDED_COLUMNS } from '../history/projections';

/** A recorded request. `at` in epoch seconds. */
interface Request {
  readonly at: number;
  readonly version: number;
  readonly latencyMs: number | null;
  readonly failed: boolean;
  readonly prediction: number | string | null;
}

/** Looks are minutes apart: so much is read at a time. Seconds. */
const CHUNK = 3600;
const KEPT_CHUNKS = 2;

const id = duckdb.identifier;

/** Live traffic as it was recorded, for looks at a release. Mirrored traffic is in no history. */
export class RecordedTelemetry implements TrafficTelemetry {
  private readonly chunks = new Map<number, readonly Request[]>();

  /** @param alarms ids of the page alarms that fire at this moment */
  constructor(
    private readonly engine: SqlEngine,
    private readonly table: TableName,
    private readonly alarms: () => readonly string[],
  ) {}

  async arm(version: number, from: number, to: number): Promise<ArmTraffic> {
    const requests = await this.requests(version, from, to);
    const latencies = requests.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
    return {
      requests: requests.length,
      errors: requests.filter(({ failed }) => failed).length,
      latency: latencyHistogram(latencies, LATENCY_EDGES_MS),
    };
  }

  async predictions(version: number, from: number, to: number, limit: number): Promise<(number | string)[]> {
    const requests = await this.requests(version, from, to);
    return requests.flatMap(({ prediction }) => (prediction === null ? [] : [prediction])).slice(0, limit);
  }

  async pairs(): Promise<PredictionPair[]> {
    return [];
  }

  async firingAlarms(): Promise<string[]> {
    return [...this.alarms()];
  }

  private async requests(version: number, from: number, to: number): Promise<Request[]> {
    const found: Request[] = [];
    for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk++) {
      const within = (await this.chunk(chunk)).filter(
        (one) => one.version === version && one.at >= from && one.at < to,
      );
      found.push(...within);
    }
    return found;
  }

  private async chunk(number: number): Promise<readonly Request[]> {
    const known = this.chunks.get(number);
    if (known !== undefined) return known;
    const at = id(CAPTURE_COLUMNS.eventTime);
    const [from, to] = [number, number + 1].map((one) => duckdb.timestamp(one * CHUNK * 1000));
    const rows = await this.engine.query(
      `SELECT epoch_ms(${at}) AS at_ms, ${id(CAPTURE_COLUMNS.version)} AS version, ${id(RECORDED_COLUMNS.latencyMs)} AS latency, ${id(RECORDED_COLUMNS.failed)} AS failed, ${id(PREDICTION_COLUMN)} AS answer ` +
        `FROM ${duckdb.table(this.table)} WHERE ${at} >= ${from} AND ${at} < ${to} ORDER BY ${at}, ${id(RECORDED_COLUMNS.row)}`,
    );
    const requests = rows.map((row) => ({
      at: Number(row['at_ms']) / 1000,
      version: Number(row['version']),
      latencyMs: typeof row['latency'] === 'number' ? row['latency'] : null,
      failed: row['failed'] === true,
      prediction: typeof row['answer'] === 'number' || typeof row['answer'] === 'string' ? row['answer'] : null,
    }));
    const [oldest] = this.chunks.keys();
    if (this.chunks.size >= KEPT_CHUNKS && oldest !== undefined) this.chunks.delete(oldest);
    this.chunks.set(number, requests);
    return requests;
  }
}
