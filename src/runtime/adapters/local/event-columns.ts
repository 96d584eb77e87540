import type { Data } from '../../../definition/data';
import { duckdb } from '../../sql/dialects/duckdb';

/** Columns of a table of events that the platform never sees: when its parts become known. */
export const EVENT_COLUMNS = {
  /** When the request comes; null for a row whose time cannot be read. */
  arrivesAt: 'mlp_arrives_at',
  /** When the label is known; null where it never will be. */
  labelAt: 'mlp_label_at',
  /** What stands in the label's column before that, of the label's type; null where the row is not there before. */
  earlyLabel: 'mlp_early_label',
} as const;

/** The time of an event, by its own column. */
export const eventInstant = (data: Data): string => `TRY_CAST(${duckdb.identifier(data.timestamp)} AS TIMESTAMP)`;
