import { athena } from '../../../src/runtime/sql/dialects/athena';
import type { Objects } from '../../aws/execution/objects';
import type { Properties } from './template';
import type { Trino } from './trino';

interface Column {
  readonly Name: string;
  readonly Type: string;
}

interface GlueTable {
  readonly database: string;
  readonly name: string;
  readonly columns: readonly Column[];
  readonly partitions: readonly Column[];
  readonly parameters: Readonly<Record<string, string>>;
}

/** A row of the source, as the file has it, and when it lies in the bucket; milliseconds since the epoch. */
export interface SourceRow {
  readonly arrivesAt: number;
  readonly values: Readonly<Record<string, string | null>>;
}

const ROWS_A_STATEMENT = 1000;
const SOURCE = '"world"."source"';
const ARRIVES: Column = { Name: 'arrives_at', Type: 'bigint' };

/**
 * The tables of the template's Glue catalogue in Trino's memory: the same names and columns, without the SerDe and the partition
 * projection, which are Hive's. The source has the rows that have arrived, the capture table those of the objects in the bucket.
 */
export class GlueTables {
  private readonly asOf = new Map<string, number>();
  private readonly read = new Set<string>();

  private constructor(
    private readonly trino: Trino,
    private readonly tables: readonly GlueTable[],
    private readonly objects: Objects,
    private readonly bucket: string,
  ) {}

  static async create(
    trino: Trino,
    resources: readonly [string, Properties][],
    objects: Objects,
    bucket: string,
    rows: readonly SourceRow[],
  ): Promise<GlueTables> {
    const tables = resources.map(([, properties]) => glueTable(properties));
    // An engine serves one account after the other.
    for (const name of new Set(['world', ...tables.map(({ database }) => database)])) {
      await trino.run(`CREATE SCHEMA IF NOT EXISTS memory.${name}`);
    }
    const source = tables.find(({ name }) => name === 'source')!;
    const columns = [...source.columns, ARRIVES];
    await replace(trino, SOURCE, columns);
    const known = rows.map(({ arrivesAt, values }) => [
      ...source.columns.map(({ Name }) => values[Name] ?? null),
      arrivesAt,
    ]);
    await insert(trino, SOURCE, columns, known);
    for (const { database, name, columns, partitions } of tables.filter(({ name }) => name === 'capture')) {
      await replace(trino, athena.table([database, name]), [...columns, ...partitions]);
    }
    return new GlueTables(trino, tables, objects, bucket);
  }

  /** Brings what a statement reads up to now. */
  async refresh(sql: string, database: string): Promise<void> {
    const own = this.tables.filter((table) => table.database === database);
    const source = own.find(({ name }) => name === 'source');
    if (source !== undefined && /["']source/.test(sql) && this.asOf.get(database) !== Date.now()) {
      this.asOf.set(database, Date.now());
      const columns = source.columns.map(({ Name }) => `"${Name}"`).join(', ');
      await this.trino.run(
        `CREATE OR REPLACE VIEW "${database}"."source" AS SELECT ${columns} FROM ${SOURCE} WHERE ${ARRIVES.Name} <= ${Date.now()}`,
      );
    }
    const capture = own.find(({ name }) => name === 'capture');
    if (capture === undefined || !/["']capture/.test(sql)) return;
    if (sql.includes(`${athena.table([database, 'capture'])} c`) && !/\bc\.deployment IN \('/.test(sql)) {
      throw new Error('CONSTRAINT_VIOLATION: a value of the injected partition column deployment is missing');
    }
    await this.readCaptures(capture);
  }

  /** Objects that were written since the last time. A key is written once, as SageMaker does. */
  private async readCaptures(table: GlueTable): Promise<void> {
    const place = locationOf(table, this.bucket);
    const rows = this.objects.keys(this.bucket).flatMap((key) => {
      const found = this.read.has(key) ? null : place.exec(key);
      if (found === null) return [];
      this.read.add(key);
      const partitions = table.partitions.map(({ Name }) => found.groups![Name]!);
      const lines = this.objects
        .text(this.bucket, key)!
        .split('\n')
        .map((line) => lowered(JSON.parse(line)));
      return lines.map((line) => [...table.columns.map(({ Name }) => line[Name.toLowerCase()] ?? null), ...partitions]);
    });
    await insert(this.trino, athena.table([table.database, table.name]), [...table.columns, ...table.partitions], rows);
  }
}

async function replace(trino: Trino, table: string, columns: readonly Column[]): Promise<void> {
  await trino.run(`DROP TABLE IF EXISTS ${table}`);
  await trino.run(`CREATE TABLE ${table} (${columnsOf(columns)})`);
}

/** Rows as one JSON text: the engine plans a long list of values for seconds. */
async function insert(
  trino: Trino,
  table: string,
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const type = `ARRAY(ROW(${columnsOf(columns)}))`;
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const text = athena.text(JSON.stringify(rows.slice(from, from + ROWS_A_STATEMENT)));
    await trino.run(`INSERT INTO ${table} SELECT * FROM UNNEST(CAST(json_parse(${text}) AS ${type}))`);
  }
}

function glueTable({ DatabaseName, TableInput }: Properties): GlueTable {
  const { Name, Parameters, PartitionKeys, StorageDescriptor } = TableInput as {
    readonly Name: string;
    readonly Parameters: Record<string, string>;
    readonly PartitionKeys?: readonly Column[];
    readonly StorageDescriptor: { readonly Columns: readonly Column[] };
  };
  return {
    database: String(DatabaseName),
    name: Name,
    columns: StorageDescriptor.Columns,
    partitions: PartitionKeys ?? [],
    parameters: Parameters,
  };
}

const columnsOf = (columns: readonly Column[]): string =>
  columns.map(({ Name, Type }) => `"${Name}" ${trinoType(Type)}`).join(', ');

/** A type of Hive as Trino has it: fields of a struct are in small letters there. */
function trinoType(type: string): string {
  if (type === 'string') return 'VARCHAR';
  const fields = /^struct<(.*)>$/.exec(type)?.[1];
  if (fields === undefined) return type.toUpperCase();
  return `ROW(${fieldsOf(fields)
    .map(([name, inner]) => `${name.toLowerCase()} ${trinoType(inner)}`)
    .join(', ')})`;
}

/** `a:string,b:struct<…>` by name and type. */
function fieldsOf(text: string): [string, string][] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const sign = text[at];
    if (sign === '<') depth += 1;
    if (sign === '>') depth -= 1;
    if (at === text.length || (sign === ',' && depth === 0)) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return parts.map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)]);
}

/** Keys of the table's objects, with the partitions as groups. */
function locationOf({ parameters }: GlueTable, bucket: string): RegExp {
  const template = parameters['storage.location.template']!.replace(`s3://${bucket}/`, '');
  return new RegExp(
    `^${template.replace(/\$\{(\w+)\}/g, (_, name) => (name === 'hour' ? '(?<hour>\\d{4}/\\d\\d/\\d\\d/\\d\\d)' : `(?<${name}>[^/]+)`))}[^/]+$`,
  );
}

/** Names of a SerDe that does not mind capital letters. */
function lowered(value: unknown): Readonly<Record<string, unknown>> {
  const inner = (one: unknown): unknown =>
    typeof one === 'object' && one !== null && !Array.isArray(one) ? lowered(one) : one;
  return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name.toLowerCase(), inner(one)]));
}
