import type { Data } from '../../definition/data';
import { type Drift, driftSchema } from '../../definition/monitoring';
import type { DistributionFacts, IdentityFacts } from '../core/data-checks/facts';
import { driftRules, driftVerdict, type ReferenceProfile } from '../core/drift';
import type { TableName } from '../ports';
import { storageFamily } from '../sql/data-checks';
import type { SqlProfileColumn } from '../sql/profile-task';
import { profileReference, profileWindow } from '../sql/run-profiles';
import type { Ports } from './ports';

type Needs = Pick<Ports, 'sql' | 'dialect'>;

/** Above this many rows quantiles are the engine's sketches, whose memory does not grow. */
const EXACT_ROWS = 1_000_000;

export const quantileMode = (rows: number): 'exact' | 'approximate' => (rows <= EXACT_ROWS ? 'exact' : 'approximate');

/** The model's drift policy; where none was handed in (data checks of stage foundation), that of an empty section. */
export const driftPolicy = (drift: unknown): Drift => driftSchema.parse(drift ?? {});

/** The watched columns that a table has, and how it holds them. */
export async function watchedColumns(
  { sql, dialect }: Needs,
  table: TableName,
  data: Data,
  policy: Drift,
): Promise<{ readonly columns: SqlProfileColumn[]; readonly names: string[]; readonly floating: string[] }> {
  const found = new Map(
    (await sql.query(dialect.describe(table))).map((row) => [String(row['name']), storageFamily(String(row['type']))]),
  );
  const columns = driftRules(policy, data)
    .filter(({ name }) => found.has(name))
    .map(({ name, type }) => ({ name, type, floating: found.get(name) === 'number' }));
  const floating = columns.filter((one) => one.floating && !isNumeric(one.type)).map(({ name }) => name);
  return { columns, names: [...found.keys()], floating };
}

const isNumeric = (type: SqlProfileColumn['type']): boolean => type === 'number' || type === 'integer';

/** The profile of a whole table, to compare later data with; null when no column is watched. */
export async function profileTable(
  ports: Needs,
  table: TableName,
  data: Data,
  policy: Drift,
  origin: { readonly digest: string; readonly rows: number },
): Promise<ReferenceProfile | null> {
  const { columns } = await watchedColumns(ports, table, data, policy);
  if (columns.length === 0 || origin.rows === 0) return null;
  return profileReference(ports.sql, ports.dialect, {
    table,
    range: null,
    columns,
    prediction: null,
    bins: policy.bins,
    quantiles: quantileMode(origin.rows),
    origin: { dataDigest: origin.digest, source: 'training' },
  });
}

/** What a table looks like beside data that were accepted before. */
export async function compareWithAccepted(
  ports: Needs,
  table: TableName,
  data: Data,
  policy: Drift,
  accepted: ReferenceProfile,
): Promise<{ readonly identity: IdentityFacts; readonly distribution: DistributionFacts[] }> {
  const { names, floating } = await watchedColumns(ports, table, data, policy);
  const window = await profileWindow(ports.sql, ports.dialect, {
    table,
    range: { column: data.timestamp, startMillis: Date.UTC(1000, 0, 1), endMillis: Date.UTC(9000, 0, 1) },
    reference: accepted,
    columns: names,
    floating,
    sketch: quantileMode(accepted.rows),
  });
  const verdict = driftVerdict({ reference: accepted, window, policy, data, history: [] });
  return {
    identity: verdict.identity,
    distribution: verdict.columns.map((column) => ({ column: column.column, verdict: column.verdict })),
  };
}
