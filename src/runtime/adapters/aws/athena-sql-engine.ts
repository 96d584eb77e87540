import {
  type AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { OperationError, show } from '../../../kernel/problem';
import type { SqlEngine } from '../../ports';

export interface AthenaOptions {
  readonly workgroup: string;
  readonly database: string;
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** A statement that ended well. */
export interface AthenaExecution {
  readonly id: string;
  /** Where the result lies: `s3://bucket/queries/<id>.csv`; undefined for statements without rows. */
  readonly output: string | undefined;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 3000;

/** Athena. Every value comes as text; NULL is null. */
export class AthenaSqlEngine implements SqlEngine {
  constructor(
    private readonly client: AthenaClient,
    private readonly options: AthenaOptions,
  ) {}

  async query(sql: string): Promise<Record<string, unknown>[]> {
    const { id } = await this.execute(sql);
    const rows: Record<string, unknown>[] = [];
    let names: string[] | undefined;
    for await (const { ResultSet } of paginateGetQueryResults({ client: this.client }, { QueryExecutionId: id })) {
      const columns = ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Name }) => Name ?? '') ?? [];
      const values = (ResultSet?.Rows ?? []).map(({ Data = [] }) =>
        Data.map(({ VarCharValue }) => VarCharValue ?? null),
      );
      // The first row of the first page repeats the names of the columns.
      const own = names === undefined && isHeader(values[0], columns) ? values.slice(1) : values;
      names ??= columns;
      for (const row of own) rows.push(Object.fromEntries(columns.map((name, place) => [name, row[place] ?? null])));
    }
    return rows;
  }

  /** Runs a statement to its end. @throws OperationError `sqlFailed` with what Athena said */
  async execute(sql: string): Promise<AthenaExecution> {
    const { workgroup, database, sleep } = this.options;
    const { QueryExecutionId } = await this.client.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: workgroup,
        QueryExecutionContext: { Database: database },
      }),
    );
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const { QueryExecution } = await this.client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
      const state = QueryExecution?.Status?.State;
      if (state === 'SUCCEEDED') {
        return { id: QueryExecutionId ?? '', output: QueryExecution?.ResultConfiguration?.OutputLocation };
      }
      if (state === 'FAILED' || state === 'CANCELLED') {
        throw new OperationError({
          code: 'sqlFailed',
          path: `athena.${workgroup}`,
          got: QueryExecution?.Status?.StateChangeReason ?? state.toLowerCase(),
          expected: 'a statement that Athena can run',
          fix: `look at the query ${QueryExecutionId} in the workgroup's history: ${show(sql)}`,
        });
      }
      await sleep(wait);
    }
  }

  async close(): Promise<void> {}
}

const isHeader = (row: readonly (string | null)[] | undefined, columns: readonly string[]): boolean =>
  row !== undefined && row.length === columns.length && row.every((value, place) => value === columns[place]);
