import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import type { ArtifactStore } from '../../ports';
import type { BucketLocation } from './bucket-location';
import { tarEntry } from './tar-entry';

type Row = Readonly<Record<string, Json>>;

export interface JobResultsOptions {
  readonly location: BucketLocation;
  /** Keys of the artifact store, by run. */
  readonly keys: {
    metrics(run: string): string;
    modelArchive(run: string): string;
    scores(run: string, subject: 'candidate' | 'champion'): string;
  };
  /** The frozen test rows of a run with the key of each, in order, and of their columns those that are kept. */
  readonly testRows: (
    run: string,
    kept: readonly string[],
  ) => Promise<readonly { readonly key: string | number; readonly columns: Row }[]>;
  /** Columns that the model takes. */
  readonly features: readonly string[];
}

/** Rows of a request to the model: far below the 6 MB that a request may have. */
const ROWS_A_REQUEST = 500;

/** Puts what SageMaker's jobs leave where every target has it, and writes what they read. */
export class ManagedJobResults {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly options: JobResultsOptions,
  ) {}

  /**
   * After training: the archive of the model under its key, `metrics.json` out of the job's output, and the frozen test rows
   * as requests for the scoring jobs.
   */
  async training(run: string, artifactUri: string): Promise<{ readonly artifactUri: string }> {
    const { location, keys } = this.options;
    const source = artifactUri.replace('s3://', '');
    const archive = keys.modelArchive(run);
    await this.artifacts.copyFrom(artifactUri, archive);
    const folder = source.slice(location.bucket.length + 1 + location.prefix.length, source.lastIndexOf('/'));
    const output = await this.artifacts.get(`${folder}/output.tar.gz`);
    const metrics = output && tarEntry(output, 'metrics.json');
    if (metrics) await this.artifacts.put(keys.metrics(run), metrics);
    await this.writeRequests(run);
    return { artifactUri: this.artifacts.uri(archive) };
  }

  /** After scoring: the answers of all requests, in order, as scores by key. */
  async scores(
    run: string,
    subject: 'candidate' | 'champion',
  ): Promise<{ readonly rows: number; readonly uri: string }> {
    const rows = await this.options.testRows(run, []);
    const folder = `runs/${run}/scored/${subject}`;
    const files = (await this.artifacts.list(`${folder}/`)).filter((key) => key.endsWith('.out'));
    const predictions: unknown[] = [];
    for (const file of files) {
      const reply = JSON.parse(new TextDecoder().decode(await this.artifacts.get(file))) as { predictions?: unknown[] };
      predictions.push(...(reply.predictions ?? []));
    }
    if (predictions.length !== rows.length) {
      throw new OperationError({
        code: 'scoresIncomplete',
        path: this.artifacts.uri(folder),
        got: `${predictions.length} predictions in ${files.length} replies`,
        expected: `${rows.length}, one for each frozen test row`,
        fix: 'let the server answer { "predictions": […] } with one entry for each instance, in their order',
      });
    }
    const lines = rows.map(({ key }, place) => JSON.stringify({ key, ...asScore(predictions[place]) }));
    const key = this.options.keys.scores(run, subject);
    await this.artifacts.put(key, new TextEncoder().encode(`${lines.join('\n')}\n`));
    return { rows: rows.length, uri: this.artifacts.uri(key) };
  }

  /** The frozen test rows as the model takes them. */
  async instances(run: string): Promise<Row[]> {
    return (await this.options.testRows(run, this.options.features)).map(({ columns }) =>
      Object.fromEntries(this.options.features.map((name) => [name, columns[name] ?? null])),
    );
  }

  private async writeRequests(run: string): Promise<void> {
    const all = await this.instances(run);
    for (let from = 0; from < all.length; from += ROWS_A_REQUEST) {
      const body = new TextEncoder().encode(JSON.stringify({ instances: all.slice(from, from + ROWS_A_REQUEST) }));
      const name = String(from / ROWS_A_REQUEST).padStart(6, '0');
      await this.artifacts.put(`runs/${run}/scoring/${name}.json`, body);
    }
  }
}

const asScore = (answer: unknown): object =>
  typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? answer : { prediction: answer ?? null };
