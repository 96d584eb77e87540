import { gzipSync } from 'node:zlib';
import { refuseLocation, type WorkGroupConfiguration } from '../../aws/adapters/athena-workgroup';
import { serviceError } from '../../aws/adapters/fake-client';
import type { Objects } from '../../aws/execution/objects';
import type { GlueTables } from './glue-tables';
import type { Reply, Trino, Value } from './trino';

interface Execution {
  readonly done: Promise<Reply | Error>;
  readonly output: string;
}

/** Longest statement that `StartQueryExecution` takes. */
const MAX_BYTES = 262_144;
const PAGE = 1000;
const CREATE_TABLE_AS =
  /^CREATE TABLE ("[^"]+"\."[^"]+") WITH \(format = '(PARQUET|JSON)', external_location = '(s3:\/\/[^']+\/)'\) AS (.*)$/s;

/**
 * Athena in front of Trino. Statements go to the engine as they come, but for what belongs to Hive and S3: names in backticks,
 * and where a table's files lie. Results and tables are written to the bucket in Athena's formats.
 */
export class Athena {
  /** Statements, in order; those that the fake makes for itself are not among them. */
  readonly statements: string[] = [];
  private readonly executions = new Map<string, Execution>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly trino: Trino,
    private readonly tables: GlueTables,
    private readonly objects: Objects,
    private readonly bucket: string,
    /** By name. */
    private readonly workGroups: ReadonlyMap<string, WorkGroupConfiguration>,
  ) {}

  operations() {
    return {
      StartQueryExecution: ({
        QueryString,
        QueryExecutionContext,
        WorkGroup,
      }: {
        QueryString: string;
        WorkGroup: string;
        QueryExecutionContext: { Database: string };
      }) => {
        if (Buffer.byteLength(QueryString) > MAX_BYTES)
          throw serviceError('InvalidRequestException', 'QueryString is too long');
        const workGroup = this.workGroups.get(WorkGroup);
        if (workGroup === undefined) throw serviceError('InvalidRequestException', `no workgroup ${WorkGroup}`);
        this.statements.push(QueryString);
        const QueryExecutionId = `query-${this.statements.length}`;
        const output = `queries/${QueryExecutionId}.csv`;
        const done = this.inTurn(() => {
          refuseLocation(QueryString, workGroup);
          return this.run(QueryString, QueryExecutionContext.Database, output);
        });
        this.executions.set(QueryExecutionId, { done: done.catch((error: Error) => error), output });
        return { QueryExecutionId };
      },
      GetQueryExecution: async ({ QueryExecutionId }: { QueryExecutionId: string }) => {
        const { done, output } = this.executions.get(QueryExecutionId)!;
        const reply = await done;
        return {
          QueryExecution: {
            Status:
              reply instanceof Error ? { State: 'FAILED', StateChangeReason: reply.message } : { State: 'SUCCEEDED' },
            ResultConfiguration: { OutputLocation: `s3://${this.bucket}/${output}` },
          },
        };
      },
      GetQueryResults: async ({
        QueryExecutionId,
        NextToken = '0',
      }: {
        QueryExecutionId: string;
        NextToken?: string;
      }) => {
        const reply = await this.executions.get(QueryExecutionId)!.done;
        if (reply instanceof Error) throw serviceError('InvalidRequestException', 'the query has failed');
        const header = reply.columns.map(({ name }) => ({ VarCharValue: name }));
        const all = [
          header,
          ...reply.rows.map((row) => row.map((value) => (value === null ? {} : { VarCharValue: String(value) }))),
        ];
        const [from, to] = [Number(NextToken), Number(NextToken) + PAGE];
        return {
          ResultSet: {
            ResultSetMetadata: { ColumnInfo: reply.columns.map(({ name, type }) => ({ Name: name, Type: type })) },
            Rows: all.slice(from, to).map((Data) => ({ Data })),
          },
          ...(to < all.length && { NextToken: String(to) }),
        };
      },
    };
  }

  /** One after the other: what a statement has made is there for the next one. */
  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const next = this.turn.then(run);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async run(sql: string, database: string, output: string): Promise<Reply> {
    await this.tables.refresh(sql, database);
    if (sql.startsWith('DROP TABLE ')) {
      // Athena's DDL is Hive's: it takes backticks alone.
      if (sql.includes('"')) throw new Error("mismatched input '\"': DDL takes names in backticks");
      return this.trino.run(sql.replaceAll('`', '"'));
    }
    if (sql.includes('`')) throw new Error('backquoted identifiers are not supported; use double quotes');
    if (sql.startsWith('CREATE TABLE ')) return this.createTableAs(sql);
    const reply = await this.trino.run(sql);
    if (reply.columns.length > 0 && !sql.startsWith('CREATE ')) this.objects.put(this.bucket, output, csvOf(reply));
    return reply;
  }

  private async createTableAs(sql: string): Promise<Reply> {
    const [, table, format, location, select] = CREATE_TABLE_AS.exec(sql) ?? [];
    if (table === undefined) throw new Error(`no CREATE TABLE AS that Athena takes: ${sql.slice(0, 200)}`);
    const folder = location!.replace(`s3://${this.bucket}/`, '');
    if (this.objects.keys(this.bucket).some((key) => key.startsWith(folder))) {
      throw new Error(`HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: ${location}`);
    }
    await this.trino.run(`CREATE TABLE ${table} AS ${select}`);
    const reply = await this.trino.run(select!);
    const lines = reply.rows.map((row) =>
      JSON.stringify(Object.fromEntries(reply.columns.map(({ name }, at) => [name, row[at] ?? null]))),
    );
    const body = gzipSync(`${lines.join('\n')}\n`);
    // What is in the files of a Parquet table nobody reads here but Athena, which has the table itself.
    this.objects.putBytes(this.bucket, `${folder}part-00000${format === 'JSON' ? '.gz' : ''}`, body);
    return { columns: [], rows: [] };
  }
}

/** Athena's result file: every value quoted but NULL. */
function csvOf({ columns, rows }: Reply): string {
  const cell = (value: Value): string => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`);
  const lines = [columns.map(({ name }) => cell(name)), ...rows.map((row) => row.map(cell))];
  return lines.map((line) => `${line.join(',')}\n`).join('');
}
