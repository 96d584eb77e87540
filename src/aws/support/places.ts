import type { Environment } from '../../definition/environments';

/** Where an environment is, and what its names begin with. */
export interface Place {
  readonly name: string;
  /** Prefix of physical names there. */
  readonly platform: string;
  readonly account: string;
  readonly region: string;
  readonly approval: 'automatic' | 'manual';
}

/** An environment among those of its definition; null where the definition does not say where it is. */
export interface Neighbours {
  readonly first: Place | null;
  /** The environment before it, whose champion is offered to it. */
  readonly before: Place | null;
  readonly own: Place | null;
  /** The environment after it, to which its champion is offered. */
  readonly after: Place | null;
  /** All after it. */
  readonly laters: readonly Place[];
}

/** Two environments in one account have names of their own: some names are the account's, whatever the region. */
export const platformIn = (platform: string, environments: readonly Environment[], name: string): string => {
  const own = environments.find((one) => one.name === name)!;
  const shares = environments.some((one) => one.name !== name && one.aws?.account === own.aws?.account);
  return shares ? `${platform}-${name}` : platform;
};

/** The neighbours of an environment, in promotion order. */
export function neighboursOf(platform: string, environments: readonly Environment[], name: string): Neighbours {
  const places = environments.map((one): Place | null =>
    one.aws === undefined
      ? null
      : { name: one.name, platform: platformIn(platform, environments, one.name), approval: one.approval, ...one.aws },
  );
  const index = environments.findIndex((one) => one.name === name);
  const at = (place: number): Place | null => places[place] ?? null;
  return {
    first: at(0),
    before: index === 0 ? null : at(index - 1),
    own: at(index),
    after: at(index + 1),
    laters: places.slice(index + 1).filter((one) => one !== null),
  };
}
