import type { Severity } from '../../../kernel/severity';
import type { Episode } from '../replay/alarm-log';
import type { Incident } from './read-incidents';

/** A share of few cases says little: it is marked as such below this number. */
export const FEW = 5;

/** A share, with what it is made of. */
export interface Ratio {
  /** Null of nothing. */
  readonly value: number | null;
  readonly numerator: number;
  readonly denominator: number;
  /** Too few cases to say much. */
  readonly tooFew: boolean;
}

export const ratioOf = (numerator: number, denominator: number): Ratio => ({
  value: denominator === 0 ? null : numerator / denominator,
  numerator,
  denominator,
  tooFew: denominator < FEW,
});

/** What became of one incident. */
export interface ScoredIncident extends Incident {
  /** Ids of the alarms that belong to it, in the order of time. */
  readonly alarms: readonly string[];
  /** From its begin to the first of them, 0 where one was on before; null where none was. */
  readonly secondsToDetect: number | null;
}

/** Alarms held against incidents. */
export interface IncidentScore {
  /** Episodes that belong to an incident, of all episodes. */
  readonly precision: Ratio;
  /** Incidents with an alarm, of all incidents. */
  readonly recall: Ratio;
  /** Of the incidents that were found; null without any. */
  readonly meanSecondsToDetect: number | null;
  readonly severities: readonly Severity[];
  readonly incidents: readonly ScoredIncident[];
  /** Episodes that belong to no incident. */
  readonly falseAlarms: readonly { readonly model: string; readonly id: string; readonly from: number }[];
}

/** An episode of a model, and how long after an incident's begin it still belongs to it. */
export interface ScoredEpisode {
  readonly model: string;
  readonly episode: Episode;
  readonly toleranceSeconds: number;
}

/**
 * Precision and recall of alarms. An episode belongs to an incident (of its model, and of its kind where one is marked) when
 * both are on at some time, or when it begins within the tolerance after the incident's begin: an alarm on a window comes as
 * late as the window makes it.
 */
export function scoreIncidents(
  incidents: readonly Incident[],
  episodes: readonly ScoredEpisode[],
  severities: readonly Severity[],
): IncidentScore {
  const counted = episodes.filter(({ episode }) => severities.includes(episode.severity));
  const scored = incidents.map((incident): ScoredIncident => {
    const own = counted.filter((one) => belongs(one, incident)).map(({ episode }) => episode);
    const first = Math.min(...own.map(({ from }) => from));
    return {
      ...incident,
      alarms: [...new Set(own.map(({ id }) => id))],
      secondsToDetect: own.length === 0 ? null : Math.max(0, first - incident.from),
    };
  });
  const apart = counted.filter((one) => !incidents.some((incident) => belongs(one, incident)));
  const times = scored.flatMap(({ secondsToDetect }) => (secondsToDetect === null ? [] : [secondsToDetect]));
  return {
    precision: ratioOf(counted.length - apart.length, counted.length),
    recall: ratioOf(times.length, incidents.length),
    meanSecondsToDetect: times.length === 0 ? null : times.reduce((sum, one) => sum + one, 0) / times.length,
    severities,
    incidents: scored,
    falseAlarms: apart.map(({ model, episode: { id, from } }) => ({ model, id, from })),
  };
}

function belongs({ model, episode, toleranceSeconds }: ScoredEpisode, incident: Incident): boolean {
  if (incident.model !== null && incident.model !== model) return false;
  if (incident.kind !== null && incident.kind !== episode.kind) return false;
  const overlaps =
    episode.from <= (incident.to ?? Number.POSITIVE_INFINITY) &&
    (episode.to ?? Number.POSITIVE_INFINITY) > incident.from;
  const begins = episode.from >= incident.from && episode.from <= incident.from + toleranceSeconds;
  return overlaps || begins;
}
