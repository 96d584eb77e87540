import { randomUUID } from 'node:crypto';
import { type Answer, type Call, invalid, type Json, notFound, type Operation, Refusal } from './service';
import type { Captured } from './traffic';

interface Result {
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly rows: readonly (readonly string[])[];
}

/** New labels since a version's own data: enough of them to train again. */
const LABELS = 5000;

/** BigQuery as far as these go: what a version has answered, how many labels are new, and through which view they are read. */
export class BigQuery {
  private readonly jobs = new Map<string, Result>();

  constructor(
    private readonly now: () => number,
    private readonly captured: () => readonly Captured[],
  ) {}

  operation({ method, path, body }: Call): Operation | undefined {
    const [, , kind, id] = path;
    if (method === 'GET' && kind === 'datasets' && path[4] === 'tables') {
      return { name: 'bigquery.tables.get', run: () => ({ schema: { fields: [] } }) };
    }
    if (method === 'POST' && kind === 'jobs') return { name: 'bigquery.jobs.insert', run: () => this.insert(body) };
    if (method === 'GET' && kind === 'queries') {
      return { name: 'bigquery.jobs.getQueryResults', run: () => this.results(id ?? '') };
    }
    if (method !== 'GET' || kind !== 'jobs') return undefined;
    return {
      name: 'bigquery.jobs.get',
      run: () => {
        if (!this.jobs.has(id ?? '')) throw notFound(`job ${id}`);
        return { status: { state: 'DONE' }, statistics: {} };
      },
    };
  }

  private insert(body: Json): Answer {
    const { query } = (body['configuration'] as { readonly query: { readonly query: string } }).query;
    const asked = (body['jobReference'] as { readonly jobId?: string } | undefined)?.jobId;
    if (asked !== undefined && this.jobs.has(asked)) throw new Refusal(409, `job ${asked} exists`);
    const jobId = asked ?? randomUUID();
    this.jobs.set(jobId, this.answer(query));
    return { jobReference: { jobId } };
  }

  private answer(query: string): Result {
    if (/^CREATE OR REPLACE (VIEW|EXTERNAL TABLE) /.test(query)) return { columns: [], rows: [] };
    if (query.startsWith('SELECT COUNT(*) AS label_count')) {
      const columns = [
        ['label_count', 'INTEGER'],
        ['newest_ms', 'INTEGER'],
      ] as const;
      return { columns, rows: [[String(LABELS), String(this.now())]] };
    }
    const version = /deployed_model_id = '(\d+)'/.exec(query)?.[1];
    const times = [...query.matchAll(/TIMESTAMP '([^']+)'/g)].map(([, text]) =>
      Date.parse(text!.replace(' ', 'T').replace(/\+00$/, 'Z')),
    );
    const limit = Number(/LIMIT (\d+)$/.exec(query)?.[1]);
    const [from, to] = times;
    if (version === undefined || !(from! <= to!) || !(limit >= 0))
      throw invalid(`a statement of another kind: ${query}`);
    const rows = this.captured()
      .filter((one) => one.version === Number(version) && one.at >= from! && one.at < to!)
      .slice(0, limit)
      .map(({ prediction }) => [String(prediction)]);
    return { columns: [['answer', 'STRING']], rows };
  }

  private results(id: string): Answer {
    const found = this.jobs.get(id);
    if (found === undefined) throw notFound(`job ${id}`);
    return {
      jobComplete: true,
      schema: { fields: found.columns.map(([name, type]) => ({ name, type })) },
      rows: found.rows.map((row) => ({ f: row.map((v) => ({ v })) })),
    };
  }
}
