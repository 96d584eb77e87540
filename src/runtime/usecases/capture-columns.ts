import { PREDICTION_COLUMN } from '../core/drift';

/** Columns of captured predictions beside the inputs; the prefix keeps them apart from columns of the data. */
export const CAPTURE_COLUMNS = {
  /** The row's key, as text; null when the data has no key. */
  key: 'mlp_key',
  /** Time of the event, of the engine's timestamp type, in UTC. */
  eventTime: 'mlp_event_time',
  /** Version that answered, a whole number. */
  version: 'mlp_version',
  /** The answer: a number, or the name of a class; for binary classification the probability of the positive class. */
  prediction: PREDICTION_COLUMN,
} as const;
