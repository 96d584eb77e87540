import type { AlarmKind } from '../../kernel/alarm-kinds';
import type { Severity } from '../../kernel/severity';

export type IncidentStatus = 'open' | 'taken' | 'resolved' | 'abandoned';

/** Where a target has a tool of its own for incidents: people take them there, and see what is open. */
export interface IncidentTracker {
  /** What a person does with an entry to take it, as the end of a sentence. */
  readonly howToTake: string;
  /** Whether an entry is what looks after an incident, so that nobody does where there is none. @default - false: people alone */
  readonly looksAfter?: boolean;
  /** Opens an entry; while one of the same key is open, that one is meant. @returns its id; null where there can be none */
  open(incident: TrackedIncident): Promise<string | null>;
  /** `taken` once a person has it; `resolved` also when it is gone; `abandoned` when what looks after it has failed. */
  status(id: string): Promise<IncidentStatus>;
  /** Closes an entry that nobody has taken; what a person has, that person closes. */
  resolve(id: string): Promise<void>;
}

export interface TrackedIncident {
  /** The alarm, or the incident's own id: what makes two reports one entry. */
  readonly key: string;
  readonly id: string;
  readonly kind: AlarmKind;
  readonly severity: Severity;
  readonly text: string;
  readonly runbook: string | null;
  readonly openedAtSeconds: number;
  /** When the postmortem has to be there, in epoch seconds; null where none is asked for. */
  readonly postmortemDueAtSeconds: number | null;
}
