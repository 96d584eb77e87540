import { OperationError } from '../../../kernel/problem';
import type { Clock, DataSource, TableName } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../../runtime/usecases';
import { type ModelHistory, TRUTH_COLUMNS } from '../history/model-history';
import { type MemoSqlEngine, NOW } from './memo-sql-engine';

const id = duckdb.identifier;

/** The history of a model as of the clock: captures are what was answered by now, labels what could be seen by now. */
export class HistoryDataSource implements DataSource {
  /** @param from epoch seconds: what was answered before is the past of another platform, and not captured by this one */
  constructor(
    private readonly engine: MemoSqlEngine,
    private readonly clock: Clock,
    private readonly history: ModelHistory,
    private readonly from: number,
  ) {}

  async table(): Promise<TableName> {
    const { model, truth } = this.history;
    const name = `arrived_${model}`;
    const [since, until] = [id(TRUTH_COLUMNS.visibleFrom), id(TRUTH_COLUMNS.visibleUntil)];
    const seen = `${since} <= ${NOW} AND (${until} IS NULL OR ${until} > ${NOW})`;
    const select = `SELECT * FROM ${duckdb.table(truth.table)} WHERE ${seen}`;
    await this.engine.movingView(name, select, this.clock.now());
    return [name];
  }

  async capture(): Promise<TableName> {
    const { model, recorded } = this.history;
    const name = `capture_${model}`;
    const at = id(CAPTURE_COLUMNS.eventTime);
    const within = `${at} >= ${duckdb.timestamp(this.from * 1000)} AND ${at} < ${NOW}`;
    const select = `SELECT * FROM ${duckdb.table(recorded?.table ?? [])} WHERE ${within}`;
    await this.engine.movingView(name, select, this.clock.now());
    return [name];
  }

  /** They are in the table. */
  async labels(): Promise<TableName | undefined> {
    return undefined;
  }

  freeze(): Promise<never> {
    return Promise.reject(trainsNothing());
  }

  frozen(): Promise<never> {
    return Promise.reject(trainsNothing());
  }
}

const trainsNothing = (): OperationError =>
  new OperationError({
    code: 'backtestTrainsNothing',
    path: 'data',
    got: 'a request to freeze rows',
    expected: 'decisions on recorded answers alone',
    fix: 'run the platform itself with mlp local',
  });
