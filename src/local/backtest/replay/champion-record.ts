import { createHash } from 'node:crypto';
import type { ModelDefinition } from '../../../definition/platform';
import { isBuiltInMetric } from '../../../kernel/metric-catalogue';
import { PREDICTION_COLUMN, type ReferenceProfile } from '../../../runtime/core/drift';
import { predictionColumn } from '../../../runtime/core/drift/drift-rules';
import type { TableName } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { profileReference } from '../../../runtime/sql/run-profiles';
import {
  artifactKeys,
  type MetricValue,
  measureMetrics,
  type Ports,
  type VersionRecord,
} from '../../../runtime/usecases';
import { driftPolicy, profileTable, quantileMode } from '../../../runtime/usecases/data-comparison';
import { writeJson } from '../../../runtime/usecases/json-artifact';
import { deviation } from '../../../runtime/usecases/measure';
import { applyToRegistry } from '../../../runtime/usecases/registry-document';
import { RECORDED_COLUMNS } from '../history/projections';

/** What a version was trained and judged on. */
export interface VersionReference {
  /** Rows that it was trained on. */
  readonly inputs: TableName;
  /** Its own answers with labels; null where none are known: then neither its answers nor its decay can be judged. */
  readonly answers: TableName | null;
  /** Newest event among them, epoch seconds. */
  readonly upTo: number;
}

const id = duckdb.identifier;
const MOST_ROWS = 200_000;
const NAME = 'recording';

/** How the registry reads a version that a recording tells of: the recording has no artifact, its name stands for it. */
const POLICY = { approval: 'automatic', approvers: [], separationOfDuties: true, modelIntegrity: true } as const;

export const runOf = (version: number): string => `recorded-${version}`;
export const digestOf = (version: number): string =>
  `sha256:${createHash('sha256').update(runOf(version)).digest('hex')}`;

/** Registers a version with the reference of its inputs and answers and its figures, as the pipeline would have. */
export async function registerRecorded(
  ports: Ports,
  definition: ModelDefinition,
  version: number,
  reference: VersionReference,
): Promise<VersionRecord> {
  const { artifacts, clock, sql } = ports;
  const { data, task, monitoring } = definition;
  const run = runOf(version);
  const digest = digestOf(version);
  const policy = driftPolicy(monitoring.drift);
  const trainRows = await countOf(ports, reference.inputs);
  const inputs = await profileTable(ports, reference.inputs, data, policy, { digest, rows: trainRows });
  const figures = reference.answers === null ? NOTHING_KNOWN : await figuresOf(ports, definition, reference.answers);
  await writeJson(artifacts, artifactKeys.profile(run), {
    inputs,
    predictions: reference.answers === null ? null : await answersProfile(reference.answers),
  });
  const at = new Date(clock.now() * 1000).toISOString();
  await applyToRegistry(
    ports,
    () => [
      {
        kind: 'register',
        id: `register:${run}`,
        version: `${version}`,
        by: NAME,
        artifactDigest: digest,
        startedBy: NAME,
      },
      { kind: 'gate', id: `gate:${run}`, version: `${version}`, by: NAME, verdict: 'pass' },
      { kind: 'approve', id: `approve:${run}`, version: `${version}`, by: 'policy', automatic: true },
    ],
    POLICY,
    { commit: null, dataDigest: digest },
  );
  const record: VersionRecord = {
    format: 1,
    version,
    run,
    registeredAt: at,
    startedBy: NAME,
    cause: NAME,
    commit: null,
    artifactDigest: digest,
    artifactUri: artifacts.uri(artifactKeys.model(run)),
    externalId: `${ports.model}/${version}`,
    data: {
      digest,
      uri: duckdb.table(reference.inputs),
      trainRows,
      testRows: figures.rows,
      trainFromMs: null,
      trainToMs: reference.upTo * 1000,
      testToMs: reference.upTo * 1000,
      timestampColumn: data.timestamp,
    },
    training: null,
    trainerMetrics: {},
    atRelease: figures.metrics,
    labelDeviation: figures.labelDeviation,
    gate: { verdict: 'none', explanation: 'the recording tells of no gate' },
  };
  await writeJson(artifacts, artifactKeys.version(version), record);
  return record;

  async function answersProfile(table: TableName): Promise<ReferenceProfile | null> {
    const [row] = await sql.query(`SELECT COUNT(${id(PREDICTION_COLUMN)}) AS answered FROM ${duckdb.table(table)}`);
    const rows = Number(row?.['answered']);
    if (rows === 0) return null;
    return profileReference(sql, ports.dialect, {
      table,
      range: null,
      columns: [],
      prediction: predictionColumn(task),
      bins: policy.bins,
      quantiles: quantileMode(rows),
      origin: { dataDigest: digest, source: 'training' },
    });
  }
}

interface Figures {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly labelDeviation: number | null;
}
const NOTHING_KNOWN: Figures = { rows: 0, metrics: {}, labelDeviation: null };

/** The quality metrics of the definition on rows with answers and labels: what later windows are held against. */
async function figuresOf(
  { sql }: Ports,
  { data, task, monitoring }: ModelDefinition,
  table: TableName,
): Promise<Figures> {
  const [label, answer] = [id(RECORDED_COLUMNS.label), id(PREDICTION_COLUMN)];
  const rows = await sql.query(
    `SELECT ${label} AS label, ${answer} AS answer FROM ${duckdb.table(table)} WHERE ${label} IS NOT NULL AND ${answer} IS NOT NULL ORDER BY ${id(RECORDED_COLUMNS.row)} DESC LIMIT ${MOST_ROWS}`,
  );
  const names = Object.keys(monitoring.quality?.metrics ?? {}).filter(isBuiltInMetric);
  const labelled = rows.map((row) => ({
    label: task === 'regression' ? Number(row['label']) : String(row['label']),
    prediction:
      task === 'binaryClassification'
        ? { probability: Number(row['answer']) }
        : { value: task === 'regression' ? Number(row['answer']) : String(row['answer']) },
  }));
  const { values, usable } = measureMetrics(task, names, labelled, data.label.positive);
  const numbers = labelled.map((row) => row.label).filter((one) => typeof one === 'number');
  return { rows: usable, metrics: values, labelDeviation: task === 'regression' ? deviation(numbers) : null };
}

async function countOf({ sql }: Ports, table: TableName): Promise<number> {
  const [row] = await sql.query(`SELECT COUNT(*) AS row_count FROM ${duckdb.table(table)}`);
  return Number(row?.['row_count']);
}
