import { answer } from './answer';
import type { UseCaseFunction } from './ports';
import { optionalText, stateNumber } from './read-event';

/** Hands a registered version to the release controller. The release has one name, so that asking twice starts one. */
export const requestRelease: UseCaseFunction<'workflows'> = async (event, { workflows }) => {
  const version = stateNumber(event, 'version.version');
  const name = `v${version}-${event.run}`;
  const requestedBy = optionalText(event, 'startedBy') ?? 'unknown';
  const started = await workflows.start('release', name, { version, requestedBy });
  return answer({ name, started });
};
