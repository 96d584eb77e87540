import { z } from 'zod';
import { pushMessageOf } from './push-message';

/** What Cloud Monitoring publishes of an incident, as far as we read it. */
const incidentSchema = z.object({
  incident: z.object({
    incident_id: z.string(),
    state: z.string(),
    started_at: z.number(),
    ended_at: z.number().nullish(),
    summary: z.string().nullish(),
    policy_user_labels: z.record(z.string(), z.string()).nullish(),
  }),
});

export interface Alert {
  /** The incident's id: the same for every message about it. */
  readonly id: string;
  readonly open: boolean;
  /** Kind of the alarm as its label says, in lower case. */
  readonly kind: string;
  readonly alarm: string;
  /** Epoch seconds at which it began. */
  readonly atSeconds: number;
  /** Epoch seconds at which it ended; null while it is open. */
  readonly endedAtSeconds: number | null;
  readonly summary: string;
}

/** The alert in a push; undefined for a message that is none of ours. @throws ZodError for what is no push at all */
export function alertOf(body: unknown): Alert | undefined {
  const parsed = incidentSchema.safeParse(pushMessageOf(body).content);
  if (!parsed.success) return undefined;
  const { incident_id, state, started_at, ended_at, summary, policy_user_labels: labels } = parsed.data.incident;
  return {
    id: incident_id,
    open: state === 'open',
    kind: labels?.['kind'] ?? '',
    alarm: labels?.['alarm'] ?? '',
    atSeconds: started_at,
    endedAtSeconds: ended_at ?? null,
    summary: summary ?? '',
  };
}
