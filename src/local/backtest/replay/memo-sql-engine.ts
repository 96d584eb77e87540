import type { SqlEngine } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';

/** Replies of so many rows are remembered; longer ones are asked again. */
const MOST_ROWS = 8;
const CLOCK = 'mlp_clock';

/** The time of the replay, as a scalar of SQL. */
export const NOW = `(SELECT mlp_now FROM ${CLOCK})`;

/**
 * The engine of a history, whose tables do not change; some views move with the time of the replay. Short replies are
 * remembered, so that the points of a sweep, which look at the same windows, ask once.
 */
export class MemoSqlEngine implements SqlEngine {
  private readonly replies = new Map<string, readonly Record<string, unknown>[]>();
  private readonly moving = new Map<string, string>();
  private now = Number.NaN;

  private constructor(private readonly engine: SqlEngine) {}

  static async on(engine: SqlEngine): Promise<MemoSqlEngine> {
    await engine.query(`CREATE TEMP TABLE ${CLOCK} AS SELECT CAST(NULL AS TIMESTAMP) AS mlp_now`);
    return new MemoSqlEngine(engine);
  }

  async query(sql: string): Promise<Record<string, unknown>[]> {
    if (!sql.startsWith('SELECT')) return this.engine.query(sql);
    // What a moving view shows is part of the question.
    const seen = [...this.moving].flatMap(([name, select]) => (sql.includes(name) ? [select, String(this.now)] : []));
    const question = [...seen, sql].join('\n');
    const known = this.replies.get(question);
    if (known !== undefined) return known.map((row) => ({ ...row }));
    const reply = await this.engine.query(sql);
    if (reply.length <= MOST_ROWS) this.replies.set(question, reply);
    return reply.map((row) => ({ ...row }));
  }

  /**
   * Makes a view whose SELECT reads `NOW`, and tells the engine the time. A view for each time would have every statement
   * planned anew, which takes longer than most of them do.
   * @param seconds epoch seconds
   */
  async movingView(name: string, select: string, seconds: number): Promise<void> {
    if (this.now !== seconds) {
      await this.engine.query(`UPDATE ${CLOCK} SET mlp_now = ${duckdb.timestamp(seconds * 1000)}`);
      this.now = seconds;
    }
    if (this.moving.get(name) === select) return;
    await this.engine.query(`CREATE OR REPLACE TEMP VIEW ${duckdb.identifier(name)} AS ${select}`);
    this.moving.set(name, select);
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
