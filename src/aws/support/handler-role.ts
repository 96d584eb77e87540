/** Roles that have a handler on AWS; each is a folder of the bundled assets. */
export type HandlerRole = 'pipeline' | 'release' | 'monitor' | 'retraining';

/**
 * Memory of the functions, MB: of 256, 512 and 1024 the least that is twice what `npm run bench:handlers` has measured. Lambda gives
 * processor time by memory, a whole processor at 1,769 MB: what has less takes longer.
 */
export const MEMORY_MB = {
  pipeline: 1024,
  release: 512,
  monitor: 512,
  retraining: 256,
} as const satisfies Record<HandlerRole, number>;
