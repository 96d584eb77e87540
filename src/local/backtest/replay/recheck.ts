import type { Retraining } from '../../../definition/retraining';
import { durationSeconds } from '../../../kernel/duration';
import { runningRun } from '../../../runtime/core/retraining';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { type Ports, readRegistry, readRetraining, readVersion } from '../../../runtime/usecases';
import { type ModelHistory, TRUTH_COLUMNS } from '../history/model-history';

const id = duckdb.identifier;

/**
 * Looks at what waits, four a day by the plan. Most of them can only come to another skip, and over years of history they
 * would take longer than all the rest: those are left out. What is left in is decided as always.
 */
export class Rechecks {
  /** Labels that a decision waited for, and when the last of them can be seen, epoch seconds. */
  private waited: { readonly upToMs: number | null; readonly dueAt: number } | null = null;

  constructor(
    private readonly ports: Ports,
    private readonly history: ModelHistory,
    private readonly retraining: Retraining,
  ) {}

  /** @param qualityIsCritical what the quality monitor has said last */
  async canWait(qualityIsCritical: boolean): Promise<boolean> {
    const { state, model, clock } = this.ports;
    const { on, maxModelAge, cooldown } = this.retraining;
    const retraining = await readRetraining({ state, model });
    const last = retraining.runs.at(-1);
    if (runningRun(retraining) !== null) return true;
    if (last !== undefined && clock.now() - last.startedAtSeconds < durationSeconds(cooldown)) return true;
    const stays = qualityIsCritical && on.includes('quality');
    if (retraining.pending === null && !stays && maxModelAge === undefined && !on.includes('newData')) return true;
    return this.waited !== null && clock.now() < this.waited.dueAt && this.waited.upToMs === (await this.upToMs());
  }

  /** A decision waits for labels: remembers when there will be enough of them. */
  async waitsForLabels(): Promise<void> {
    const upToMs = await this.upToMs();
    const { data, truth } = this.history;
    const seen = id(TRUTH_COLUMNS.visibleFrom);
    const after = upToMs === null ? '' : ` WHERE ${id(data.timestamp)} > ${duckdb.timestamp(upToMs)}`;
    const [row] = await this.ports.sql.query(
      `SELECT epoch_ms(${seen}) AS due_ms FROM ${duckdb.table(truth.table)}${after} ORDER BY ${seen} LIMIT 1 OFFSET ${Math.max(0, this.retraining.minNewLabels - 1)}`,
    );
    const dueAt = row === undefined ? Number.POSITIVE_INFINITY : Number(row['due_ms']) / 1000;
    this.waited = { upToMs, dueAt };
  }

  /** Events up to here were seen by the champion's training. */
  private async upToMs(): Promise<number | null> {
    const { champion } = (await readRegistry(this.ports)).aliases;
    return champion === null ? null : (await readVersion(this.ports.artifacts, champion)).data.testToMs;
  }
}
