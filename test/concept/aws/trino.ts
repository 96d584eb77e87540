import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';

export type Value = string | number | boolean | null;

/** What a statement came to; values as the engine has them. */
export interface Reply {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Value[])[];
}

interface Page {
  readonly nextUri?: string;
  readonly columns?: Reply['columns'];
  readonly data?: Reply['rows'];
  readonly error?: { readonly message: string };
}

const HEADERS = { 'X-Trino-User': 'concept', 'X-Trino-Catalog': 'memory', 'X-Trino-Schema': 'default' };
const JAVA = ['-Xmx1g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Trino as a process, spoken to by its own protocol: the engine whose SQL Athena's is. */
export class Trino {
  private readonly agent = new Agent({ keepAlive: true });
  /** Statements that it has run. */
  statements = 0;

  private constructor(
    private readonly url: string,
    private readonly end: () => Promise<void>,
  ) {}

  /** @param classpath of `.ci/concept/TrinoServer.java` and of what it needs */
  static async start(classpath: string): Promise<Trino> {
    const child = spawn('java', [...JAVA, '-cp', classpath, 'TrinoServer'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (line) => resolve(String(line).trim()));
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`Trino ended with exit code ${code}`)));
    });
    return new Trino(url, () => {
      child.stdin.end();
      return gone;
    });
  }

  /** @throws Error with the engine's own message */
  async run(sql: string): Promise<Reply> {
    this.statements += 1;
    let columns: Reply['columns'] = [];
    const rows: (readonly Value[])[] = [];
    for (
      let page = await this.call('POST', `${this.url}/v1/statement`, sql);
      ;
      page = await this.call('GET', page.nextUri!)
    ) {
      if (page.error !== undefined) throw new Error(page.error.message);
      columns = page.columns ?? columns;
      rows.push(...(page.data ?? []));
      if (page.nextUri === undefined) return { columns, rows };
    }
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.end();
  }

  private call(method: string, url: string, body?: string): Promise<Page> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, agent: this.agent, headers: HEADERS }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(JSON.parse(text) as Page);
          else reject(new Error(`Trino answered ${response.statusCode}: ${text.slice(0, 300)}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
