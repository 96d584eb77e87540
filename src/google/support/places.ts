import type { Environment } from '../../definition/environments';

/** Where an environment is, and what its names begin with. */
export interface Place {
  readonly name: string;
  /** Prefix of physical names there. */
  readonly platform: string;
  readonly project: string;
  readonly region: string;
  readonly approval: 'automatic' | 'manual';
}

/** An environment among those of its definition; null where there is none, or where the definition does not say where it is. */
export interface Neighbours {
  /** The environment before it, whose champion is offered to it. */
  readonly before: Place | null;
  readonly own: Place | null;
  /** The environment after it, to which its champion is offered. */
  readonly after: Place | null;
  /** All environments after it: its images go with what is promoted from one to the next. */
  readonly laters: readonly Place[];
}

const placeOf = ({ google }: Environment): string => `${google?.project}/${google?.region}`;

/** Two environments in one project and region need names of their own. */
export function platformIn(platform: string, environments: readonly Environment[], name: string): string {
  const own = environments.find((one) => one.name === name)!;
  const shares = environments.some((one) => one.name !== name && placeOf(one) === placeOf(own));
  return shares ? `${platform}-${name}` : platform;
}

/**
 * Whether an environment is the first one of its project: it alone has what a project has once (configurations of audit logs,
 * descriptors of metrics), since two states would undo each other's. A stack whose definition names no project has it too.
 */
export function ownsProject(environments: readonly Environment[], name: string): boolean {
  const own = environments.find((one) => one.name === name)!;
  return environments.find((one) => one.google?.project === own.google?.project) === own;
}

/** The neighbours of an environment, in promotion order. */
export function neighboursOf(platform: string, environments: readonly Environment[], name: string): Neighbours {
  const index = environments.findIndex((one) => one.name === name);
  const at = (place: number): Place | null => {
    const one = environments[place];
    if (one?.google === undefined) return null;
    const { project, region } = one.google;
    return {
      name: one.name,
      platform: platformIn(platform, environments, one.name),
      project,
      region,
      approval: one.approval,
    };
  };
  const laters = environments.slice(index + 1).flatMap((_, place) => at(index + 1 + place) ?? []);
  return { before: at(index - 1), own: at(index), after: at(index + 1), laters };
}

/** Name of the topic on which an environment offers what it promotes: the next one has to know it without its stack. */
export const offersTopicName = ({ platform, name }: Place): string => `${platform}-${name}-offers`;
