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
import { planWindowProfiles, type WindowProfiles, type WindowRequest, windowProfilesFromRows } from './window-profile';

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
  const { profiles } = await profileWindows(engine, dialect, [request], false);
  return profiles[0]!;
}

/** Profiles one window on the binnings of several references, and tells its newest row where asked: one scan. */
export async function profileWindows(
  engine: SqlEngine,
  dialect: SqlDialect,
  requests: readonly [WindowRequest, ...WindowRequest[]],
  asksNewest: boolean,
): Promise<WindowProfiles> {
  const plan = planWindowProfiles(dialect, requests, asksNewest);
  return windowProfilesFromRows(plan, await replies(engine, plan.statements));
}

/** The rows of statements, one after the other. */
async function replies(engine: SqlEngine, statements: readonly string[]): Promise<ReplyRow[]> {
  const rows: ReplyRow[] = [];
  for (const sql of statements) rows.push(...(await engine.query(sql)));
  return rows;
}
