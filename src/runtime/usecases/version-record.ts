import type { Json } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import type { ArtifactStore } from '../ports';
import { readJson } from './json-artifact';
import { artifactKeys } from './keys';
import type { MetricValue } from './measure';

export type Hyperparameters = Readonly<Record<string, string | number | boolean>>;

/** What is known of a version: lineage, figures and where its parts are. Written once, at registration. */
export interface VersionRecord {
  readonly format: 1;
  readonly version: number;
  readonly run: string;
  /** Instants in UTC, ISO 8601. */
  readonly registeredAt: string;
  readonly startedBy: string;
  readonly cause: string;
  readonly commit: string | null;
  /** When it was authored; null, or absent in older records, where nothing said so. */
  readonly committedAt?: string | null;
  readonly artifactDigest: string;
  readonly artifactUri: string;
  /** The cloud's own id, from its catalogue. */
  readonly externalId: string;
  readonly data: {
    readonly digest: string;
    readonly uri: string;
    readonly trainRows: number;
    readonly testRows: number;
    /** First and last event that was trained on, and the last that was tested on, epoch milliseconds. */
    readonly trainFromMs: number | null;
    readonly trainToMs: number | null;
    readonly testToMs: number | null;
    readonly timestampColumn: string;
  };
  /** What the training job said of itself: image or command, name, duration. */
  readonly training: Json;
  /** What the definition gave the trainer; absent in older records. */
  readonly parameters?: { readonly hyperparameters: Hyperparameters; readonly seed: number };
  /** Image that answered for the gate, and serves; absent where the target has one for all versions, and in older records. */
  readonly serverImage?: string;
  /** The trainer's `metrics.json`. */
  readonly trainerMetrics: Readonly<Record<string, number>>;
  /** Metrics on the frozen test rows, by name. */
  readonly atRelease: Readonly<Record<string, MetricValue>>;
  /** Standard deviation of the label on the test rows, for numbers; the scale of the error stream. */
  readonly labelDeviation: number | null;
  readonly gate: { readonly verdict: string; readonly explanation: string };
}

/** The record of a version. @throws OperationError `artifactMissing`, `artifactMalformed` */
export async function readVersion(artifacts: ArtifactStore, version: string): Promise<VersionRecord> {
  const record = (await readJson(
    artifacts,
    artifactKeys.version(version),
    'the record of a version',
  )) as unknown as VersionRecord;
  if (record.format === 1) return record;
  throw new OperationError({
    code: 'versionRecordUnknown',
    path: artifacts.uri(artifactKeys.version(version)),
    got: `format ${String(record.format)}`,
    expected: 'format 1',
    fix: 'use the release of the library that wrote it, or a newer one',
  });
}
