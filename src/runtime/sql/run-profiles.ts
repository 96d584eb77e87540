import type { ReferenceProfile, WindowProfile } from '../core/drift/profile';
import type { SqlEngine } from '../ports/sql-engine';
import type { SqlDialect } from './dialect';
import {
  planReferenceCounts,
  planReferenceSurvey,
  type ReferenceRequest,
  referenceProfileFromRows,
} from './reference-profile';
import { planWindowProfile, type WindowRequest, windowProfileFromRows } from './window-profile';

/** Profiles the training data: two scans of the table, one when it has no numeric column. */
export async function profileReference(
  engine: SqlEngine,
  dialect: SqlDialect,
  request: ReferenceRequest,
): Promise<ReferenceProfile> {
  const survey = planReferenceSurvey(dialect, request);
  const counts = planReferenceCounts(dialect, survey, await engine.query(survey.sql));
  return referenceProfileFromRows(counts, counts.sql === null ? [] : await engine.query(counts.sql));
}

/** Profiles a window on the reference's binning: one scan. */
export async function profileWindow(
  engine: SqlEngine,
  dialect: SqlDialect,
  request: WindowRequest,
): Promise<WindowProfile> {
  const plan = planWindowProfile(dialect, request);
  return windowProfileFromRows(plan, await engine.query(plan.sql));
}
