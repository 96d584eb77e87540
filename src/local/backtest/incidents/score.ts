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
  /** From its begin to the first alarm that began after it; null where there is none. */
  readonly secondsToDetect: number | null;
  /** Only alarms that were on before it began belong to it: they have found nothing new. */
  readonly standing: boolean;
}

/** Alarms held against incidents. */
export interface IncidentScore {
  /** Episodes that belong to an incident, of all episodes. */
  readonly precision: Ratio;
  /** Incidents with an alarm, of all incidents. */
  readonly recall: Ratio;
  /** Of the incidents that an alarm began in; null without any. */
  readonly meanSecondsToDetect: number | null;
  /**
   * How much of the time without an incident an alarm was on: an alarm that is always on touches every incident, and has a
   * precision of 1. Seconds, of all models.
   */
  readonly alarmedOutside: { readonly share: number | null; readonly seconds: number; readonly ofSeconds: number };
  readonly severities: readonly Severity[];
  readonly incidents: readonly ScoredIncident[];
  /** Episodes that belong to no incident. */
  readonly falseAlarms: readonly { readonly model: string; readonly id: string; readonly from: number }[];
}

/** The time of a model that was looked at, epoch seconds. */
export interface ScoredSpan {
  readonly model: string;
  readonly from: number;
  readonly to: number;
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
  spans: readonly ScoredSpan[],
): IncidentScore {
  const counted = episodes.filter(({ episode }) => severities.includes(episode.severity));
  const scored = incidents.map((incident): ScoredIncident => {
    const own = counted.filter((one) => belongs(one, incident)).map(({ episode }) => episode);
    const first = Math.min(...own.map(({ from }) => from).filter((from) => from >= incident.from));
    return {
      ...incident,
      alarms: [...new Set(own.map(({ id }) => id))],
      secondsToDetect: Number.isFinite(first) ? first - incident.from : null,
      standing: own.length > 0 && !Number.isFinite(first),
    };
  });
  const apart = counted.filter((one) => !incidents.some((incident) => belongs(one, incident)));
  const times = scored.flatMap(({ secondsToDetect }) => (secondsToDetect === null ? [] : [secondsToDetect]));
  return {
    precision: ratioOf(counted.length - apart.length, counted.length),
    recall: ratioOf(scored.filter(({ alarms }) => alarms.length > 0).length, incidents.length),
    meanSecondsToDetect: times.length === 0 ? null : times.reduce((sum, one) => sum + one, 0) / times.length,
    alarmedOutside: outside(incidents, counted, spans),
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

function outside(
  incidents: readonly Incident[],
  episodes: readonly ScoredEpisode[],
  spans: readonly ScoredSpan[],
): IncidentScore['alarmedOutside'] {
  let [seconds, ofSeconds] = [0, 0];
  for (const { model, from, to } of spans) {
    const within = (one: { readonly from: number; readonly to: number | null }): Interval => [
      Math.max(one.from, from),
      Math.min(one.to ?? to, to),
    ];
    const marked = incidents.filter((one) => one.model === null || one.model === model).map(within);
    const alarmed = episodes.filter((one) => one.model === model).map(({ episode }) => within(episode));
    ofSeconds += to - from - lengthOfAll(marked);
    seconds += lengthOfAll([...marked, ...alarmed]) - lengthOfAll(marked);
  }
  return { share: ofSeconds > 0 ? seconds / ofSeconds : null, seconds, ofSeconds };
}

type Interval = readonly [number, number];

/** Length of what intervals cover together. */
function lengthOfAll(intervals: readonly Interval[]): number {
  let [length, until] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    length += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return length;
}
