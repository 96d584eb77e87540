import type { PlatformDefinition } from '../../definition/platform';
import type { Plan } from '../plan';
import type { Finding } from './finding';

/** All findings of a definition, in the order of their paths. */
export function findingsOf(_platform: PlatformDefinition, _plan: Omit<Plan, 'findings'>, _asOf?: string): Finding[] {
  return [];
}
