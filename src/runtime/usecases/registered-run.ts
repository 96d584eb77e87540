import type { RegistryState } from '../core/promotion';

/** Id of the event that registers a run's model. */
export const registeredEvent = (run: string): string => `register:${run}`;

/** The version that a run was registered as; undefined for none. */
export const versionOfRun = ({ versions }: RegistryState, run: string): string | undefined =>
  Object.values(versions).find(({ appliedEvents }) => appliedEvents.includes(registeredEvent(run)))?.version;

/** 0 for a registry without versions. */
export const highestVersion = ({ versions }: RegistryState): number =>
  Object.keys(versions).reduce((max, name) => Math.max(max, Number(name)), 0);
