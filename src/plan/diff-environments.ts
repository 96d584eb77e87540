import type { PlatformDefinition } from '../definition/platform';

type Environments = PlatformDefinition['environments'];

/** What an environment that comes or goes does to those that stay; null for nothing. */
export function harmOfNeighbour(before: Environments, after: Environments): string | null {
  const staying = before.filter(({ name }) => after.some((one) => one.name === name));
  const renamed = staying.find(({ name }) =>
    PLACES.some((place) => shares(before, name, place) !== shares(after, name, place)),
  );
  if (renamed) {
    return `${renamed.name} has names of its own only beside another environment in its account or project: its endpoint, registry and workflows would be made anew under other names`;
  }
  const [first] = before;
  if (first && after[0]?.name !== first.name && staying.includes(first)) {
    return `images are built in the first environment: the repositories of ${first.name}, out of which it serves, go`;
  }
  return null;
}

type Environment = Environments[number];
type Place = (environment: Environment) => string | undefined;
/** Where names are told apart on each target. */
const PLACES: readonly Place[] = [
  ({ aws }) => aws?.account,
  ({ google }) => google && `${google.project}/${google.region}`,
];

/** Environments that say nowhere where they are go to one place. */
const shares = (environments: Environments, name: string, place: Place): boolean => {
  const own = environments.find((one) => one.name === name)!;
  const isNowhere = place(own) === undefined;
  if (isNowhere && (own.aws ?? own.google) !== undefined) return false;
  return environments.some((one) => one.name !== name && place(one) === place(own));
};
