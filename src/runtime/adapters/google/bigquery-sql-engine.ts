import { OperationError } from '../../../kernel/problem';
import type { SqlEngine } from '../../ports';
import type { GoogleApi, JsonObject } from './google-api';

/** A statement that has ended. */
export interface BigQueryResult {
  readonly rows: Record<string, unknown>[];
  /** Columns in order. */
  readonly columns: readonly string[];
  /** `statistics` of the job. */
  readonly statistics: JsonObject;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
}

const PAGE_ROWS = 10_000;
const WAIT_MS = 10_000;

/** BigQuery. Numbers come as numbers, whole numbers beyond 2⁵³ and decimals as text, instants as ISO 8601 text. */
export class BigQuerySqlEngine implements SqlEngine {
  constructor(private readonly api: GoogleApi) {}

  async query(sql: string): Promise<Record<string, unknown>[]> {
    return (await this.run(sql)).rows;
  }

  /** A table's columns with their types as its schema spells them; needs access to the table alone, not to its dataset. */
  async columnsOf(table: readonly string[]): Promise<{ readonly name: string; readonly type: string }[]> {
    const [project, dataset, name] = table;
    const path = `projects/${project}/datasets/${dataset}/tables/${name}`;
    const { schema } = await this.api.call('GET', 'bigquery', path);
    return ((schema as { fields?: Field[] } | undefined)?.fields ?? []).map((one) => ({
      name: one.name,
      type: one.type,
    }));
  }

  async close(): Promise<void> {
    // Requests hold nothing open.
  }

  /** Runs a statement to its end and reads all pages. @throws OperationError `sqlFailed` with what BigQuery said */
  async run(sql: string): Promise<BigQueryResult> {
    const { project, region } = this.api;
    const reference = await this.api
      .call('POST', 'bigquery', `projects/${project}/jobs`, {
        jobReference: { projectId: project, location: region },
        configuration: { query: { query: sql, useLegacySql: false } },
      })
      .catch((error: Error) => {
        throw failed(sql, error.message);
      });
    const { jobId } = reference['jobReference'] as { readonly jobId: string };
    const rows: Record<string, unknown>[] = [];
    let fields: readonly Field[] = [];
    let pageToken: string | undefined;
    for (;;) {
      const page: JsonObject = await this.api
        .call('GET', 'bigquery', `projects/${project}/queries/${jobId}`, undefined, {
          location: region,
          maxResults: PAGE_ROWS,
          timeoutMs: WAIT_MS,
          pageToken,
        })
        .catch((error: Error) => {
          throw failed(sql, error.message);
        });
      if (page['jobComplete'] !== true) continue;
      fields = ((page['schema'] as { fields?: Field[] } | undefined)?.fields ?? fields) as readonly Field[];
      for (const row of (page['rows'] ?? []) as { f: { v: unknown }[] }[]) {
        rows.push(Object.fromEntries(fields.map((field, place) => [field.name, cellValue(field, row.f[place]?.v)])));
      }
      pageToken = page['pageToken'] as string | undefined;
      if (pageToken === undefined) break;
    }
    const job = await this.api.call('GET', 'bigquery', `projects/${project}/jobs/${jobId}`, undefined, {
      location: region,
    });
    const error = (job['status'] as { errorResult?: { message?: string } } | undefined)?.errorResult;
    if (error) throw failed(sql, error.message ?? 'no reason given');
    return { rows, columns: fields.map(({ name }) => name), statistics: (job['statistics'] ?? {}) as JsonObject };
  }
}

/** One cell of BigQuery's JSON, in which every value is a text. */
function cellValue({ type, mode }: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (mode === 'REPEATED') return (value as { v: unknown }[]).map(({ v }) => cellValue({ name: '', type }, v));
  const text = String(value);
  switch (type) {
    case 'INTEGER':
    case 'INT64':
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case 'FLOAT':
    case 'FLOAT64':
      return Number(text);
    case 'BOOLEAN':
    case 'BOOL':
      return text === 'true';
    case 'TIMESTAMP':
      // Seconds since the epoch, with a fraction.
      return new Date(Math.round(Number(text) * 1000)).toISOString();
    default:
      return text;
  }
}

const failed = (sql: string, message: string): OperationError =>
  new OperationError({
    code: 'sqlFailed',
    path: sql.slice(0, 200),
    got: message,
    expected: 'a statement that BigQuery runs',
    fix: 'check the data, the columns and the access to them',
  });
