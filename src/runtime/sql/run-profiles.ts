import type { ReferenceProfile, WindowProfile } from '../core/drift/profile';
import type { SqlEngine } from '../ports/sql-engine';
import type { SqlDialect } from './dialect';
import {
  planReferenceCounts,
  planReferenceSurvey,
  type ReferenceRequest,
  referenceProfileFromRows,
} from './reference-profile';
import type { ReplyRow } from './reply';
import { planWindowProfile, type WindowRequest, windowProfileFromRows } from './window-profile';

/** Profiles the training data: two scans of the table, one when it has no numeric column. */
export async function profileReference(
  engine: SqlEngine,
  dialect: SqlDialect,
  request: ReferenceRequest,
): Promise<ReferenceProfile> {
  const survey = planReferenceSurvey(dialect, request);
  const counts = planReferenceCounts(dialect, survey, await replies(engine, survey.statements));
  return referenceProfileFromRows(counts, await replies(engine, counts.statements));
}

/** Profiles a window on the reference's binning: one scan. */
export async function profileWindow(
  engine: SqlEngine,
  dialect: SqlDialect,
  request: WindowRequest,
): Promise<WindowProfile> {
  const plan = planWindowProfile(dialect, request);
  return windowProfileFromRows(plan, await replies(engine, plan.statements));
}

/** The rows of statements, one after the other. */
async function replies(engine: SqlEngine, statements: readonly string[]): Promise<ReplyRow[]> {
  const rows: ReplyRow[] = [];
  for (const sql of statements) rows.push(...(await engine.query(sql)));
  return rows;
}
