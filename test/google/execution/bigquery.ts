import { randomUUID } from 'node:crypto';
import { type Answer, type Call, invalid, type Json, notFound, type Operation, Refusal } from './service';
import type { Captured } from './traffic';

/** BigQuery as far as releases go: the answers of a version, out of what the endpoint has captured. */
export class BigQuery {
  private readonly jobs = new Map<string, readonly (string | null)[][]>();

  constructor(private readonly captured: () => readonly Captured[]) {}

  operation({ method, path, body }: Call): Operation | undefined {
    const [, , kind, id] = path;
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

  private answer(query: string): (string | null)[][] {
    const version = /deployed_model_id = '(\d+)'/.exec(query)?.[1];
    const times = [...query.matchAll(/TIMESTAMP '([^']+)'/g)].map(([, text]) =>
      Date.parse(text!.replace(' ', 'T').replace(/\+00$/, 'Z')),
    );
    const limit = Number(/LIMIT (\d+)$/.exec(query)?.[1]);
    const [from, to] = times;
    if (version === undefined || !(from! <= to!) || !(limit >= 0))
      throw invalid(`a statement of another kind: ${query}`);
    return this.captured()
      .filter((one) => one.version === Number(version) && one.at >= from! && one.at < to!)
      .slice(0, limit)
      .map(({ prediction }) => [String(prediction)]);
  }

  private results(id: string): Answer {
    const rows = this.jobs.get(id);
    if (rows === undefined) throw notFound(`job ${id}`);
    return {
      jobComplete: true,
      schema: { fields: [{ name: 'answer', type: 'STRING' }] },
      rows: rows.map((row) => ({ f: row.map((v) => ({ v })) })),
    };
  }
}
